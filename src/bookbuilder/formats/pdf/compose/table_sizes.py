"""Say by classes how the theme sets a table: how wide it is, how tall, and where its edges are."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.compose.hyphenation import keep_cells_whole
from bookbuilder.formats.pdf.run_data.runs import classes_of

# A table is wide, or very wide, if it has more columns.
WIDE, WIDEST = 5, 8
# Reckoned lines on a page of A5: a table of no more is kept together, a row of more may be split.
SHORT_TABLE, TALL_ROW = 20, 16
# Characters in a line of a table that is as wide as the page.
_CHARACTERS = 68
_MOST_COLUMNS = 100


def classify_table(table: ET.Element) -> None:
    """Set the classes by which the theme sets `table`.

    Wide tables are set smaller, short ones kept together, tall rows split, and years and prices
    kept whole. The cells at the edges are told by their column, because the first cell of a row is
    not in the first column if a cell above spans both rows.
    """
    rows = list(table.iter("tr"))
    columns = _mark_edges(rows)
    lines = [_lines_of(row, columns) for row in rows]
    sizes = ["short"] if sum(lines) <= SHORT_TABLE else []
    if columns > WIDE:
        sizes.append("widest" if columns > WIDEST else "wide")
    if sizes:
        table.set("class", " ".join([*classes_of(table), *sizes]))
    for row, tall in zip(rows, lines, strict=True):
        if tall > TALL_ROW:
            row.set("class", " ".join([*classes_of(row), "tall"]))
    keep_cells_whole(table, is_wide=columns > WIDE)


def _lines_of(row: ET.Element, columns: int) -> int:
    """Return about how many lines the tallest cell of `row` fills."""
    width = max(4, _CHARACTERS // max(1, columns))
    tallest = 1
    for cell in row:
        text = " ".join("".join(cell.itertext()).split())
        breaks = sum(1 for e in cell.iter() if e.tag in ("br", "p", "li", "img", "pre"))
        tallest = max(tallest, -(-len(text) // (width * _span(cell, "colspan"))) + breaks)
    return tallest


def _mark_edges(rows: list[ET.Element]) -> int:
    """Give cells of the first and the last column a class; return the number of columns."""
    taken: dict[int, int] = {}
    placed: list[tuple[ET.Element, int, int]] = []
    columns = 0
    for row in rows:
        column = 0
        for cell in row:
            while taken.get(column, 0) > 0:
                column += 1
            width = min(_span(cell, "colspan"), _MOST_COLUMNS)
            placed.append((cell, column, column + width))
            for spanned in range(column, column + width):
                taken[spanned] = _span(cell, "rowspan")
            column += width
        columns = max(columns, column, *(c + 1 for c, left in taken.items() if left > 0), 0)
        taken = {c: left - 1 for c, left in taken.items() if left > 1}
    for cell, start, end in placed:
        edges = ["first-column"] * (start == 0) + ["last-column"] * (end >= columns)
        if edges:
            cell.set("class", " ".join([*classes_of(cell), *edges]))
    return columns


def _span(cell: ET.Element, name: str) -> int:
    value = cell.get(name, "1")
    return max(1, int(value)) if value.isdecimal() else 1
