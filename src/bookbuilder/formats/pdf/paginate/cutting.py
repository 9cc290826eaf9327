"""Cut a book into runs, stretches that are laid out at one go from a page of their own.

Every chapter starts a page, so what comes before it says no more to its layout than the side of
that page. To learn where the next run starts, each ends with a leaf that opens as the
next does, and is not for printing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from bookbuilder.book import Book
from bookbuilder.formats.pdf.run_data.runs import LEAF, Run

# Styles that reach from one chapter into another, or count the document's pages.
_NEEDS_THE_WHOLE = re.compile(
    r"counter-(?:increment|reset|set)|counter\(\s*pages|counters\(|target-|string-set"
    r"|position\s*:\s*(?:fixed|running)|@page[^{;]*:\s*(?:first|nth)",
    re.IGNORECASE,
)
# Styles that print text of elements, and page numbers in it, elsewhere too.
_REPEATS_TEXT = re.compile(r"content\s*\(|string-set|bookmark-|target-text", re.IGNORECASE)


def needs_the_whole(styles: Iterable[str]) -> bool:
    """Tell whether an author's stylesheets would fail where chapters are laid out one by one."""
    return any(_NEEDS_THE_WHOLE.search(text) for text in styles)


def repeats_text(styles: Iterable[str]) -> bool:
    """Tell whether an author's stylesheets print text of the book in more than one place."""
    return any(_REPEATS_TEXT.search(text) for text in styles)


def body_runs(book: Book, tree: ET.Element, whole: bool) -> list[Run]:
    """Return the body's chapters and openings of parts as runs; one for all of it if `whole`.

    Their trees hold the very elements of `tree`, so that page numbers can be written into either.
    """
    _, body = tree
    stretches = [
        (number, holder, section)
        for number, holder in enumerate(body)
        for section in (holder if holder.tag == "div" else [holder])
    ]
    if whole or len(stretches) < 2:
        return [Run(tree, book.place)]
    chapters = {chapter.slug: chapter for chapter in book.chapters}
    runs = []
    for at, (number, holder, section) in enumerate(stretches):
        inside = ET.Element("body", body.attrib)
        place = inside if holder is section else ET.SubElement(inside, holder.tag, holder.attrib)
        place.append(section)
        following = stretches[at + 1] if at + 1 < len(stretches) else None
        if following:
            _, next_holder, next_section = following
            if next_holder is next_section:
                place = inside
            elif next_holder is not holder:
                place = ET.SubElement(inside, next_holder.tag, next_holder.attrib)
            place.append(_leaf_like(next_section))
        root = ET.Element("html", tree.attrib)
        # The head describes the whole PDF, and layout does not depend on it.
        root.extend([ET.Element("head"), inside])
        owner = chapters.get(section.get("id", ""), book)
        runs.append(Run(root, owner.place, number, has_leaf=following is not None))
    return runs


def _leaf_like(section: ET.Element) -> ET.Element:
    leaf = ET.Element(section.tag, section.attrib | {"id": LEAF})
    leaf.text = "\N{NO-BREAK SPACE}"
    return leaf
