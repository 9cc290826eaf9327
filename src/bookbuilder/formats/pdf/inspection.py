"""What only shows on laid-out pages: notes and tables that do not fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bookbuilder.book import Book, Chapter
from bookbuilder.diagnostics import Report, Rule, Severity
from bookbuilder.locate import find_text

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


def overflowing_notes(pages: list[Any]) -> list[str]:
    """The ids of notes that leave the page: WeasyPrint never splits one."""
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


def report_wide(pages: list[Any], book: Book, report: Report) -> None:
    """Tables, code and pictures whose edge lies beyond the text's."""
    chapters = {chapter.slug: chapter for chapter in book.chapters}
    current: Chapter | None = None
    for number, page in enumerate(pages, 1):
        box = page._page_box
        left, right = box.content_box_x(), box.content_box_x() + box.width
        current = next((chapters[a] for a in page.anchors if a in chapters), current)
        for child in _wide_candidates(box.children[0]):
            start = child.border_box_x()
            if start < left - SLACK or start + child.border_width() > right + SLACK:
                _report_one(child, number, current, report)


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


def _report_one(box: Any, page: int, chapter: Chapter | None, report: Report) -> None:
    hint = "split it, or choose a larger trim size"
    kinds = {"table": "a table", "pre": "code"}
    kind = kinds.get(box.element_tag, "a picture")
    # What the layout adds for breaking words is not in the source.
    texts = (re.sub("[\u00ad\u200b\u2060]", "", text) for text in box.element.itertext())
    words = next(filter(None, map(str.split, texts)), [])[:1]
    where = f" in “{chapter.title}”" if chapter else ""
    span = find_text(chapter.source, " ".join(words)) if chapter else None
    report.add(TOO_WIDE, f"{kind} on page {page}{where} is wider than the text", span, hint)
