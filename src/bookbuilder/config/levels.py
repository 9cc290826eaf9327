"""Read the levels that authors give to rules: `[lint]`, `lint:` in front matter, `--deny`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import WARNINGS, Level, Levels, Report, Rule, Severity
from bookbuilder.model.source import Span

UNKNOWN_RULE = Rule(
    "C012",
    "unknown-rule",
    Severity.ERROR,
    "`allow`, `warn` and `deny` take names or codes of rules. No rule has this name. A misspelt"
    " name would silently have no effect.",
    stops=False,
)
CANNOT_BE_ALLOWED = Rule(
    "C013",
    "cannot-be-allowed",
    Severity.ERROR,
    "No correct book can be made while there are errors: a chapter that cannot be read, a setting"
    " without meaning, a limit that was reached. They cannot be allowed or made warnings; mend what"
    " they report.",
    stops=False,
)
CONTRADICTION = Rule(
    "C014",
    "contradicting-levels",
    Severity.ERROR,
    "A rule is either allowed, or a warning, or denied. If one place names it in two of the lists,"
    " one of them would have no effect. A chapter may set another level than book.toml.",
    stops=False,
)

MOST_NAMES = 500
"""More than there are rules: in a longer list, at least one name is reported as unknown."""


def levels_of_book(config: Config, report: Report) -> Levels:
    """Read `[lint]`, and report what is wrong with it."""
    said = {level: getattr(config.lint, level) for level in Level}
    return read_levels(said, lambda level, name: config.span_of(f"lint.{level}", name), report)


def read_levels(
    said: Mapping[Level, Sequence[str]],
    span_of: Callable[[Level, str], Span | None],
    report: Report,
) -> Levels:
    """Return the levels that the lists in `said` give, and report what is wrong with them.

    `span_of` tells where a name stands.
    """
    levels: dict[str, Level] = {}
    for level, names in said.items():
        for name in list(dict.fromkeys(names))[:MOST_NAMES]:
            known = _name_of(name, level, span_of(level, name), report)
            if known and levels.setdefault(known, level) is not level:
                message = f"`{known}` is in `{levels[known]}` and in `{level}`"
                report.add(CONTRADICTION, message, span_of(level, name), "keep one of the two")
    return levels


def _name_of(said: str, level: Level, span: Span | None, report: Report) -> str:
    """Return the name of the rule that `said` means; empty if the rule cannot have this level."""
    if said == WARNINGS:
        return said
    # Late: to know all rules, all that declares some is imported.
    from bookbuilder.model.rule_lookup import find_rule, rule_like

    rule = find_rule(said)
    if rule is None:
        hint = rule_like(said) or "`bookbuilder explain` lists all rules"
        report.add(UNKNOWN_RULE, f"there is no rule `{said[:80]}`", span, hint)
        return ""
    if rule.severity is Severity.ERROR and level is not Level.DENY:
        what = "allowed" if level is Level.ALLOW else "made a warning"
        message = f"{rule.code} `{rule.name}` cannot be {what}: no correct book can be made with it"
        report.add(CANNOT_BE_ALLOWED, message, span, f"`bookbuilder explain {rule.code}` says why")
        return ""
    return rule.name
