"""Inspect laid-out pages: find what does not fit, and where a run ends."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from enum import Enum, auto
from typing import Any
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.run_data.records import Coarse, Side, Wide
from bookbuilder.formats.pdf.run_data.runs import LEAF, classes_of
from bookbuilder.formats.pdf.weasy.contract import (
    Box,
    FootnoteAreaBox,
    LineBox,
    MarginBox,
    Page,
    ReplacedBox,
    pixels_of,
    without_placeholder,
)

# A rounding error of the layout, in CSS pixels.
SLACK = 1.0
# Dots per inch that a picture on paper should have at least.
FEWEST_DOTS = 200
# Of signs and buttons in a line, in CSS pixels.
SMALL_PICTURE = 38.0
_WIDE = frozenset({"table", "pre", "img", "svg", "{http://www.w3.org/2000/svg}svg"})


def boxes_in_order(page_box: Box) -> Iterator[Box]:
    """Yield the boxes of a page's flow and notes; those in the margins belong to no element."""
    stack = [box for box in reversed(page_box.children) if not isinstance(box, MarginBox)]
    while stack:
        box = without_placeholder(stack.pop())
        yield box
        stack.extend(reversed(box.children))


def boxes_in_flow(page_box: Box) -> Iterator[Box]:
    """Yield the boxes of a page, except those in the margins and in the notes at its foot."""
    areas = [box for box in page_box.children if isinstance(box, FootnoteAreaBox)]
    notes = {id(box) for area in areas for box in boxes_in_order(area)}
    return (box for box in boxes_in_order(page_box) if id(box) not in notes)


def room_below(
    pages: Sequence[Page], wanted: Collection[ET.Element]
) -> Iterator[tuple[ET.Element, float]]:
    """Yield every `wanted` element for each page that it is on, with the height below it."""
    for page in pages:
        page_box = page._page_box
        bottom = page_box.content_box_y() + page_box.height
        stack = list(page_box.children)
        while stack:
            box = stack.pop()
            if box.element is not None and box.element in wanted:
                yield box.element, bottom - (box.border_box_y() + box.border_height())
            else:
                stack.extend(box.children)


def misplaced_notes(pages: Sequence[Page], tree: ET.Element) -> list[str]:
    """Find the ids of notes that leave their page, or stand on neither their call's nor the next.

    WeasyPrint never splits a note, and sometimes forgets one that it has put off.
    """
    at: dict[str, list[int]] = {}
    for number, page in enumerate(pages):
        for name in page.anchors:
            at.setdefault(name, []).append(number)
    found = _overflowing(pages)
    for note, call in _notes_at_foot(tree).items():
        places, called = at.get(note, []), at.get(call)
        if len(places) != 1 or (called and places[0] - called[0] not in (0, 1)):
            found.append(note)
    return list(dict.fromkeys(found))


def _notes_at_foot(tree: ET.Element) -> dict[str, str]:
    """Find the ids of notes that stand beside their calls, and the ids of those."""
    calls: dict[str, str] = {}
    for reference in tree.iter("a"):
        if reference.get("role") == "doc-noteref" and reference.get("id"):
            calls.setdefault(reference.get("href", "").removeprefix("#"), reference.get("id", ""))
    at_end = {note for e in tree.iter("section") if "notes" in classes_of(e) for note in e}
    asides = [e for e in tree.iter("aside") if "note" in classes_of(e) and e not in at_end]
    return {note: calls[note] for e in asides if (note := e.get("id", "")) in calls}


def _overflowing(pages: Sequence[Page]) -> list[str]:
    found = []
    for page in pages:
        box = page._page_box
        top, bottom = box.content_box_y(), box.content_box_y() + box.height
        for area in box.children:
            for note in area.children if isinstance(area, FootnoteAreaBox) else ():
                start = note.border_box_y()
                end = start + note.border_height()
                overflows = start < top - SLACK or end > bottom + SLACK
                if overflows and note.element is not None:
                    found.append(str(note.element.get("id", "")))
    return found


