"""Number pages, and write their numbers as text into the trees.

WeasyPrint's own way, `target-counter(…, page)`, silently corrupts the layout of pages that also
have footnotes. So pages are laid out, their anchors read, the numbers written into the tree, and
pages laid out again until nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from typing import Protocol
from xml.etree import ElementTree as ET

from bookbuilder.book import Book
from bookbuilder.formats.pdf.compose.index_pages import (
    index_places,
    targets_of,
    write_index_numbers,
)
from bookbuilder.formats.pdf.run_data.numbering import stand_in
from bookbuilder.formats.pdf.run_data.records import LaidOutRun, PageRecord
from bookbuilder.formats.pdf.run_data.runs import IN_COLUMN, PAGE_OF, classes_of, numbers_in
from bookbuilder.model.pagination import PageStart, Pagination

UNKNOWN = "000"


class _Anchored(Protocol):
    @property
    def anchors(self) -> Mapping[str, object]: ...


def roman(number: int) -> str:
    """Return `number`, from 1 on, in lower-case Roman numerals."""
    values = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
    letters = ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i")
    found = []
    for value, letter in zip(values, letters, strict=True):
        count, number = divmod(number, value)
        found.append(letter * count)
    return "".join(found)


def pages_of(laid_out_runs: Iterable[LaidOutRun]) -> Iterator[PageRecord]:
    return (page for laid_out in laid_out_runs for page in laid_out.pages)


def labels_of(pages: Iterable[_Anchored], folio: Callable[[int], str] = str) -> dict[str, str]:
    """Return the anchors of pages that are numbered from 1, and their folios.

    An element that spans pages has its anchor on each; the first counts.
    """
    labels: dict[str, str] = {}
    for number, page in enumerate(pages, 1):
        for name in page.anchors:
            labels.setdefault(name, folio(number))
    return labels


def starts_of(laid_out_runs: Iterable[LaidOutRun]) -> list[int]:
    """Return the number of each run's first page, where that of the first run is 1."""
    return list(accumulate((len(laid_out.pages) for laid_out in laid_out_runs), initial=1))[:-1]


def expected_starts(laid_out_runs: Iterable[LaidOutRun]) -> list[int]:
    """Return the number of each run's first page, as if all had been laid out from there.

    A run that was laid out from a page of the other side has a blank page more or less at its end
    if what follows has to start on one side.
    """
    starts = [1]
    for laid_out in laid_out_runs:
        end = starts[-1] + len(laid_out.pages) - laid_out.ends_blank
        side = ("verso", "recto")[end % 2]
        starts.append(end + (laid_out.next_side not in ("", side)))
    return starts[:-1]


def write_numbers(tree: ET.Element, labels: Mapping[str, str]) -> None:
    """Write page numbers into all elements that quote a page, and into the index."""
    write_index_numbers(tree, labels)
    for element, target in _quoting(tree):
        element.text = labels.get(target, UNKNOWN)


def stand_ins_in(tree: ET.Element) -> list[tuple[str, str]]:
    """Return the numbers that `tree` quotes, with zeros for their figures, and where they lead."""
    return [
        (stand_in(element.text or "", IN_COLUMN in classes_of(element)), element.get("href", ""))
        for element in numbers_in(tree)
    ]


def text_with(tree: ET.Element, stand_ins: Sequence[tuple[str, str]]) -> bytes:
    """Return `tree` as XML, with `stand_ins` for the numbers in it."""
    numbers = numbers_in(tree)
    said = [element.text for element in numbers]
    for element, (zeros, _) in zip(numbers, stand_ins, strict=True):
        element.text = zeros
    # Ten times as fast as to encode each piece.
    text = ET.tostring(tree, "unicode").encode()
    for element, number in zip(numbers, said, strict=True):
        element.text = number
    return text


def quoted_by(tree: ET.Element) -> Iterator[tuple[str, bool, bool]]:
    """Yield the anchors whose pages `tree` quotes.

    With each: whether its number has to be exact, for the index joins pages to ranges, and whether
    it stands in a column.
    """
    for place in index_places(tree):
        yield from ((target.removeprefix("#"), True, False) for target in targets_of(place))
    for element, target in _quoting(tree):
        yield target, False, IN_COLUMN in classes_of(element)


def _quoting(tree: ET.Element) -> Iterator[tuple[ET.Element, str]]:
    for element in tree.iter():
        target = element.get(PAGE_OF)
        if target is not None:
            yield element, target.removeprefix("#")


def pagination_of(laid_out_runs: Sequence[LaidOutRun], book: Book) -> Pagination:
    """Return where the pages of `book` start, by their folios; its front is the first run."""
    front = ((roman(number), page) for number, page in enumerate(laid_out_runs[0].pages, 1))
    body = ((str(number), page) for number, page in enumerate(pages_of(laid_out_runs[1:]), 1))
    metadata, pdf = book.metadata, book.config.pdf
    edition = f"{pdf.edition} edition, PDF, {'large print' if pdf.large else pdf.trim}"
    source = ", ".join(filter(None, (metadata.title, edition, metadata.version)))
    return Pagination(source, tuple(_page_starts(chain(front, body))))


def _page_starts(pages: Iterable[tuple[str, PageRecord]]) -> Iterator[PageStart]:
    for label, page in pages:
        if page.start is not None:
            section, _, block = page.start.place.partition("/")
            number = int(block) if block else None
            yield PageStart(label, section, number, page.start.offset, page.start.words)
