"""Hold findings as the browser shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bookbuilder.model.diagnostics import Diagnostic

LONGEST_EXCERPT = 120
CONTEXT = 40


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding; `before`, `marked` and `after` are the line of the source around its place."""

    severity: str
    code: str
    name: str
    message: str
    hint: str
    why: str
    file: str
    line: int
    column: int
    before: str
    marked: str
    after: str


def shown_findings(diagnostics: Iterable[Diagnostic]) -> list[ShownFinding]:
    return [_shown(diagnostic) for diagnostic in diagnostics]


def _shown(diagnostic: Diagnostic) -> ShownFinding:
    span, rule = diagnostic.span, diagnostic.rule
    before = marked = after = ""
    if span and span.line and span.excerpt.strip():
        start = max(0, min(span.column - 1, len(span.excerpt)))
        end = min(start + max(span.length, 0), len(span.excerpt))
        before = span.excerpt[max(0, start - CONTEXT) : start].lstrip()
        before = ("…" if start > CONTEXT else "") + before
        marked = span.excerpt[start : min(end, start + LONGEST_EXCERPT)]
        room = max(LONGEST_EXCERPT - len(marked), 0)
        after = span.excerpt[end : end + room]
        after += "…" if len(span.excerpt) > end + room else ""
    return ShownFinding(
        str(diagnostic.severity),
        rule.code,
        rule.name,
        diagnostic.message,
        diagnostic.hint,
        rule.why,
        span.file if span else "",
        span.line if span else 0,
        span.column if span else 0,
        before,
        marked,
        after,
    )
