"""Put a book, or one chapter of it, on pages as they will be printed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from bookbuilder.book import Asset, Book
from bookbuilder.formats.pdf.compose.foot_notes import long_notes
from bookbuilder.formats.pdf.compose.front_cover import with_picture
from bookbuilder.formats.pdf.compose.print_notes import arrange_notes
from bookbuilder.formats.pdf.compose.styles import author_styles, built_in_styles
from bookbuilder.formats.pdf.joining.fonts import joined_fonts
from bookbuilder.formats.pdf.joining.joining import join
from bookbuilder.formats.pdf.paginate.cutting import needs_the_whole
from bookbuilder.formats.pdf.paginate.page_numbers import (
    labels_of,
    pages_of,
    roman,
    starts_of,
    write_numbers,
)
from bookbuilder.formats.pdf.paginate.rounds import make_runs
from bookbuilder.formats.pdf.run_data.numbering import numbered
from bookbuilder.formats.pdf.run_data.records import LaidOutRun
from bookbuilder.formats.pdf.run_data.runs import LEAF, Run, numbers_in
from bookbuilder.formats.pdf.writer import lay_out
from bookbuilder.model.diagnostics import Report
from bookbuilder.runtime.cache import digest_of

if TYPE_CHECKING:
    from bookbuilder.formats.pdf.weasy.layout import TreeLayouter

FRONT = "--front"
"""The name of the stretch of pages before the first chapter."""
WHOLE = "--whole"


@dataclass(frozen=True, slots=True)
class Page:
    """A page: `label` is its folio, `key` tells it from every other, `place` is where it starts.

    Sizes are CSS pixels.
    """

    label: str
    key: str
    place: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """Pages that can be laid out at one go: a chapter, the opening of a part, or the first ones.

    `start` is the number of the first one. `document` names the PDF that they are drawn from, in
    which they begin at `first`. `is_front` says that they come before the body.
    """

    name: str
    start: int
    pages: tuple[Page, ...]
    document: str
    first: int = 0
    is_front: bool = False


@dataclass(frozen=True, slots=True)
class Printed:
    """A book on pages, and what one of its chapters needs to be laid out by itself.

    `labels` are the folios of all anchors, `at_end` the notes that have no room at the foot of
    their pages. `is_whole` says that chapters cannot be laid out by themselves.
    """

    document: str
    data: bytes
    stretches: tuple[Stretch, ...]
    labels: Mapping[str, str]
    at_end: frozenset[str]
    is_whole: bool


def print_book(book: Book, report: Report) -> Printed:
    """Lay out the whole book; raise `BookError` if that fails."""
    paged = lay_out(book, report)
    front, *body = paged.laid_out.laid_out_runs
    runs = paged.laid_out.runs
    data = paged.pdf.file()
    document = digest_of(data)
    stretches: list[Stretch] = []
    first = 0
    starts = [1, *starts_of(body)]
    for run, laid_out, start in zip(runs, [front, *body], starts, strict=True):
        name = _name_of(run, is_front=run is runs[0])
        pages = _pages(laid_out, start, roman if name == FRONT else str)
        if name == FRONT:
            stretches += _front_stretches({c.slug for c in book.front}, pages, document)
        else:
            stretches.append(Stretch(name, start, pages, document, first))
        first += len(pages)
    labels = labels_of(pages_of([front]), roman) | labels_of(pages_of(body))
    # What stands at a chapter's end is no note at the foot of a page.
    at_end = frozenset(paged.laid_out.at_end)
    is_whole = len(runs) < 3
    return Printed(document, data, tuple(stretches), labels, at_end, is_whole)


def _front_stretches(
    slugs: Collection[str], pages: Sequence[Page], document: str
) -> Iterator[Stretch]:
    """Yield the pages before the first chapter of the front matter, then those of each."""
    names = [page.place.partition("/")[0] for page in pages]
    starts = {name: index for index, name in reversed(list(enumerate(names))) if name in slugs}
    cuts = sorted({FRONT: 0, **starts}.items(), key=lambda cut: cut[1])
    for (name, begin), (_, end) in pairwise([*cuts, ("", len(pages))]):
        yield Stretch(name, begin + 1, tuple(pages[begin:end]), document, begin, is_front=True)


def _alone(front: Run, slug: str) -> Run | None:
    """Return a run of one chapter of the front matter, and of the leaf that ends it."""
    root = ET.Element(front.tree.tag, front.tree.attrib)
    body = ET.Element("body")
    for child in front.tree:
        root.append(body if child.tag == "body" else child)
    whole = front.tree.find("body")
    if whole is None or not len(whole):
        return None
    *sections, leaf = whole
    for section in sections:
        if slug in (e.get("id") for e in section.iter("section")):
            body.extend((section, leaf))
            return dataclasses.replace(front, tree=root)
    return None


def _name_of(run: Run, *, is_front: bool) -> str:
    if is_front:
        return FRONT
    names = [e.get("id", "") for e in run.tree.iter("section") if e.get("id") not in (None, LEAF)]
    tops = [n for n in names if n]
    return tops[0] if tops else WHOLE


def _pages(laid_out: LaidOutRun, start: int, folio: Callable[[int], str]) -> tuple[Page, ...]:
    pictures = repr((laid_out.assets, laid_out.blobs)).encode()
    return tuple(
        Page(
            folio(number),
            digest_of(page.content, pictures, repr((page.width, page.height)).encode())[:24],
            page.start.place if page.start else "",
            page.width,
            page.height,
        )
        for number, page in enumerate(laid_out.pages, start)
    )


@dataclass(slots=True)
class ChapterPrinter:
    """Lays out one chapter at a time with the fonts and styles of the book, which stay loaded.

    WeasyPrint must be ready, as inside `weasyprint_with_fonts`.
    """

    _assets: dict[str, Asset] = field(default_factory=dict)
    _styles: list[tuple[str, str]] = field(default_factory=list)
    _layouter: TreeLayouter | None = None
    is_whole: bool = False

    def load(self, book: Book) -> None:
        """Read the styles of `book`, and parse them if they are new."""
        from bookbuilder.formats.pdf.weasy.layout import TreeLayouter

        report = Report()
        own = list(author_styles(book.config, report))
        styles = [*built_in_styles(book, report), *own]
        pdf = book.config.pdf
        self.is_whole = pdf.openings == "any" or needs_the_whole(text for _, text in own)
        self._assets.clear()
        self._assets.update(book.assets)
        if styles != self._styles or self._layouter is None:
            self._styles = styles
            self._layouter = TreeLayouter(self._assets, styles)

    def print_chapter(
        self, book: Book, slug: str, start: int, labels: Mapping[str, str], at_end: Collection[str]
    ) -> tuple[Stretch, bytes] | None:
        """Return the pages of the chapter `slug` from page `start` on, and their PDF.

        Return None if it is not laid out by itself.
        """
        from bookbuilder.formats.pdf.weasy.fonts import write_fonts

        if book.config.pdf.edition == "screen":
            book = with_picture(book, Report())
        book = arrange_notes(book)
        self._assets.clear()
        self._assets.update(book.assets)
        owners = {c.slug: c for c in book.chapters}
        long = set(long_notes(owners[slug])) if slug in owners else set()
        notes = dict.fromkeys({*at_end, *long}, owners[slug])
        tree, runs = make_runs(book, notes, False)
        front, *body = runs
        run = next((r for r in body if _name_of(r, is_front=False) == slug), None)
        is_front = run is None
        if run is None and (run := _alone(front, slug)) is not None:
            tree = run.tree
        if run is None or len(body) < 2 or self._layouter is None:
            return None
        write_numbers(run.tree, labels)
        laid_out, blobs = self._layouter.lay_out_run(run.tree, start, run.has_leaf)
        if laid_out.failure is not None or laid_out.misplaced_notes or laid_out.runs_on:
            return None
        laid_out = numbered(laid_out, start, [number.text or "" for number in numbers_in(run.tree)])
        uses, names = joined_fonts([laid_out])
        fonts = write_fonts(uses, blobs)
        data = join(tree, [laid_out], [run.part], fonts, names, blobs, has_links=False).file()
        pages = _pages(laid_out, start, roman if is_front else str)
        return Stretch(slug, start, pages, digest_of(data), is_front=is_front), data


def page_of(pages: Sequence[Page], slug: str, block: int) -> int:
    """Return the index in `pages` of the page that holds a block of a chapter; 0 if none does."""
    found = 0
    for index, page in enumerate(pages):
        section, _, number = page.place.partition("/")
        if section == slug and (not number or int(number) <= block):
            found = index
    return found


def all_pages(stretches: Sequence[Stretch]) -> list[Page]:
    return list(chain.from_iterable(stretch.pages for stretch in stretches))
