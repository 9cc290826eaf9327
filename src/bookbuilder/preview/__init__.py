"""Show a book in the browser while it is written, and build it on every save."""

# Most modules need packages that only `bookbuilder[preview]` brings, and none declares a rule.
RULES_ARE_IN: tuple[str, ...] = ()
