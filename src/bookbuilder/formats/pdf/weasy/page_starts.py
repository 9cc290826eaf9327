"""Which of the book's text each page starts with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any
from xml.etree import ElementTree as ET

from bs4 import Tag

from bookbuilder.book import Book
from bookbuilder.formats.pdf.pages.records import LaidOutRun, PageRecord, Start
from bookbuilder.formats.pdf.paginate.numbering import pages_of, roman
from bookbuilder.formats.pdf.weasy.structure import boxes_in_order
from bookbuilder.model.pagination import PageStart, Pagination, blocks
from bookbuilder.text.slugs import loose
from bookbuilder.trees.markup import elements

_PLACE = "data-place"
# Enough to find the place again in a block that repeats itself.
_LETTERS = 60
_REPEATED = ("thead", "tfoot")


def mark_places(section: ET.Element, tree: Tag, name: str) -> None:
    """Let the blocks of `section`, made from `tree` and not changed since, say where they are."""
    places = {id(tag): number for number, tag in enumerate(blocks(tree))}
    for tag, element in zip([tree, *elements(tree)], section.iter(), strict=True):
        if id(tag) in places:
            element.set(_PLACE, f"{name}/{places[id(tag)]}")


def mark_opening(section: ET.Element, name: str) -> None:
    """Let a part's opening say that it is one."""
    section.set(_PLACE, name)


class Starts:
    """Finds the first text of pages that are shown to it in order, laid out from `tree`."""

    def __init__(self, tree: ET.Element) -> None:
        self._parents = {child: parent for parent in tree.iter() for child in parent}
        self._places: dict[ET.Element, ET.Element | None] = {}
        self._set: dict[ET.Element, int] = {}

    def of(self, page_box: Any) -> Start | None:
        """None for a page without text of the book's: an empty one, or one of notes alone."""
        first: ET.Element | None = None
        offset, words = 0, ""
        new: set[ET.Element] = set()
        for box in _flow(page_box):
            text = str(getattr(box, "text", ""))
            if box.element is None or not (text.strip() or hasattr(box, "replacement")):
                continue
            block = self._block(box.element)
            if block is None or (block not in new and block in self._set and self._repeats(block)):
                continue
            if block not in self._set:
                new.add(block)
                self._set[block] = 0
            if first is None:
                first, offset = block, self._set[block]
            found = loose(text)
            if block is first and len(words) < _LETTERS:
                words += found
            self._set[block] += len(found)
        if first is None:
            return None
        return Start(first.get(_PLACE, ""), offset, words[:_LETTERS])

    def _block(self, element: ET.Element) -> ET.Element | None:
        """The innermost block with a place that `element` is, or is in."""
        passed = []
        at: ET.Element | None = element
        while at is not None and at not in self._places and at.get(_PLACE) is None:
            passed.append(at)
            at = self._parents.get(at)
        found = self._places.get(at, at) if at is not None else None
        self._places |= dict.fromkeys(passed, found)
        return found

    def _repeats(self, block: ET.Element) -> bool:
        at: ET.Element | None = block
        while at is not None and at.tag not in _REPEATED:
            at = self._parents.get(at)
        return at is not None


def _flow(page_box: Any) -> Iterator[Any]:
    apart = [box for box in page_box.children if type(box).__name__ == "FootnoteAreaBox"]
    notes = {id(box) for area in apart for box in boxes_in_order(area)}
    return (box for box in boxes_in_order(page_box) if id(box) not in notes)


def pagination_of(laid_out_runs: Sequence[LaidOutRun], book: Book) -> Pagination:
    """Of the front and the body of `book`, by their folios."""
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
