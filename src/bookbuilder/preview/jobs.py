"""Do the work of the preview's processes: one reads the whole book, one the chapter just saved."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookbuilder.book import Book, Chapter
from bookbuilder.build import is_another_text
from bookbuilder.config.book_folder import read_limits
from bookbuilder.formats.epub.source_map import find_in_chapter
from bookbuilder.formats.pdf import PDF
from bookbuilder.model.audience import EPUB, Audience
from bookbuilder.model.diagnostics import BookError, Report
from bookbuilder.preview.context import Context
from bookbuilder.preview.counting import Entry, entries_of, words_of
from bookbuilder.preview.drawing import draw, open_document
from bookbuilder.preview.findings import ShownFinding, shown_findings
from bookbuilder.preview.printing import (
    ChapterPrinter,
    Printed,
    Stretch,
    page_of,
    print_book,
)
from bookbuilder.preview.resident import Tell, Work
from bookbuilder.preview.screens import File, Screen, ScreenWriter, first_change
from bookbuilder.runtime.cache import digest_of
from bookbuilder.runtime.limits import Limits
from bookbuilder.runtime.programs import allow_programs


@dataclass(frozen=True, slots=True)
class Asked:
    """Say which book is previewed: its folder or file, and whether drafts are in it.

    `edition` and `translation` are some of book.toml, `pdf_edition` is `print` or `screen`, or
    empty. `programs` says whether those that book.toml names may be run.
    """

    root: Path
    drafts: bool
    edition: str = ""
    pdf_edition: str = ""
    translation: str = ""
    programs: bool = False

    def context(self) -> Context:
        """Return what reads the text of the EPUB."""
        return self._context(EPUB)

    def context_of_print(self, book: Book) -> Context | None:
        """Return what reads the text of the PDF, if `book` has another one in the EPUB."""
        wanted = dataclasses.replace(book.config.audience, format=PDF.audience(book.config))
        return self._context(wanted.format) if is_another_text(book, wanted) else None

    def _context(self, kind: str) -> Context:
        return Context(
            self.root,
            drafts=self.drafts,
            audience=Audience(kind, self.edition, self.translation),
            pdf_edition=self.pdf_edition,
        )


@dataclass(frozen=True, slots=True)
class WholeBook:
    """The book as it was read, as an EPUB; `limits` are its own.

    Of `files`, those that the preview has already come without their data.
    """

    title: str
    language: str
    screens: tuple[Screen, ...]
    files: tuple[File, ...]
    digests: tuple[str, ...]
    entries: tuple[Entry, ...]
    findings: tuple[ShownFinding, ...]
    limits: Limits


@dataclass(frozen=True, slots=True)
class WholePrint:
    """The book on pages, or None if it could not be laid out, and all findings."""

    printed: Printed | None
    findings: tuple[ShownFinding, ...]


@dataclass(frozen=True, slots=True)
class ChapterScreens:
    """The chapters of a file that was saved, as documents of the EPUB, and their words."""

    screens: tuple[Screen, ...]
    files: tuple[File, ...]
    words: Mapping[str, int]
    place: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class ChapterPages:
    """A chapter on pages; `data` is their PDF, `drawn` pictures by key of page and width."""

    stretch: Stretch
    data: bytes
    drawn: Mapping[tuple[str, int], bytes]


@dataclass(frozen=True, slots=True)
class Layout:
    """Say where chapters start in print, and what is quoted of other pages."""

    starts: Mapping[str, int]
    labels: Mapping[str, str]
    at_end: frozenset[str]


@dataclass(frozen=True, slots=True)
class Save:
    """A chapter's file was saved; `blocks` are those shown before, by slug.

    `width` is that of pages on the screen, 0 if they are not shown.
    """

    path: Path
    blocks: Mapping[str, tuple[str, ...]]
    width: int


@dataclass(frozen=True, slots=True)
class Locate:
    """Ask for the line that a text of the chapter `slug` comes from."""

    slug: str
    text: str


REFRESH = "refresh"
WIDTH_TO_WARM = 400
# Chapters that are made of what all others hold.
OF_THE_WHOLE = ("doc-index", "doc-glossary")


def start_whole(asked: Asked) -> Work:
    """Return what reads and prints the whole book; the message is the digests of known files."""
    allow_programs(asked.programs)
    writer = ScreenWriter()

    def work(known: frozenset[str], tell: Tell) -> WholePrint:
        report = Report()
        limits = read_limits(asked.root)
        book = asked.context().read(report)
        screens, files = writer.write(book, report)
        digests = tuple(digest_of(file.data) for file in files)
        tell(
            WholeBook(
                book.metadata.title,
                book.metadata.language,
                tuple(screens),
                tuple(
                    dataclasses.replace(file, data=b"") if digest in known else file
                    for file, digest in zip(files, digests, strict=True)
                ),
                digests,
                tuple(entries_of(book)),
                tuple(shown_findings(report)),
                limits,
            )
        )
        printed = None
        try:
            if (context := asked.context_of_print(book)) is not None:
                book = context.read(report)
            printed = print_book(book, report)
        except BookError as error:
            with contextlib.suppress(BookError):
                report.take(error)
        return WholePrint(printed, tuple(shown_findings(report)))

    return work


def start_quick(asked: Asked) -> Work:
    """Return what reads and prints single chapters; it keeps the book, its fonts and styles."""
    allow_programs(asked.programs)
    return _Quick(asked).work


class _Quick:
    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._context = asked.context()
        self._context_of_print: Context | None = None
        self._writer = ScreenWriter()
        self._printer: ChapterPrinter | None = None
        self._is_warm = False
        self._layout: Layout | None = None
        self._chapters: dict[str, Chapter] = {}
        self._fonts = contextlib.ExitStack()
        self._fonts_of: tuple[tuple[Path, ...], str] = (), ""

    def work(self, message: Any, tell: Tell) -> Any:
        if message == REFRESH:
            return self._refresh()
        if isinstance(message, Layout):
            self._layout = message
            self._warm()
            return None
        if isinstance(message, Locate):
            return self._locate(message)
        assert isinstance(message, Save)
        return self._save(message, tell)

    def _refresh(self) -> None:
        """Read the whole book, so that chapters can be read in it."""
        report = Report()
        book = self._context.read(report)
        self._chapters = {chapter.slug: chapter for chapter in book.chapters}
        self._writer.write(book, report)
        self._context_of_print = self._asked.context_of_print(book)
        # A change of fonts asks for another process, since fontconfig reads its own but once.
        wanted = book.config.folders, book.metadata.language
        try:
            if self._context_of_print is not None:
                book = self._context_of_print.read(Report())
            if self._printer is None or wanted != self._fonts_of:
                from bookbuilder.formats.pdf.writer import fonts_of

                self._fonts.close()
                self._fonts.enter_context(fonts_of(book, report))
                self._printer, self._fonts_of = ChapterPrinter(), wanted
                self._is_warm = False
            self._printer.load(book)
        except BookError:
            self._printer = None

    def _warm(self) -> None:
        """Print the shortest chapter once, so that fonts are loaded when the first save comes."""
        if self._is_warm or self._printer is None or self._layout is None:
            return
        self._is_warm = True
        starts = self._layout.starts
        printed = [c for c in self._chapters.values() if c.slug in starts]
        known = [c for c in printed if self._context.knows(c.source.path)]
        if not known:
            return
        shortest = min(known, key=lambda chapter: len(chapter.source.text))
        with contextlib.suppress(BookError):
            context = self._context_of_print or self._context
            book = context.read_chapter(shortest.source.path, Report())
            if book is not None:
                self._print(book, shortest.slug, 0, WIDTH_TO_WARM)

    def _save(self, save: Save, tell: Tell) -> ChapterPages | None:
        """Tell the documents of the chapter that was saved, and return its pages."""
        if not self._context.knows(save.path) or self._writer.frame is None:
            return None
        book = self._context.read_chapter(save.path, Report())
        if book is None:
            return None
        chapters = [c for c in book.chapters if c.source.path == save.path]
        if any(c.role in OF_THE_WHOLE for c in chapters):
            return None
        screens, files = self._writer.write_chapters(book, chapters)
        place = None
        for screen in screens:
            change = first_change(save.blocks.get(screen.slug, ()), screen.blocks)
            if change is not None and place is None:
                place = screen.slug, change
        self._chapters |= {c.slug: c for c in chapters}
        words = {c.slug: words_of(c) for c in chapters}
        tell(ChapterScreens(tuple(screens), tuple(files), words, place))
        slug, block = place or (chapters[0].slug, 0)
        if self._context_of_print is not None:
            book = self._context_of_print.read_chapter(save.path, Report())
            if book is None:
                return None
        return self._print(book, slug, block, save.width)

    def _print(self, book: Book, slug: str, block: int, width: int) -> ChapterPages | None:
        layout, printer = self._layout, self._printer
        start = layout.starts.get(slug) if layout else None
        if not width or printer is None or layout is None or start is None or printer.is_whole:
            return None
        made = printer.print_chapter(book, slug, start, layout.labels, layout.at_end)
        if made is None:
            return None
        stretch, data = made
        document = open_document(data)
        index = page_of(stretch.pages, slug, block)
        shown = [index] if index < len(stretch.pages) else []
        drawn = {(stretch.pages[i].key, width): draw(document, i, width) for i in shown}
        document.close()
        return ChapterPages(stretch, data, drawn)

    def _locate(self, asked: Locate) -> tuple[str, int, int] | None:
        chapter = self._chapters.get(asked.slug)
        if chapter is None:
            return None
        span = find_in_chapter(chapter, [asked.text])
        return span.file, span.line, span.column
