"""Runs: the stretches of a book that are laid out at one go, each from a page of its own.

Every chapter starts a page, so what comes before it says no more to its layout than the number and
the side of that page. To learn where the next run starts, each ends with a leaf that opens as the
next does, and is not for printing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from bookbuilder.book import Book
from bookbuilder.model.source import Place

LEAF = "--leaf"

# What reaches from one chapter into another, or means the document's pages, needs them all at once.
_NEEDS_THE_WHOLE = re.compile(
    r"counter-(?:increment|reset|set)|counter\(\s*pages|counters\(|target-|string-set"
    r"|position\s*:\s*(?:fixed|running)|@page[^{;]*:\s*(?:first|nth)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What is laid out at one go: `tree` is a document, `part` where in the body it stands.

    `place` is its chapter, or the book where it holds more; `has_leaf` says whether it ends with a
    leaf.
    """

    tree: ET.Element
    place: Place
    part: int = 0
    has_leaf: bool = False

    @property
    def size(self) -> int:
        """The characters of its text."""
        return sum(map(len, self.tree.itertext()))


def needs_the_whole(styles: Iterable[str]) -> bool:
    """Whether a book's own stylesheets say what chapters laid out one by one would not do."""
    return any(_NEEDS_THE_WHOLE.search(text) for text in styles)


def body_runs(book: Book, tree: ET.Element, whole: bool) -> list[Run]:
    """The chapters and the openings of parts in the body's tree; the body itself if `whole`.

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
        # What the head says is about the whole, and no matter of layout.
        root.extend([ET.Element("head"), inside])
        owner = chapters.get(section.get("id", ""), book)
        runs.append(Run(root, owner.place, number, has_leaf=following is not None))
    return runs


def with_room_for_notes(tree: ET.Element) -> ET.Element:
    """The run with an empty leaf before its last one, for notes that its text left no room for."""
    root = ET.Element("html", tree.attrib)
    head, body = tree
    inside = ET.Element("body", body.attrib)
    inside.extend(list(body)[:-1])
    last = body[-1]
    if last.get("id") == LEAF or last.get("class") == "last-leaf":
        inside.extend([_empty_like(last), last])
    else:
        holder = ET.SubElement(inside, last.tag, last.attrib)
        holder.extend([*list(last)[:-1], _empty_like(last[-1]), last[-1]])
    root.extend([head, inside])
    return root


def _empty_like(leaf: ET.Element) -> ET.Element:
    return ET.Element(leaf.tag, {"class": leaf.get("class", "")})


def _leaf_like(section: ET.Element) -> ET.Element:
    leaf = ET.Element(section.tag, section.attrib | {"id": LEAF})
    leaf.text = "\N{NO-BREAK SPACE}"
    return leaf
