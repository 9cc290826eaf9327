"""Running heads: what stands above the text of left and right pages."""

from __future__ import annotations

import textwrap
from xml.etree import ElementTree as ET

from bookbuilder.book import Book, Chapter, Part
from bookbuilder.text.words import direction

# Characters that fit above an A5 page's text in the theme's size of running heads.
LONGEST_HEAD = 56


def set_running_heads(section: ET.Element, book: Book, chapter: Chapter, part: Part | None) -> None:
    """Write the heads of a chapter's pages, and its bookmark, on its `h1` for the theme to read.

    The verso names the part or the book, the recto the chapter. In a book that reads from right to
    left, the recto is the left page.
    """
    heading = next(section.iter("h1"), None)
    if heading is None:
        return
    verso = _shortened(part.title if part else book.metadata.title)
    recto = _shortened(chapter.title)
    left, right = (verso, recto) if direction(book.metadata.language) == "ltr" else (recto, verso)
    number = f"{chapter.number} " if chapter.number is not None else ""
    heading.set("data-left-head", left)
    heading.set("data-right-head", right)
    heading.set("data-bookmark", f"{number}{chapter.title}")


def _shortened(text: str) -> str:
    short = textwrap.shorten(text, LONGEST_HEAD, placeholder=" …")
    return short if short != "…" else f"{text[: LONGEST_HEAD - 1]}…"
