"""What only shows on laid-out pages: notes and tables that do not fit, and where a run ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from typing import Any
from xml.etree import ElementTree as ET

from bookbuilder.book import Book
from bookbuilder.formats.pdf.compose.elements import classes_of
from bookbuilder.formats.pdf.pages.records import Wide
from bookbuilder.formats.pdf.weasy.structure import boxes_in_order
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import find_text

TOO_WIDE = Rule(
    "P011",
    "too-wide",
    Severity.WARNING,
    "It is wider than the text of the page, so that its right edge prints in the margin or is cut"
    " off. Split it, turn its rows into columns, or choose a larger trim size.",
)

# A rounding error of the layout, in CSS pixels.
SLACK = 1.0
_WIDE = frozenset({"table", "pre", "img", "svg", "{http://www.w3.org/2000/svg}svg"})


def misplaced_notes(pages: list[Any], tree: ET.Element) -> list[str]:
    """The ids of notes that leave their page, or are not on the page of their call or the next.

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
    """The ids of notes that stand beside their calls, and the ids of those."""
    calls: dict[str, str] = {}
    for reference in tree.iter("a"):
        if reference.get("role") == "doc-noteref" and reference.get("id"):
            calls.setdefault(reference.get("href", "").removeprefix("#"), reference.get("id", ""))
    at_end = {note for e in tree.iter("section") if "notes" in classes_of(e) for note in e}
    asides = [e for e in tree.iter("aside") if "note" in classes_of(e) and e not in at_end]
    return {note: calls[note] for e in asides if (note := e.get("id", "")) in calls}


def _overflowing(pages: list[Any]) -> list[str]:
    found = []
    for page in pages:
        box = page._page_box
        top, bottom = box.content_box_y(), box.content_box_y() + box.height
        for area in box.children:
            if type(area).__name__ != "FootnoteAreaBox":
                continue
            for note in area.children:
                start = note.border_box_y()
                end = start + note.border_height()
                if start < top - SLACK or end > bottom + SLACK:
                    found.append(str(note.element.get("id", "")))
    return found


class End(Enum):
    """What is on the page of a run's leaf besides the leaf."""

    CLEAN = auto()
    NOTES = auto()
    TEXT = auto()


def end_of(pages: list[Any], tree: ET.Element) -> End:
    """How the run in `tree`, whose last element is its leaf, ends."""
    last = tree
    around = {last}
    while len(last):
        last = last[-1]
        around.add(last)
    box = pages[-1]._page_box
    if any(type(b).__name__ == "FootnoteAreaBox" and b.children for b in box.children):
        return End.NOTES
    elements = {b.element for b in boxes_in_order(box) if b.element is not None}
    return End.CLEAN if elements <= around else End.TEXT


def wide_things(pages: list[Any], tree: ET.Element) -> Iterator[Wide]:
    """Tables, code and pictures whose edge lies beyond the text's."""
    chapters = {e.get("id") for e in tree.iter("section") if "chapter" in classes_of(e)}
    chapter = ""
    for number, page in enumerate(pages):
        box = page._page_box
        left, right = box.content_box_x(), box.content_box_x() + box.width
        chapter = next((a for a in page.anchors if a in chapters), chapter)
        for child in _wide_candidates(box.children[0]):
            start = child.border_box_x()
            if start < left - SLACK or start + child.border_width() > right + SLACK:
                kind = {"table": "a table", "pre": "code"}.get(child.element_tag, "a picture")
                yield Wide(number, chapter, kind, _first_word(child.element))


def _first_word(element: ET.Element) -> str:
    # What the layout adds for breaking words is not in the source.
    texts = (re.sub("[\u00ad\u200b\u2060]", "", text) for text in element.itertext())
    return next((word for text in texts for word in text.split()), "")


def _wide_candidates(box: Any) -> Iterator[Any]:
    """Boxes that may be too wide, without descending into lines of text."""
    stack = [box]
    while stack:
        box = stack.pop()
        if box.element_tag in _WIDE:
            yield box
        elif hasattr(box, "children") and type(box).__name__ != "LineBox":
            stack.extend(box.children)
        elif hasattr(box, "children"):
            stack.extend(c for c in box.children if c.element_tag in _WIDE)


def report_wide(things: Iterable[Wide], start: int, book: Book, report: Report) -> None:
    """Say what is too wide on pages the first of which has the number `start`."""
    chapters = {chapter.slug: chapter for chapter in book.chapters}
    for wide in things:
        chapter = chapters.get(wide.chapter)
        where = f" in “{chapter.title}”" if chapter else ""
        span = find_text(chapter.source, wide.word) if chapter else None
        message = f"{wide.kind} on page {start + wide.page}{where} is wider than the text"
        report.add(TOO_WIDE, message, span, "split it, or choose a larger trim size")
