"""Hold page breaks that authors ask for."""

from __future__ import annotations

from xml.etree import ElementTree

from bookbuilder.dialect.core.blocks import Block
from bookbuilder.dialect.core.inline import Conversion

PAGE_BREAK = "page-break"
"""The class of an empty division at a page break; the themes break the page there."""


class PageBreak(Block):
    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        append_page_break(parent)


def append_page_break(parent: ElementTree.Element) -> None:
    ElementTree.SubElement(parent, "div", {"class": PAGE_BREAK}).tail = "\n"
