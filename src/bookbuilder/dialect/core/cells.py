"""Write tables whose cells are known when their last line is read."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from xml.etree import ElementTree

from msgspec import Struct

from bookbuilder.dialect.core.blocks import Block
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.model.diagnostics import Rule, Severity

BROKEN_TABLE = Rule(
    "M021",
    "broken-table",
    Severity.WARNING,
    "A table drawn with lines of `+`, `-` and `|` needs every corner: the lines must meet, and the"
    " cells be rectangles. bookbuilder keeps a drawing that is none as code, as typed.",
)

FILLER = "\0"
"""Stands after a character that is two columns wide. Authors' text does not hold it."""


class Cell(Struct):
    """Hold a cell: its blocks, and how many rows and columns it takes up."""

    content: Block
    rows: int = 1
    columns: int = 1
    alignment: str = ""


Rows = Sequence[Sequence[Cell]]


def append_table(
    conversion: Conversion, parent: ElementTree.Element, head: Rows, body: Rows, foot: Rows = ()
) -> ElementTree.Element:
    """Append a table, and return it."""
    table = ElementTree.SubElement(parent, "table")
    table.text = table.tail = "\n"
    for name, rows in (("thead", head), ("tbody", body), ("tfoot", foot)):
        if not rows:
            continue
        section = ElementTree.SubElement(table, name)
        section.tail = "\n"
        for cells in rows:
            row = ElementTree.SubElement(section, "tr")
            row.tail = "\n"
            for cell in cells:
                _append_cell(conversion, row, cell, "th" if name == "thead" else "td")
    return table


def _append_cell(conversion: Conversion, row: ElementTree.Element, cell: Cell, tag: str) -> None:
    element = ElementTree.SubElement(row, tag)
    if cell.alignment:
        element.set("style", f"text-align: {cell.alignment}")
    if cell.rows > 1:
        element.set("rowspan", str(cell.rows))
    if cell.columns > 1:
        element.set("colspan", str(cell.columns))
    children = cell.content.children
    if len(children) == 1 and isinstance(children[0], Paragraph):
        children[0].tight = True
    cell.content.render_children(conversion, element)


def widened(line: str) -> str:
    """Return `line` with one character for each column, as an editor shows it."""
    line = line.expandtabs(4)
    if line.isascii():
        return line
    columns: list[str] = []
    for character in line:
        if columns and unicodedata.combining(character):
            columns[-1] += character
            continue
        columns.append(character)
        if unicodedata.east_asian_width(character) in "WF":
            columns.append(FILLER)
    # A column with accents would count twice in a string; composed ones are one character.
    return "".join(unicodedata.normalize("NFC", column) for column in columns)


def narrowed(text: str) -> str:
    return text.replace(FILLER, "")
