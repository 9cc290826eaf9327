"""Put together the checks of everything that must be right before a book is handed out.

Each check has passed, has failed or was not run; what was not run never counts as passed. A finding
that is an error or a warning is something to mend, a note is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from bookbuilder.book import Book
from bookbuilder.build import apply_levels
from bookbuilder.checks.placeholders import check_details, check_placeholders
from bookbuilder.checks.reading_text import chapters_of
from bookbuilder.checks.spelling import Spelt, check_spelling
from bookbuilder.checks.web_links import LinkPlace, web_links
from bookbuilder.model.diagnostics import Diagnostic, Levels, Report, Severity
from bookbuilder.text.placeholders import SHORT

# Codes of findings about links inside the book.
_LINKS = ("L001", "L002", "L003", "L005", "L006", "L007", "L008", "L009")

_TEXT = "Text, pictures and settings"
_INSIDE = "Links inside the book"
_DETAILS = "Details of the book"
_TO_COME = "Text still to be written"
_SPELLING = "Spelling"


class State(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Check:
    """A check and its result; `said` tells what was looked at, or why it was not run.

    `partly` names what a check that was run could not look at.
    """

    name: str
    state: State
    said: str = ""
    findings: tuple[Diagnostic, ...] = ()
    hint: str = ""
    partly: str = ""

    @property
    def to_mend(self) -> int:
        return sum(1 for found in self.findings if _is_to_mend(found))


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A file that readers get: its path, what is said of it, and a digest of it (SHA-256)."""

    path: Path
    said: str
    digest: str


@dataclass(slots=True)
class Release:
    """Hold all that is known of a book that is about to be handed out."""

    title: str
    language: str
    page: Path
    edition: str = ""
    version: str = ""
    checks: list[Check] = field(default_factory=list)
    files: list[HandedOut] = field(default_factory=list)
    links: list[LinkPlace] = field(default_factory=list)
    asked: Levels = field(default_factory=dict)
    of_book: Levels = field(default_factory=dict)
    of_chapters: dict[str, Levels] = field(default_factory=dict)

    @property
    def to_mend(self) -> int:
        return sum(check.to_mend for check in self.checks)

    @property
    def is_ready(self) -> bool:
        return not any(check.state is State.FAILED for check in self.checks)

    @property
    def not_run(self) -> list[str]:
        """Return the names of checks that were not run, and what others could not look at."""
        left = [check.name for check in self.checks if check.state is State.NOT_RUN]
        return left + [f"{check.name} ({check.partly})" for check in self.checks if check.partly]

    @property
    def answer(self) -> str:
        """Return yes or no, and why, on one line."""
        missing = f"not run: {', '.join(self.not_run)}" if self.not_run else ""
        if self.is_ready:
            said = "yes, as far as it was checked" if missing else "yes"
        else:
            things = f"{self.to_mend} thing{'' if self.to_mend == 1 else 's'} to mend"
            said = f"no, {things}"
        return f"Ready to hand out: {said}{'; ' * bool(missing)}{missing}"

    @property
    def findings(self) -> list[Diagnostic]:
        return list(dict.fromkeys(found for check in self.checks for found in check.findings))

    def report(self) -> Report:
        """Return an empty report that judges by the book's levels."""
        return Report(asked=self.asked, of_book=self.of_book, of_chapters=dict(self.of_chapters))

    def add(
        self, name: str, findings: Iterable[Diagnostic], said: str = "", partly: str = ""
    ) -> None:
        """Add a check that was run."""
        found = tuple(findings)
        state = State.FAILED if any(map(_is_to_mend, found)) else State.PASSED
        self.checks.append(Check(name, state, said, found, partly=partly))

    def leave(self, name: str, why: str, hint: str = "") -> None:
        """Add a check that was not run."""
        self.checks.append(Check(name, State.NOT_RUN, why, (), hint))


def check_text(release: Release, books: Sequence[Book], report: Report) -> None:
    """Add the checks of a book's text; `report` holds what `check` has found in it."""
    for book in books:
        apply_levels(book, report)
        release.of_book, release.of_chapters = report.of_book, report.of_chapters
    chapters = len({chapter.source.name for _, chapter in chapters_of(books)})
    drafts = len(books[0].drafts)
    said = f"{chapters} chapters" if chapters != 1 else "one chapter"
    said += f", in {len(books)} texts for formats and editions" if len(books) > 1 else ""
    said += f"; {drafts} left out as drafts" if drafts else ""
    found = list(report)
    links = [one for one in found if one.rule.code in _LINKS]
    release.add(_TEXT, [one for one in found if one not in links], said)
    release.add(_INSIDE, links)

    details = release.report()
    check_details(books[0], details)
    release.add(_DETAILS, details, "authors, language, description, date, version, licence")
    placeholders = release.report()
    check_placeholders(books, placeholders)
    release.add(_TO_COME, placeholders, "TODO, lorem ipsum, ??? and their like")
    spelling = release.report()
    add_spelling(release, check_spelling(books, spelling, SHORT), spelling)
    release.links = web_links(books)


def add_unread(release: Release, report: Report) -> None:
    """Add what stood in the way of reading the book, and that nothing else was looked at."""
    release.add(_TEXT, report)
    for name in (_INSIDE, _DETAILS, _TO_COME, _SPELLING, "Building"):
        release.leave(name, "the book cannot be read")


def add_spelling(release: Release, spelt: Spelt, report: Report) -> None:
    if spelt.not_run:
        hint = next((one.hint for one in report if one.hint), "")
        release.leave(_SPELLING, spelt.not_run, hint)
        return
    said = f"{spelt.words:,} different words in {', '.join(spelt.dictionaries)}"
    left = f"no dictionary for {', '.join(spelt.left)}" if spelt.left else ""
    release.add(_SPELLING, report, said, left)


def _is_to_mend(found: Diagnostic) -> bool:
    return found.severity is not Severity.NOTE