class End(Enum):
    """Tell what stands on the same page as a run's leaf."""

    CLEAN = auto()
    NOTES = auto()
    TEXT = auto()


def next_side(pages: Sequence[Page]) -> Side:
    """Return the side that the leaf, which is on the last page, has to be on; "" if on any."""
    page = pages[-1]._page_box
    leaves = (b for b in boxes_in_order(page) if b.element is not None and _is_leaf(b.element))
    leaf = next(leaves, None)
    asked = leaf.style["break_before"] if leaf else ""
    is_rtl = page.style["direction"] == "rtl"
    if asked in ("recto", "left" if is_rtl else "right"):
        return "recto"
    return "verso" if asked in ("verso", "right" if is_rtl else "left") else ""


def is_blank(page: Page) -> bool:
    """Tell whether a page was made only for the next to be on its side."""
    known: Any = page._page_box
    return bool(known.page_type.blank)


def _is_leaf(element: ET.Element) -> bool:
    return element.get("id") == LEAF


def end_of(pages: Sequence[Page], tree: ET.Element) -> End:
    """Say how the run in `tree` ends, whose last element is its leaf."""
    last = tree
    around = {last}
    while len(last):
        last = last[-1]
        around.add(last)
    box = pages[-1]._page_box
    if any(isinstance(b, FootnoteAreaBox) and b.children for b in box.children):
        return End.NOTES
    elements = {b.element for b in boxes_in_order(box) if b.element is not None}
    return End.CLEAN if elements <= around else End.TEXT


def wide_things(pages: Sequence[Page], tree: ET.Element) -> Iterator[Wide]:
    """Find tables, code and pictures whose edge lies beyond the text's."""
    chapters = {e.get("id") for e in tree.iter("section") if "chapter" in classes_of(e)}
    chapter = ""
    for number, page in enumerate(pages):
        box = page._page_box
        left, right = box.content_box_x(), box.content_box_x() + box.width
        chapter = next((a for a in page.anchors if a in chapters), chapter)
        for child in _wide_candidates(box.children[0]):
            start = child.border_box_x()
            is_wide = start < left - SLACK or start + child.border_width() > right + SLACK
            if is_wide and child.element is not None:
                kind = {"table": "a table", "pre": "code"}.get(child.element_tag, "a picture")
                yield Wide(number, chapter, kind, _first_word(child.element))


def coarse_pictures(pages: Sequence[Page], tree: ET.Element) -> Iterator[Coarse]:
    """Find pictures with fewer dots than paper shows, small signs in a line excepted."""
    if next(tree.iter("img"), None) is None:
        return
    chapters = {e.get("id") for e in tree.iter("section") if "chapter" in classes_of(e)}
    chapter = ""
    for number, page in enumerate(pages):
        chapter = next((a for a in page.anchors if a in chapters), chapter)
        for box in boxes_in_order(page._page_box):
            if not isinstance(box, ReplacedBox) or box.element is None or box.element_tag != "img":
                continue
            wide, high = pixels_of(box)
            if not wide or max(box.width, box.height) < SMALL_PICTURE or not box.height:
                continue
            # WeasyPrint's pixel is a 96th of an inch.
            dots = round(min(wide / box.width, high / box.height) * 96)
            if dots < FEWEST_DOTS:
                yield Coarse(number, chapter, box.element.get("src", ""), dots)


def _first_word(element: ET.Element) -> str:
    # What the layout adds for breaking words is not in the source.
    texts = (re.sub("[\u00ad\u200b\u200c\u2060]", "", text) for text in element.itertext())
    return next((word for text in texts for word in text.split()), "")


def _wide_candidates(box: Box) -> Iterator[Box]:
    """Yield boxes that may be too wide, but of lines of text none within others."""
    stack = [box]
    while stack:
        box = stack.pop()
        if box.element_tag in _WIDE:
            yield box
        elif not isinstance(box, LineBox):
            stack.extend(box.children)
        else:
            stack.extend(c for c in box.children if c.element_tag in _WIDE)
