"""Page numbers as text in the trees.

WeasyPrint's own way, `target-counter(…, page)`, silently corrupts the layout of pages that also
have footnotes. So pages are laid out, their anchors read, the numbers written into the tree, and
pages laid out again until nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from statistics import mean
from typing import Any
from xml.etree import ElementTree as ET

from bookbuilder.book import Book
from bookbuilder.formats.pdf.compose.index_pages import bake_index, index_places, targets_of
from bookbuilder.formats.pdf.pages.records import LaidOutRun, PageRecord
from bookbuilder.formats.pdf.pages.runs import PAGE_OF, Run
from bookbuilder.model.pagination import PageStart, Pagination

UNKNOWN = "000"
# Of plain text; tables, code and notes take more room.
CHARACTERS_ON_PAGE = 1250


def roman(number: int) -> str:
    """Lower-case Roman numerals, for numbers from 1."""
    values = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
    letters = ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i")
    found = []
    for value, letter in zip(values, letters, strict=True):
        count, number = divmod(number, value)
        found.append(letter * count)
    return "".join(found)


def pages_of(laid_out_runs: Iterable[LaidOutRun]) -> Iterator[PageRecord]:
    return (page for laid_out in laid_out_runs for page in laid_out.pages)


def labels_of(pages: Iterable[Any], folio: Callable[[int], str] = str) -> dict[str, str]:
    """Anchors of pages that are numbered from 1, and their folios.

    An element that spans pages has its anchor on each; the first counts.
    """
    labels: dict[str, str] = {}
    for number, page in enumerate(pages, 1):
        for name in page.anchors:
            labels.setdefault(name, folio(number))
    return labels


def starts_of(laid_out_runs: Iterable[LaidOutRun]) -> list[int]:
    """The number of the first page of each, where that of the first is 1."""
    return list(accumulate((len(laid_out.pages) for laid_out in laid_out_runs), initial=1))[:-1]


def guessed(runs: Iterable[ET.Element]) -> dict[str, int]:
    """About the pages that the anchors in the body's `runs` will have, if all start on rectos."""
    pages: dict[str, int] = {}
    first = 1
    for tree in runs:
        characters = 0
        for element in tree.iter():
            if name := element.get("id"):
                pages.setdefault(name, first + characters // CHARACTERS_ON_PAGE)
            characters += len(element.text or "") + len(element.tail or "")
        first += 2 * (1 + characters // (2 * CHARACTERS_ON_PAGE))
    return pages


def placeholder(page: int) -> str:
    """A label of as many figures as that of `page`.

    The right one can then mostly be written in without laying out anything again.
    """
    return "0" * len(str(page))


def is_doubtful(page: int) -> bool:
    """Whether a page of which `page` is a guess may have another number of figures."""
    slack = 2 + page // 8
    return len(str(max(page - slack, 1))) < len(str(page + slack))


def about(run: Run, known: Mapping[Run, LaidOutRun]) -> LaidOutRun:
    """A laid-out run of about as many pages as that of `run` will have, without anything on them.

    They hold as much text as pages of `known` runs do, and like most of those come in leaves, the
    last of which is half empty.
    """
    counts = [len(laid_out.pages) for laid_out in known.values()]
    step = 1 + round(mean(count % 2 == 0 for count in counts))
    full = sum(max(count - step / 2, 0.5) for count in counts)
    on_page = max(sum(other.size for other in known) / full, 1)
    count = step * max(round(run.size / on_page / step + 0.5), 1)
    return LaidOutRun(tuple([PageRecord(0, 0, (0, 0, 0, 0), {})] * count))


def bake(tree: ET.Element, labels: Mapping[str, str]) -> bool:
    """Write page numbers into every element with `data-page-of="#id"`, and into the index.

    Returns whether one changed.
    """
    changed = bake_index(tree, labels)
    for element, target in _quoting(tree):
        label = labels.get(target, UNKNOWN)
        changed = changed or element.text != label
        element.text = label
    return changed


def quoted_in(tree: ET.Element) -> set[str]:
    """The anchors whose pages `tree` quotes, in the index too."""
    indexed = (target for place in index_places(tree) for target in targets_of(place))
    return {target for _, target in _quoting(tree)} | {t.removeprefix("#") for t in indexed}


def _quoting(tree: ET.Element) -> Iterator[tuple[ET.Element, str]]:
    for element in tree.iter():
        target = element.get(PAGE_OF)
        if target is not None:
            yield element, target.removeprefix("#")


def pagination_of(laid_out_runs: Sequence[LaidOutRun], book: Book) -> Pagination:
    """Say where the pages of front and body start in the text of `book`, by their folios."""
    front = ((roman(number), page) for number, page in enumerate(laid_out_runs[0].pages, 1))
    body = ((str(number), page) for number, page in enumerate(pages_of(laid_out_runs[1:]), 1))
    said, pdf = book.metadata, book.config.pdf
    edition = f"{pdf.edition} edition, PDF, {pdf.trim}"
    source = ", ".join(filter(None, (said.title, edition, said.version)))
    return Pagination(source, tuple(_started(chain(front, body))))


def _started(pages: Iterator[tuple[str, PageRecord]]) -> Iterator[PageStart]:
    for label, page in pages:
        if page.start is not None:
            section, _, block = page.start.place.partition("/")
            number = int(block) if block else None
            yield PageStart(label, section, number, page.start.offset, page.start.words)
