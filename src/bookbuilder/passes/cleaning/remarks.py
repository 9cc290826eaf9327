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
    """Report on one chapter; the nth remark about a text points at its nth occurrence.

    Chapters that come from one file share what was `seen` of it.
    """

    source: Source
    report: Report
    seen: Counter[str] = field(default_factory=Counter)

    def element(self, rule: Rule, message: str, name: str) -> None:
        self.report.add(rule, message, self.place(f"<{name}"))

    def pass_over(self, name: str) -> None:
        """Count an element `name` that there is nothing to say of."""
        self._next(f"<{name}")

    def attribute(self, rule: Rule, message: str, *names: str, hint: str = "") -> None:
        """Report at the first of `names` that is in the source; give the most telling one first."""
        spans = (self.place(name) for name in names)
        span = next((span for span in spans if span.line), self.source.span_of_file())
        self.report.add(rule, message, span, hint)

    def inside(self, rule: Rule, message: str, name: str, place: Span, hint: str) -> None:
        """Report at `name`, which stands after `place`; at `place` if it does not."""
        found = find_text(self.source, name, self._next(name)) if name else place
        self.report.add(rule, message, found if found.line >= place.line else place, hint)

    def link(self, rule: Rule, message: str, address: str, hint: str = "") -> None:
        nth = self._next(address)
        span = find_link(self.source, address, nth) if nth < MOST_LOCATED else None
        self.report.add(rule, message, span or self.source.span_of_file(), hint)

    def chapter(self, rule: Rule, message: str, hint: str = "") -> None:
        self.report.add(rule, message, self.source.span_of_file(), hint)

    def place(self, text: str) -> Span:
        """Return the place of the next occurrence of `text`."""
        nth = self._next(text)
        if nth >= MOST_LOCATED:
            return self.source.span_of_file()
        span = find_text(self.source, text, nth)
        return span if span.line else find_text(self.source, text.upper(), nth)

    def _next(self, text: str) -> int:
        self.seen[text] += 1
        return self.seen[text] - 1
