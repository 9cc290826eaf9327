"""Let boxes of `display: flex` and `grid` follow one another on paper.

WeasyPrint loses what such a box holds beyond its page, and grids take time that grows faster than
the square of their length. The EPUB keeps both.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from bookbuilder.book import Book
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import find_text
from bookbuilder.trees.markup import elements

FLEX = Rule(
    "P018",
    "no-flex-in-print",
    Severity.NOTE,
    "`display: flex` and `grid` arrange boxes on a screen. On paper, where a page may end anywhere,"
    " the boxes follow one another. Columns are possible with `columns: 2`, and a table stays one.",
)

_DISPLAY = re.compile(
    r"(?<![\w-])(?P<name>display\s{0,20}:\s{0,20})(?P<inline>inline-)?(?:flex|grid)(?![\w-])", re.I
)


def without_flex(css: str) -> str:
    """Return `css` with blocks for boxes of flex and grid."""
    return _DISPLAY.sub(lambda m: f"{m['name']}{m['inline'] or ''}block", css)


def let_boxes_follow(section: ET.Element) -> None:
    """Turn boxes of flex and grid in the author's HTML into blocks."""
    for element in section.iter():
        style = element.get("style")
        if style and _DISPLAY.search(style):
            element.set("style", without_flex(style))


def report_flex(book: Book, report: Report) -> None:
    """Report chapters whose HTML has boxes of flex or grid, once each."""
    message = "a box of `display: flex` or `grid` is printed as blocks, one after the other"
    for chapter in book.chapters:
        for tag in elements(chapter.tree):
            if found := _DISPLAY.search(str(tag.get("style") or "")):
                span = find_text(chapter.source, found[0])
                report.add(FLEX, message, span, alike="flex")
                break


def uses_flex(css: str) -> bool:
    return bool(_DISPLAY.search(css))
