"""Report changes to a chapter, and locate them in its source."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bookbuilder.model.diagnostics import Report, Rule
from bookbuilder.model.locating import find_link, find_text
from bookbuilder.model.source import Source, Span

MOST_LOCATED = 100


@dataclass
class Remarks:
    """Report on one chapter; the nth remark about a text points at its nth occurrence."""

    source: Source
    report: Report
    _seen: Counter[str] = field(default_factory=Counter)

    def element(self, rule: Rule, message: str, name: str) -> None:
        self.report.add(rule, message, self._find(f"<{name}"))

    def attribute(self, rule: Rule, message: str, *names: str) -> None:
        """Report at the first of `names` that is in the source; give the most telling one first."""
        spans = (self._find(name) for name in names)
        span = next((span for span in spans if span.line), self.source.span_of_file())
        self.report.add(rule, message, span)

    def link(self, rule: Rule, message: str, address: str, hint: str = "") -> None:
        nth = self._next(address)
        span = find_link(self.source, address, nth) if nth < MOST_LOCATED else None
        self.report.add(rule, message, span or self.source.span_of_file(), hint)

    def chapter(self, rule: Rule, message: str, hint: str = "") -> None:
        self.report.add(rule, message, self.source.span_of_file(), hint)

    def _find(self, text: str) -> Span:
        nth = self._next(text)
        if nth >= MOST_LOCATED:
            return self.source.span_of_file()
        span = find_text(self.source, text, nth)
        return span if span.line else find_text(self.source, text.upper(), nth)

    def _next(self, text: str) -> int:
        self._seen[text] += 1
        return self._seen[text] - 1
