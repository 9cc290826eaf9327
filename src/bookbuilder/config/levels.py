"""What authors make of rules: `[lint]` in book.toml, `lint:` in front matter, `--deny`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bookbuilder.book import Book
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import WARNINGS, Level, Levels, Report, Rule, Severity
from bookbuilder.model.source import Span

UNKNOWN_RULE = Rule(
    "C012",
    "unknown-rule",
    Severity.ERROR,
    "`allow`, `warn` and `deny` take names or codes of rules. One that there is not is a misspelt"
    " one, and what it was to silence would go on, or what it was to forbid would pass.",
    stops=False,
)
NOT_TO_ALLOW = Rule(
    "C013",
    "not-to-allow",
    Severity.ERROR,
    "Errors are what no right book can be made with: a chapter that cannot be read, a setting that"
    " means nothing, a limit. They cannot be allowed or made warnings; mend what they say.",
    stops=False,
)
CONTRADICTION = Rule(
    "C014",
    "contradicting-levels",
    Severity.ERROR,
    "A rule is allowed, or warned of, or denied. Named in two of the lists in one place, one of"
    " them would not do what it says. A chapter may well say otherwise than book.toml.",
    stops=False,
)

MOST_NAMES = 500
"""More than there are rules: who gives more has one among them that is reported."""


def levels_of_book(config: Config, report: Report) -> Levels:
    """What `[lint]` says; what is wrong with it is reported."""
    said = {level: getattr(config.lint, level) for level in Level}
    return read_levels(said, lambda level, name: config.span_of(f"lint.{level}", name), report)


def apply_levels(book: Book, report: Report) -> None:
    """Let `report` judge by what `book` says."""
    report.of_book = levels_of_book(book.config, Report())
    report.of_chapters |= {c.source.name: c.levels for c in book.chapters if c.levels}


def read_levels(
    said: Mapping[Level, Sequence[str]],
    span_of: Callable[[Level, str], Span | None],
    report: Report,
) -> Levels:
    """The levels that the lists in `said` give, of which `span_of` knows where they stand.

    What is wrong with them is reported.
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
    """The name of the rule that `said` means; empty where it cannot have this level."""
    if said == WARNINGS:
        return said
    # Late: to know all rules, all that declares some is imported.
    from bookbuilder.model.rules import find_rule, rule_like

    rule = find_rule(said)
    if rule is None:
        hint = rule_like(said) or "`bookbuilder explain` lists all rules"
        report.add(UNKNOWN_RULE, f"there is no rule `{said[:80]}`", span, hint)
        return ""
    if rule.severity is Severity.ERROR and level is not Level.DENY:
        what = "allowed" if level is Level.ALLOW else "made a warning"
        message = f"{rule.code} `{rule.name}` cannot be {what}: no right book can be made with it"
        report.add(NOT_TO_ALLOW, message, span, f"`bookbuilder explain {rule.code}` says why")
        return ""
    return rule.name
