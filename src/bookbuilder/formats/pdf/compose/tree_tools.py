"""Make elements of print trees, and look around in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET


def element(name: str, classes: str = "", *children: ET.Element | str) -> ET.Element:
    made = ET.Element(name, {"class": classes} if classes else {})
    for child in children:
        if isinstance(child, ET.Element):
            made.append(child)
        else:
            made.text = child
    return made


def is_drawing(element: ET.Element) -> bool:
    """Return whether `element` is SVG or MathML; names of HTML have no namespace."""
    return element.tag.startswith("{")


def html_below(element: ET.Element) -> Iterator[ET.Element]:
    """Yield `element` and what is in it, without the insides of drawings and formulas."""
    yield element
    if not is_drawing(element):
        for child in element:
            yield from html_below(child)


def ancestors_of(element: ET.Element, parents: Mapping[ET.Element, ET.Element]) -> list[ET.Element]:
    """Return the elements around `element`, the innermost first."""
    found = []
    while (parent := parents.get(element)) is not None:
        found.append(parent)
        element = parent
    return found


def text_of_heading(heading: ET.Element) -> str:
    """Return what a heading says, without its notes and their numbers."""
    return "".join(_texts_without_notes(heading))


def _texts_without_notes(heading: ET.Element) -> list[str]:
    found = [heading.text or ""]
    for child in heading:
        if child.get("role") not in ("doc-noteref", "doc-footnote"):
            found += _texts_without_notes(child)
        found.append(child.tail or "")
    return found
