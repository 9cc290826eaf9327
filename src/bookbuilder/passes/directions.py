"""Let blocks of Latin letters run from the left in chapters that run from the right.

In a line from right to left, "A: `x` and `y`." puts its full stop and its colon on the wrong side.
"""

from __future__ import annotations

import unicodedata

from bs4 import Tag

from bookbuilder.book import Book
from bookbuilder.model.diagnostics import Report
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.words import direction
from bookbuilder.trees.markup import elements, new_tag
from bookbuilder.trees.xhtml import HEADINGS, PHRASING

_BLOCKS = ("p", "dt", "dd", "td", "th", "figcaption", "caption", *HEADINGS[1:])
_RIGHT = frozenset({"R", "AL"})


def directions(book: Book, report: Report) -> None:
    for chapter in tracked(book.chapters):
        language = str(chapter.tree.get("lang") or book.metadata.language)
        if direction(language) == "rtl":
            _run_latin_from_the_left(chapter.tree)


def _run_latin_from_the_left(tree: Tag) -> None:
    for block in elements(tree, *_BLOCKS, "li"):
        if block.get("dir") or not _is_latin(block.get_text()):
            continue
        if block.name != "li":
            block["dir"] = "ltr"
        elif not any(isinstance(c, Tag) and c.name not in PHRASING for c in block.children):
            # The mark of the item stays with the marks of the others, on the right.
            content = list(block.contents)
            block.append(new_tag("span", {"dir": "ltr"}, *content))


def _is_latin(text: str) -> bool:
    """Return whether `text` has letters, and none of them runs from the right."""
    has_letters = False
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in _RIGHT:
            return False
        has_letters = has_letters or kind == "L"
    return has_letters
