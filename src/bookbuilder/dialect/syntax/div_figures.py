"""Render Quarto's divs for figures, tables and listings: `::: {#fig-x}` … caption … `:::`."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from bookbuilder.dialect.core.attributes import apply_attributes, trailing_attributes
from bookbuilder.dialect.core.blocks import Block
from bookbuilder.dialect.core.captions import PICTURE_CAPTION
from bookbuilder.dialect.core.fenced import FencedContainer
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.syntax.div_blocks import set_attributes
from bookbuilder.dialect.syntax.div_openings import Opening
from bookbuilder.text.patterns import rare_pattern

PREFIXES = ("fig-", "tbl-", "lst-")
_PICTURE = rare_pattern(r"!\[|<img\b|<svg\b", re.IGNORECASE)
_CAPTION_KEYS = ("fig-cap", "tbl-cap", "lst-cap", "caption")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class FigureDiv(FencedContainer):
    """Hold a figure or table. Its last paragraph is its caption, unless that is a picture."""

    def __init__(self, opening: Opening) -> None:
        super().__init__(opening.marks, opening.shown())
        self.opening = opening

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        figure = ElementTree.SubElement(parent, "figure")
        figure.text = figure.tail = "\n"
        set_attributes(figure, self.opening)
        caption, line, content = self._caption()
        for child in content:
            child.render(conversion, figure)
        pictures = [p for p in figure if p.tag == "p" and _only_picture(p) is not None]
        if len(pictures) == 1 and not caption:
            picture = _only_picture(pictures[0])
            assert picture is not None
            caption = picture.attrib.pop("title", "") or picture.get("alt", "")
        elif len(pictures) > 1:
            _letter(pictures)
        tables = figure.findall("table")
        whole = figure
        if len(tables) == 1 and self.opening.id.startswith("tbl-"):
            whole = _unwrap(parent, figure, tables[0])
        if not caption:
            return
        text, attributes = trailing_attributes(caption)
        if whole is figure:
            holder = ElementTree.SubElement(figure, "figcaption")
        else:
            for old in whole.findall("caption"):
                whole.remove(old)
            holder = ElementTree.Element("caption")
            whole.insert(0, holder)
        holder.tail = "\n"
        conversion.inline(holder, text, line)
        apply_attributes(whole, attributes)

    def _caption(self) -> tuple[str, int, list[Block]]:
        """Return the caption's text and line, and the blocks that are not it."""
        for key in _CAPTION_KEYS:
            if self.opening.pairs.get(key):
                return self.opening.pairs[key], self.line, self.children
        last = self.last_child
        if isinstance(last, Paragraph) and len(self.children) > 1:
            text = "\n".join(last.lines)
            if not _PICTURE.match(text):
                return text, last.line, self.children[:-1]
        return "", self.line, self.children


def _only_picture(paragraph: ElementTree.Element) -> ElementTree.Element | None:
    first = paragraph[0] if len(paragraph) == 2 else None
    if first is not None and first.get("class") == PICTURE_CAPTION and not first.findall(".//sup"):
        # What the alternative text says as Markdown; here the text itself is the caption.
        paragraph.remove(first)
    if len(paragraph) != 1 or (paragraph.text or "").strip() or (paragraph[0].tail or "").strip():
        return None
    return paragraph[0] if paragraph[0].tag == "img" else None


def _letter(pictures: list[ElementTree.Element]) -> None:
    """Write the captions of a figure's parts below them: "(a) …"."""
    for letter, paragraph in zip(LETTERS, pictures, strict=False):
        picture = paragraph[0]
        if said := picture.attrib.pop("title", "") or picture.get("alt", ""):
            ElementTree.SubElement(paragraph, "br")
            label = ElementTree.SubElement(paragraph, "span", {"class": "part-caption"})
            label.text = f"({letter}) {said}"


def _unwrap(
    parent: ElementTree.Element, figure: ElementTree.Element, table: ElementTree.Element
) -> ElementTree.Element:
    """Put the content of `figure` in its place, and give its attributes to `table`."""
    at = list(parent).index(figure)
    parent.remove(figure)
    if at:
        parent[at - 1].tail = f"{parent[at - 1].tail or ''}{figure.text or ''}"
    else:
        parent.text = f"{parent.text or ''}{figure.text or ''}"
    parent[at:at] = list(figure)
    for key, value in figure.attrib.items():
        table.set(key, value)
    return table
