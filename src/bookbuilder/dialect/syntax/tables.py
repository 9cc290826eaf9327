"""Read GFM tables. A pipe inside a code span does not end a cell."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import ATTRIBUTES, apply_attributes, trailing_attributes
from bookbuilder.dialect.core.blocks import Block, BlockState, Continue, Started, Text
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.model.diagnostics import Rule, Severity
from bookbuilder.text.patterns import rare_pattern

ROW_TOO_LONG = Rule(
    "M013",
    "table-row-too-long",
    Severity.WARNING,
    "A table has as many columns as its first row. Cells beyond them in a later row are left"
    " out. Write a pipe that belongs to the text as `\\|`.",
)

DOUBTFUL_TABLE = Rule(
    "M033",
    "doubtful-table",
    Severity.WARNING,
    "A table is a row, a line such as `|---|---|` with as many cells, and further rows. Lines with"
    " pipes are text without that line, or if its cells are not as many. A line of text right below"
    " a table becomes one more row of it: leave a blank line between.",
)

# A short text can ask for a table of millions of empty cells.
MOST_ADDED_CELLS = 20_000
_MOST_BETWEEN = 12

_DELIMITERS = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
# A caption right below the rows is none of them. `passes.furniture` puts it into the table.
# Some tools go on with a row in a line of colons.
_CAPTION = re.compile(r"(?:Table)?:[ \t]+(?![^\n]{0,300}(?:[ \t]:[ \t]|:$))[^|]+$", re.IGNORECASE)
_DRAWN = rare_pattern(r"\+[-=:]{2,}|[ ]*-{2,}(?:[ ]+-{2,})+[ ]*$|-{3,}$")
_ROW = re.compile(r"[ ]{0,3}\|[^|\n]{1,500}\|[^\n]{0,5000}\|[ \t]*$")
_TOKEN = re.compile(r"\\.|`+|\|")


class Table(Text):
    def __init__(self, header: list[str], alignments: list[str]) -> None:
        super().__init__()
        self.header = header
        self.alignments = alignments
        self.added = 0

    def continues(self, state: BlockState) -> Continue:
        is_caption = _CAPTION.match(state.line.rest)
        if is_caption and "|" not in next(state.lines_ahead(1), ""):
            return Continue.NO
        return super().continues(state)

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        table = ElementTree.SubElement(parent, "table")
        table.text = table.tail = "\n"
        apply_attributes(table, self.attributes)
        head = ElementTree.SubElement(table, "thead")
        head.tail = "\n"
        self._render_row(conversion, head, "th", self.header, self.line)
        if self.lines:
            body = ElementTree.SubElement(table, "tbody")
            body.tail = "\n"
            for number, line in enumerate(self.lines, self.line + 2):
                self._render_row(conversion, body, "td", split_row(line), number)

    def _render_row(
        self,
        conversion: Conversion,
        parent: ElementTree.Element,
        tag: str,
        cells: list[str],
        line: int,
    ) -> None:
        row = ElementTree.SubElement(parent, "tr")
        row.tail = "\n"
        width = len(self.alignments)
        if tag == "td" and len(cells) == 1 < width and "|" not in self.lines[line - self.line - 2]:
            message = f"`{cells[0][:40]}` becomes a row of the table above it"
            hint = "leave a blank line before it, or write the row with `|`"
            conversion.problems.add(DOUBTFUL_TABLE, message, line, hint=hint, alike="row")
        if any(cells[width:]):
            message = f"the row has {len(cells)} cells for {width} columns; the rest is left out"
            conversion.problems.add(
                ROW_TOO_LONG, message, line, hint="write `\\|` for a | in a cell"
            )
        missing = max(0, min(width - len(cells), MOST_ADDED_CELLS - self.added))
        self.added += missing
        cells = [*cells, *[""] * missing]
        for text, alignment in zip(cells[:width], self.alignments, strict=False):
            cell = ElementTree.SubElement(row, tag)
            if alignment:
                cell.set("style", f"text-align: {alignment}")
            content, attributes = trailing_attributes(text)
            conversion.inline(cell, content, line)
            apply_attributes(cell, attributes)


def split_row(text: str) -> list[str]:
    """Return the cells of a row, with `\\|` as `|`."""
    text = text.strip()
    cells = _cells(text) if "`" in text or "\\" in text else text.split("|")
    is_closed = not cells[-1]
    if text.startswith("|"):
        del cells[0]
    if is_closed and len(cells) > 1:
        del cells[-1]
    return [cell.strip().replace("\\|", "|") for cell in cells]


def _cells(text: str) -> list[str]:
    """Part `text` at each `|` that is not escaped and not in code."""
    cells, start, position = [], 0, 0
    while match := _TOKEN.search(text, position):
        position = match.end()
        if match[0] == "|":
            cells.append(text[start : match.start()])
            start = position
        elif match[0][0] == "`":
            close = re.compile(rf"(?<!`){match[0]}(?!`)").search(text, position)
            if close and close.end() - close.start() == len(match[0]):
                position = close.end()
    cells.append(text[start:])
    return cells


def start_table(state: BlockState, container: Block) -> Started:
    line = state.line
    if line.indented or not isinstance(container, Paragraph) or not container.lines:
        return Started.NOTHING
    rest = line.rest
    if not _DELIMITERS.match(rest) or not ("|" in rest or ":" in rest):
        _report_rows_alone(state, container)
        return Started.NOTHING
    delimiters, header = split_row(rest), split_row(container.lines[-1])
    if len(delimiters) != len(header) and "|" in rest and "|" in container.lines[-1]:
        message = f"the line of dashes has {len(delimiters)} cells, and the one above {len(header)}"
        hint = "make them as many: until then, this is no table"
        state.problems.add(DOUBTFUL_TABLE, message, state.number, rest[:40], hint)
    if len(delimiters) != len(header) or ("|" not in rest and "|" not in container.lines[-1]):
        return Started.NOTHING
    state.close_unmatched()
    container.lines.pop()
    assert container.parent is not None
    if container.lines:
        state.close(container)
    else:
        container.parent.children.remove(container)
        state.tip = container.parent
    state.add(Table(header, [alignment_of(cell) for cell in delimiters])).line -= 1
    return Started.LEAF


def _report_rows_alone(state: BlockState, container: Paragraph) -> None:
    """Report the second of two lines that look like rows, in a paragraph."""
    row, above = state.line.rest, container.lines[-2:]
    if not (_ROW.match(row) and _ROW.match(above[-1])):
        return
    is_third = len(above) > 1 and _ROW.match(above[0])
    if is_third or _DELIMITERS.match(next(state.lines_ahead(1), "")):
        return
    message = "lines with pipes are text, because there is no line of dashes below the first"
    hint = "write a line such as `|---|---|` below the first row"
    state.problems.add(DOUBTFUL_TABLE, message, state.number - 1, hint=hint, alike="rows")


_ONLY_ATTRIBUTES = re.compile(r":[ \t]*" + ATTRIBUTES.pattern + r"[ \t]*$")


def start_attributes_of_table(state: BlockState, container: Block) -> Started:
    """Read `: {#tbl-x}` below a table: a caption that has no words, only attributes."""
    line = state.line
    match = None if line.indented else _ONLY_ATTRIBUTES.match(line.rest)
    target = container if isinstance(container, Table) else container.last_child
    if not match or not isinstance(target, Table):
        return Started.NOTHING
    target.attributes = f"{target.attributes} {match[1]}".strip()
    state.close_unmatched()
    if target.open:
        state.close(target)
    return Started.LEAF


def table_follows(state: BlockState) -> bool:
    """Return whether this line is in a paragraph, such as a caption, right before a table."""
    has_ended = False
    before = ""
    for line in state.lines_ahead(_MOST_BETWEEN):
        if not line.strip():
            if before:
                return False
            has_ended = True
        elif has_ended:
            if before:
                below_header = _DRAWN.match(line) and " -" in line
                return bool(below_header or (_DELIMITERS.match(line) and "|" in line + before))
            if _DRAWN.match(line):
                return True
            before = line
    return False


def alignment_of(delimiter: str) -> str:
    left, right = delimiter.startswith(":"), delimiter.endswith(":")
    return "center" if left and right else "left" if left else "right" if right else ""


class TableExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_table, 55, "|:-")
        md.parser.starts.register(start_attributes_of_table, 97.5, ":")
