"""Show parts of which a screen shows one at a time, such as tabs, below each other."""

from __future__ import annotations

from xml.etree import ElementTree

from bookbuilder.dialect.core.blocks import Container
from bookbuilder.dialect.core.inline import Conversion


class LabelledPart(Container):
    """Hold one tab. `label`, inline Markdown, stands above its content."""

    hides_blank_lines = True

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        division = labelled_part(conversion, parent, self.label, self.line)
        self.render_children(conversion, division)


def labelled_part(
    conversion: Conversion, parent: ElementTree.Element, label: str, line: int
) -> ElementTree.Element:
    """Append an element for a part with its `label`, if it has one, and return it."""
    division = ElementTree.SubElement(parent, "div", {"class": "tab"})
    division.text = division.tail = "\n"
    if label:
        paragraph = ElementTree.SubElement(division, "p", {"class": "tab-label"})
        paragraph.tail = "\n"
        conversion.inline(paragraph, label, line)
    return division


def with_title(
    conversion: Conversion, parent: ElementTree.Element, title: str, line: int
) -> ElementTree.Element:
    """Put the last child of `parent`, which is code, below its title; return what holds both."""
    code = parent[-1]
    parent.remove(code)
    listing = ElementTree.SubElement(parent, "div", {"class": "listing"})
    listing.text = listing.tail = "\n"
    paragraph = ElementTree.SubElement(listing, "p", {"class": "listing-title"})
    paragraph.tail = "\n"
    conversion.inline(paragraph, title, line)
    listing.append(code)
    return listing
