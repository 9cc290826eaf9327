"""Report problems at lines of a chapter, and limit how deep it may nest."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source

# At this depth the text on a page still has some width left.
MAX_DEPTH = 30
MAX_INLINE_DEPTH = 20

TOO_DEEP = Rule(
    "M004",
    "nested-too-deep",
    Severity.WARNING,
    f"Quotes and lists nest at most {MAX_DEPTH} deep, emphasis and links {MAX_INLINE_DEPTH}."
    " Nobody can read deeper nesting, and it is nearly always a program's mistake. Everything"
    " deeper is kept as text.",
)


@dataclass(slots=True)
class Problems:
    """Report problems at lines of `source`."""

    source: Source
    report: Report

    def add(self, rule: Rule, message: str, line: int, text: str = "", hint: str = "") -> None:
        """Report at the first `text` in `line`, or at the whole line if it does not contain it."""
        span = self.source.span_of_line(line)
        text = text.split("\n", 1)[0]
        if text and text in span.excerpt:
            offset = span.excerpt.index(text)
            span = replace(span, column=offset + 1, length=len(text))
        self.report.add(rule, message, span, hint)
