"""Render MyST's tables: `{list-table}`, `{csv-table}`, and `{table}` around one of Markdown."""

from __future__ import annotations

import csv
from xml.etree import ElementTree

from bookbuilder.dialect.core.blocks import Block
from bookbuilder.dialect.core.containers import Item, List
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.syntax.myst_blocks import DirectiveBlock, with_class
from bookbuilder.dialect.syntax.myst_code import VerbatimDirective
from bookbuilder.dialect.syntax.myst_options import Directive
from bookbuilder.dialect.syntax.tables import MOST_ADDED_CELLS

_DELIMITERS = {"tab": "\t", "space": " "}


class CaptionedTable(DirectiveBlock):
    """Hold a table of Markdown, whose caption is the argument."""

    def render_content(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        before = len(parent)
        self.render_children(conversion, parent)
        table = next((child for child in parent[before:] if child.tag == "table"), None)
        if table is None:
            if self.directive.argument:
                title = ElementTree.Element("p", {"class": "div-title"})
                title.tail = "\n"
                conversion.inline(title, self.directive.argument, self.line)
                parent.insert(before, title)
            return
        with_class(table, self.directive)
        _add_caption(conversion, table, self.directive)


class ListTable(DirectiveBlock):
    """Hold a list of rows, each of which is a list of cells."""

    def render_content(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        lists = [child for child in self.children if isinstance(child, List)]
        rows = [_cells(item) for outer in lists for item in outer.children]
        if not rows:
            self.render_children(conversion, parent)
            return
        table = _Table(conversion, parent, self.directive)
        table.add_rows(rows)
        for child in self.children:
            if child not in lists:
                child.render(conversion, parent)


def _cells(row: Block) -> list[Block]:
    cells: list[Block] = []
    for child in row.children:
        cells += child.children if isinstance(child, List) else [child]
    return cells


class CsvTable(VerbatimDirective):
    """Hold rows of values that commas part."""

    def render_content(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        directive = self.directive
        said = directive.option("delim")
        delimiter = _DELIMITERS.get(said, said)
        quote = directive.option("quote") or '"'
        lines = [line for line in self.body if line.strip()]
        header = directive.option("header")
        rows: list[list[str]] = []
        try:
            reader = csv.reader(
                [header, *lines] if header else lines,
                delimiter=delimiter if len(delimiter) == 1 else ",",
                quotechar=quote if len(quote) == 1 else '"',
                skipinitialspace=True,
            )
            rows = list(reader)
        except (csv.Error, TypeError):
            rows = [line.split(",") for line in lines]
        if not rows:
            return
        table = _Table(conversion, parent, directive)
        if header:
            table.head_rows += 1
        first = self.body_line - (1 if header else 0)
        table.add_rows([[_Cell(text.strip(), first + n) for text in r] for n, r in enumerate(rows)])


class _Cell(Block):
    """Hold a cell's inline Markdown."""

    def __init__(self, text: str, line: int) -> None:
        super().__init__()
        self.text = text
        self.line = line

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        conversion.inline(parent, self.text, self.line)


class _Table:
    def __init__(
        self, conversion: Conversion, parent: ElementTree.Element, directive: Directive
    ) -> None:
        self.conversion = conversion
        self.table = ElementTree.SubElement(parent, "table")
        self.table.text = self.table.tail = "\n"
        with_class(self.table, directive)
        self.head_rows = _number(directive.option("header-rows"))
        self.head_columns = _number(directive.option("stub-columns"))
        _add_caption(conversion, self.table, directive)

    def add_rows(self, rows: list[list[Block]]) -> None:
        width = max(len(row) for row in rows)
        added = 0
        for tag, part in (("thead", rows[: self.head_rows]), ("tbody", rows[self.head_rows :])):
            if not part:
                continue
            section = ElementTree.SubElement(self.table, tag)
            section.tail = "\n"
            for row in part:
                line = ElementTree.SubElement(section, "tr")
                line.tail = "\n"
                for index, cell in enumerate(row):
                    self._add_cell(line, cell, tag == "thead", index)
                missing = max(0, min(width - len(row), MOST_ADDED_CELLS - added))
                added += missing
                for _ in range(missing):
                    ElementTree.SubElement(line, "th" if tag == "thead" else "td")

    def _add_cell(self, row: ElementTree.Element, cell: Block, is_head: bool, index: int) -> None:
        is_stub = not is_head and index < self.head_columns
        element = ElementTree.SubElement(row, "th" if is_head or is_stub else "td")
        if is_stub:
            element.set("scope", "row")
        if isinstance(cell, Item):
            cell.render_children(self.conversion, element)
        else:
            cell.render(self.conversion, element)
        # A cell of one paragraph is a line of text.
        if len(element) == 1 and element[0].tag == "p" and not (element.text or "").strip():
            paragraph = element[0]
            element.remove(paragraph)
            element.text = paragraph.text
            element.extend(list(paragraph))


def _add_caption(conversion: Conversion, table: ElementTree.Element, directive: Directive) -> None:
    if directive.argument:
        caption = ElementTree.Element("caption")
        caption.tail = "\n"
        conversion.inline(caption, directive.argument, directive.line)
        table.insert(0, caption)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 else 0
