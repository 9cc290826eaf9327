"""Read tables as kramdown and Org have them: without a head, with `|---+---|`, or with one `|---`.

Tables of GFM, whose second line names all columns, are read by `tables.py`.
"""

from __future__ import annotations

import re
from itertools import takewhile
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import apply_attributes, trailing_attributes
from bookbuilder.dialect.core.blocks import Block, BlockState, Started, Text
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.taken import TakenLines
from bookbuilder.dialect.syntax.tables import alignment_of, split_row
from bookbuilder.text.patterns import rare_pattern

_MOST_ROWS = 2_000
_MOST_CELLS = 100
_SEPARATOR = re.compile(r"\|[ \t]*[-=:][-=:+| \t]*$")
_BETWEEN = rare_pattern(r"[|+]")


class KramdownTable(TakenLines):
    """Hold the rows, and the lines between head, bodies and foot."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        table = ElementTree.SubElement(parent, "table")
        table.text = table.tail = "\n"
        apply_attributes(table, self.attributes)
        lines = [line.strip() for line in self.lines]
        head, alignments = _head_of(lines)
        width = max(len(split_row(line)) for line in lines if not _SEPARATOR.match(line))
        width = min(width, _MOST_CELLS)
        alignments += [""] * (width - len(alignments))
        section = None
        for number, line in enumerate(lines, self.line):
            if _SEPARATOR.match(line):
                continue
            name = "thead" if number == self.line + head else "tbody"
            if section is None or section.tag != name:
                section = ElementTree.SubElement(table, name)
                section.tail = "\n"
            row = ElementTree.SubElement(section, "tr")
            row.tail = "\n"
            cells = split_row(line)
            cells += [""] * (width - len(cells))
            for text, alignment in zip(cells[:width], alignments, strict=False):
                cell = ElementTree.SubElement(row, "th" if name == "thead" else "td")
                if alignment:
                    cell.set("style", f"text-align: {alignment}")
                content, attributes = trailing_attributes(text)
                conversion.inline(cell, content, number)
                apply_attributes(cell, attributes)


def _head_of(lines: list[str]) -> tuple[int, list[str]]:
    """Return the index of the head, or -1, and the alignments that the line below it gives."""
    start = 1 if _SEPARATOR.match(lines[0]) else 0
    below = lines[start + 1] if start + 1 < len(lines) else ""
    if not _SEPARATOR.match(below):
        return -1, []
    marks = [part.strip() for part in _BETWEEN.split(below.strip().strip("|"))]
    return start, [alignment_of(mark) for mark in marks]


def start_kramdown_table(state: BlockState, container: Block) -> Started:
    line = state.line
    if line.indented or line.first != "|" or isinstance(container, Text):
        return Started.NOTHING
    lines = [line.rest.strip()]
    ahead = takewhile(lambda text: text.lstrip().startswith("|"), state.lines_ahead(_MOST_ROWS))
    lines += [text.strip() for text in ahead]
    rows = [text for text in lines if not _SEPARATOR.match(text)]
    if not rows or not all(len(split_row(row)) > 1 for row in rows):
        return Started.NOTHING
    if len(rows) == len(lines):
        # Without any line between rows, only rows that are closed and alike are surely a table.
        widths = {len(split_row(row)) for row in rows}
        if len(rows) < 2 or len(widths) > 1 or not all(row.endswith("|") for row in rows):
            return Started.NOTHING
    elif _is_gfm(lines):
        return Started.NOTHING
    state.close_unmatched()
    line.skip_indent()
    state.add(KramdownTable(len(lines))).add_line(state)
    return Started.LEAF


def _is_gfm(lines: list[str]) -> bool:
    """Return whether the first row has a line below it that names as many columns."""
    if _SEPARATOR.match(lines[0]):
        return len(lines) < 2 or not any(_SEPARATOR.match(line) for line in lines[2:])
    is_below = bool(_SEPARATOR.match(lines[1])) and not set("=+") & set(lines[1])
    return is_below and len(split_row(lines[1])) == len(split_row(lines[0]))


class KramdownTableExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_kramdown_table, 55.5, "|")
