"""Diagnostics are values: a rule, a message, a place and a hint, collected, not thrown.

A `Rule` is declared beside the function that reports it. A `Report` collects what the stages find;
`Report.raise_for_errors` is the one place where diagnostics turn into an exception.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from bookbuilder.source import Span


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Rule:
    """What can be wrong with a book.

    `code` is a letter for the subject and three digits (`L001`); `name` reads after "allow"
    (`image-without-alt`); `why` tells an author why the rule exists and how to obey it.
    """

    code: str
    name: str
    severity: Severity
    why: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    rule: Rule
    message: str
    span: Span | None = None
    hint: str = ""

    @property
    def severity(self) -> Severity:
        return self.rule.severity


@dataclass(slots=True)
class Report:
    """Everything found so far, in the order it was found, each finding once."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    _seen: set[Diagnostic] = field(default_factory=set)

    def add(self, rule: Rule, message: str, span: Span | None = None, hint: str = "") -> None:
        diagnostic = Diagnostic(rule, message, span, hint)
        if diagnostic not in self._seen:
            self._seen.add(diagnostic)
            self.diagnostics.append(diagnostic)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.diagnostics)

    def __len__(self) -> int:
        return len(self.diagnostics)

    @property
    def errors(self) -> list[Diagnostic]:
        return [d for d in self.diagnostics if d.severity is Severity.ERROR]

    def raise_for_errors(self) -> None:
        """Raise `BookError` with every diagnostic, warnings too, if any of them is an error."""
        if self.errors:
            raise BookError(self.diagnostics)


class BookError(Exception):
    """The book cannot be built; `diagnostics` says why, warnings included."""

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        self.diagnostics = diagnostics
        errors = [d for d in diagnostics if d.severity is Severity.ERROR]
        super().__init__("; ".join(f"{d.rule.code}: {d.message}" for d in errors))
