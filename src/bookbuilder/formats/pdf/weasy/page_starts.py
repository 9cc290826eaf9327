"""Find the text of the book that each page starts with."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.pages.records import Start
from bookbuilder.formats.pdf.pages.runs import PLACE
from bookbuilder.formats.pdf.weasy.contract import Box, ReplacedBox, TextBox
from bookbuilder.formats.pdf.weasy.inspection import boxes_in_flow
from bookbuilder.text.slugs import loose

# Enough to find the place again in a block that repeats itself.
_LETTERS = 60
_REPEATED = ("thead", "tfoot")


class PageStartFinder:
    """Finds the first text of pages that are shown to it in order, laid out from `tree`."""

    def __init__(self, tree: ET.Element) -> None:
        self._parents = {child: parent for parent in tree.iter() for child in parent}
        self._places: dict[ET.Element, ET.Element | None] = {}
        self._set: dict[ET.Element, int] = {}

    def start_of(self, page_box: Box) -> Start | None:
        """Return None for a page without text of the book's: empty, or of notes alone."""
        first: ET.Element | None = None
        offset, words = 0, ""
        new: set[ET.Element] = set()
        for box in boxes_in_flow(page_box):
            text = box.text if isinstance(box, TextBox) else ""
            if box.element is None or not (text.strip() or isinstance(box, ReplacedBox)):
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
        return Start(first.get(PLACE, ""), offset, words[:_LETTERS])

    def _block(self, element: ET.Element) -> ET.Element | None:
        """Find the innermost block with a place that `element` is, or is in."""
        passed: list[ET.Element] = []
        at: ET.Element | None = element
        while at is not None and at not in self._places and at.get(PLACE) is None:
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
