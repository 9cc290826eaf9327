"""Diagnostics are values: a rule, a message, a place and a hint, collected, not thrown.

A `Rule` is declared beside the function that reports it. A `Report` collects the findings of all
stages; `Report.raise_for_errors` is the one place where diagnostics turn into an exception.

Authors can change how severe a rule is: by `[lint]` in book.toml and in front matter. A `Report`
keeps findings as they were found and applies these levels when it is read, so no other code has to
know of levels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bookbuilder.model.source import Span


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that can be wrong with a book.

    `code` is a letter for the subject and three digits (`L001`); `name` reads after "allow"
    (`image-without-alt`); `why` tells an author why the rule exists and how to obey it.

    After an error that `stops`, reading ends, because further findings would only follow from it,
    such as broken links into chapters that could not be read. `is_books_fault` is False if no
    change of the book would help: the machine lacks something, or the command was wrong.
    """

    code: str
    name: str
    severity: Severity
    why: str
    stops: bool = True
    is_books_fault: bool = True


class Level(StrEnum):
    """An author's wish for the severity of a rule."""

    ALLOW = "allow"
    WARN = "warn"
    DENY = "deny"


Levels = Mapping[str, Level]
"""Levels by the names of rules. `WARNINGS` stands for all other rules that are warnings."""
WARNINGS = "warnings"
MOST_EQUAL = 3
"""An equal message is given so often for one file before it is given once, with a count."""
MOST_LINES = 5
_SEVERITIES = {Level.WARN: Severity.WARNING, Level.DENY: Severity.ERROR}


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding. `judged` is the severity by the author's levels, if they mention the rule.

    Findings of one rule in one file with the same `alike` become one finding with their count.
    """

    rule: Rule
    message: str
    span: Span | None = None
    hint: str = ""
    judged: Severity | None = None
    alike: str = ""

    @property
    def severity(self) -> Severity:
        return self.judged or self.rule.severity


@dataclass(slots=True)
class Report:
    """Everything found so far, in the order it was found, each finding once.

    Iterating applies levels: those of the chapter that a finding is in, else `asked` (the command
    line's), else the book's. An error stays one whatever they say. It also gathers findings that
    are alike, so that nobody has to read the same sentence a hundred times.
    """

    asked: Levels = field(default_factory=dict)
    of_book: Levels = field(default_factory=dict)
    of_chapters: dict[str, Levels] = field(default_factory=dict)
    _found: dict[Diagnostic, None] = field(default_factory=dict)
    _said: set[tuple[str, str]] = field(default_factory=set)

    def add(
        self,
        rule: Rule,
        message: str,
        span: Span | None = None,
        hint: str = "",
        *,
        once: bool = False,
        alike: str = "",
    ) -> None:
        """Add a finding; with `once`, not if the same message was added for another place.

        `alike` names the kind of finding, for rules that a file may break in hundreds of places.
        Equal messages of one file are alike without it.
        """
        if once and (rule.name, message) in self._said:
            return
        self._said.add((rule.name, message))
        self._found.setdefault(Diagnostic(rule, message, span, hint, alike=alike))

    @property
    def found(self) -> list[Diagnostic]:
        """Return everything as it was found: levels change nothing, and nothing is gathered."""
        return list(self._found)

    def add_found(self, found: Iterable[Diagnostic]) -> None:
        """Add what another report found."""
        for one in found:
            self._said.add((one.rule.name, one.message))
            self._found.setdefault(one)

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Return everything found, except findings that the author's levels allow."""
        return list(self)

    def __iter__(self) -> Iterator[Diagnostic]:
        return _gathered(self._judged())

    def _judged(self) -> Iterator[Diagnostic]:
        if not (self.asked or self.of_book or self.of_chapters):
            yield from self._found
            return
        for diagnostic in self._found:
            level = self._level(diagnostic)
            if level is None:
                yield diagnostic
            elif level is not Level.ALLOW:
                yield replace(diagnostic, judged=_SEVERITIES[level])

    def _level(self, diagnostic: Diagnostic) -> Level | None:
        rule = diagnostic.rule
        if rule.severity is Severity.ERROR:
            return None
        file = diagnostic.span.file if diagnostic.span else ""
        level = of_warnings = None
        for levels in (self.of_chapters.get(file, {}), self.asked, self.of_book):
            if level := levels.get(rule.name):
                break
            of_warnings = of_warnings or levels.get(WARNINGS)
        if level is Level.WARN or (level is None and rule.severity is Severity.WARNING):
            return of_warnings or level
        return level

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def errors(self) -> list[Diagnostic]:
        """Return the errors that keep the book from being written, denied warnings included."""
        return [d for d in self if d.severity is Severity.ERROR]

    def branch(self) -> Report:
        """Return a copy to add to, for work whose findings may have to be dropped."""
        return replace(self, _found=dict(self._found), _said=set(self._said))

    def for_part(self) -> Report:
        """Return an empty report, in which nothing is said again that is to be said once."""
        return Report(_said=self._said)

    def merge(self, branch: Report) -> None:
        self._found |= branch._found
        self._said |= branch._said

    def take(self, error: BookError) -> None:
        """Add what `error` tells. Raises it again if it tells of no error: nobody may drop that."""
        known = set(self)
        self._found |= {found: None for found in error.diagnostics if found not in known}
        if not self.errors:
            raise error

    def raise_for_errors(self, *, denied: bool = False) -> None:
        """Raise `BookError`, with every diagnostic, if there are errors.

        Warnings that are denied count only with `denied`, which is for the moment before a file is
        written: until then the work goes on, to find the rest.
        """
        errors = self.errors
        if errors if denied else any(d.rule.severity is Severity.ERROR for d in errors):
            raise BookError(self.diagnostics)


def _gathered(diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield `diagnostics` with one for all that are alike, at the place of the first."""
    found = list(diagnostics)
    groups: dict[tuple[str, ...], list[Diagnostic]] = {}
    for diagnostic in found:
        groups.setdefault(_kind(diagnostic), []).append(diagnostic)
    for diagnostic in found:
        group = groups[_kind(diagnostic)]
        if len(group) <= (1 if diagnostic.alike else MOST_EQUAL):
            yield diagnostic
        elif diagnostic is group[0]:
            yield _with_count(group)


def _kind(diagnostic: Diagnostic) -> tuple[str, ...]:
    file = diagnostic.span.file if diagnostic.span else ""
    what = (diagnostic.alike,) if diagnostic.alike else ("", diagnostic.message, diagnostic.hint)
    return (diagnostic.rule.name, diagnostic.severity, file, *what)


def _with_count(group: list[Diagnostic]) -> Diagnostic:
    first = group[0]
    if first.span and first.span.cell:
        cells = dict.fromkeys(d.span.cell for d in group if d.span and d.span.cell)
        cells.pop(first.span.cell, None)
        return _counted(first, len(group), "cell", list(cells))
    lines = dict.fromkeys(d.span.line for d in group if d.span and d.span.line)
    lines.pop(first.span.line if first.span else 0, None)
    return _counted(first, len(group), "line", list(lines))


def _counted(first: Diagnostic, count: int, unit: str, others: list[int]) -> Diagnostic:
    listed = ", ".join(map(str, others[:MOST_LINES]))
    more = ", …" if len(others) > MOST_LINES else ""
    places = f": also {unit}{'s' if len(others) > 1 else ''} {listed}{more}" if others else ""
    return replace(first, message=f"{first.message} ({count} such places{places})")


class BookError(Exception):
    """The book cannot be built; `diagnostics` says why, warnings included."""

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        # What `__init__` was called with is what it is called with again in another process.
        super().__init__(diagnostics)
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        errors = [d for d in self.diagnostics if d.severity is Severity.ERROR]
        return "; ".join(f"{d.rule.code}: {d.message}" for d in errors)
