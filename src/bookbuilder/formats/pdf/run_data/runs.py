"""Describe runs, the trees that are laid out at one go, and the marks in them that layout reads.

Composing and paginating a book write these marks. The layout finds by them what has to be written
on, where text comes from, which numbers may change, and where a run ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree as ET

from bookbuilder.model.source import Place

# An element of ours, which no book has: somewhere to write.
FIELD = "field"
# Where in the book a block stands: its section, and which block of that it is.
TURNS = "long-line"
"""The class of a line of code that is longer than the measure."""
PLACE = "data-place"
# The anchor whose page an element quotes, and the anchors whose pages a place in the index does.
PAGE_OF, PAGES_OF = "data-page-of", "data-pages-of"
# The class of numbers that stand in a column, where no other text is moved by more figures.
IN_COLUMN = "toc-page"
# The id of the leaf that ends a run of the body, and the class of the one that ends the front.
LEAF, LAST_LEAF = "--leaf", "last-leaf"


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Hold what is laid out in one go: `tree` is a document, `part` its place in the body.

    `place` is its chapter, or the book if it holds several; `has_leaf` says whether it ends with a
    leaf.
    """

    tree: ET.Element
    place: Place
    part: int = 0
    has_leaf: bool = False


def classes_of(element: ET.Element) -> list[str]:
    return element.get("class", "").split()


def numbers_in(tree: ET.Element) -> list[ET.Element]:
    """Return the elements whose text is a page number that `tree` quotes, in document order."""
    found: list[ET.Element] = []
    for element in tree.iter():
        if element.get(PAGES_OF) is not None:
            found.extend(element)
        elif element.get(PAGE_OF) is not None:
            found.append(element)
    return found


def with_room_for_notes(tree: ET.Element) -> ET.Element:
    """Return the run with one more leaf, for notes that its text left no room for."""
    root = ET.Element("html", tree.attrib)
    head, body = tree
    inside = ET.Element("body", body.attrib)
    inside.extend(list(body)[:-1])
    last = body[-1]
    if last.get("id") == LEAF or last.get("class") == LAST_LEAF:
        inside.extend([_empty_like(last), last])
    else:
        holder = ET.SubElement(inside, last.tag, last.attrib)
        holder.extend([*list(last)[:-1], _empty_like(last[-1]), last[-1]])
    root.extend([head, inside])
    return root


def _empty_like(leaf: ET.Element) -> ET.Element:
    return ET.Element(leaf.tag, {"class": leaf.get("class", "")})
