"""Say by classes how the theme sets a table: how wide it is, how tall, and where its edges are."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from bookbuilder.book import Book
from bookbuilder.formats.pdf.compose.hyphenation import keep_cells_whole
from bookbuilder.formats.pdf.compose.measure import Measure, measure_of, with_room
from bookbuilder.formats.pdf.compose.table_columns import (
    Cell,
    cell_of,
    has_widths,
    keep_ends,
    plan_of,
    set_columns,
)
from bookbuilder.formats.pdf.compose.turned_pages import can_turn, is_turned
from bookbuilder.formats.pdf.run_data.runs import classes_of
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import find_text
from bookbuilder.passes.table_heads import ROW_HEAD
from bookbuilder.trees.markup import elements, text_of
from bookbuilder.trees.serializing import to_element
from bookbuilder.trees.xhtml import CELLS

CROWDED_TABLE = Rule(
    "P023",
    "crowded-table",
    Severity.WARNING,
    "Even in the smallest type and on a turned page, the longest words of the columns do not fit"
    " beside each other, so words and numbers are cut. Split the table, or turn its rows into"
    " columns.",
)
TURNED_TABLE = Rule(
    "P024",
    "turned-table",
    Severity.NOTE,
    "A table whose words do not fit beside each other on an upright page, even in the smallest"
    " type, stands on a page of its own that is turned. `{.landscape}` on the line below a table"
    " asks for that. To have the table in the text, split it, or turn its rows into columns.",
)

# Reckoned lines on a page of A5: a table of no more is kept together, a row of more may be split.
SHORT_TABLE, TALL_ROW = 20, 16
# Characters in a line of a table that is as wide as the page.
_CHARACTERS = 68
_MOST_COLUMNS = 100
_FEWEST_CROWDED = 5


def classify_table(table: ET.Element, room: float) -> None:
    """Set the classes by which the theme sets `table`, and the widths of its columns.

    `room` is its width in rem. Tables with more or longer words than fit are set smaller, short
    ones kept together, tall rows split, and years and prices kept whole. The cells at the edges are
    told by their column, because the first cell of a row is not in the first column if a cell above
    spans both rows.
    """
    rows = list(table.iter("tr"))
    columns, cells = _mark_edges(rows)
    plan = plan_of(cells, columns, room)
    lines = [_lines_of(row, columns) for row in rows]
    if plan.shares and not (has_widths(table) or "worksheet" in classes_of(table)):
        set_columns(table, plan.shares)
        for cell in (cell for row in cells for cell in row):
            keep_ends(cell, sum(plan.widths[cell.start : cell.end]))
    names = ["short"] * (sum(lines) <= SHORT_TABLE) + [plan.size] * bool(plan.size)
    if names:
        table.set("class", " ".join([*classes_of(table), *names]))
    for row, tall in zip(rows, lines, strict=True):
        if tall > TALL_ROW:
            row.set("class", " ".join([*classes_of(row), "tall"]))
    if plan.lacking <= 0:
        keep_cells_whole(table, is_wide=bool(plan.size))


def crowded_tables(section: ET.Element, measure: Measure) -> list[ET.Element]:
    """Return the tables whose words fit beside each other on a turned page only."""
    found = []
    for table, room in with_room(section, ("table",), measure):
        if room < measure.turned and len(next(table.iter("tr"), ())) >= _FEWEST_CROWDED:
            columns, cells = _placed(list(table.iter("tr")))
            if _is_turned(cells, columns, measure, room):
                found.append(table)
    return found


def _is_turned(cells: list[list[Cell]], columns: int, measure: Measure, room: float) -> bool:
    is_crowded = plan_of(cells, columns, room).lacking > 0
    return is_crowded and plan_of(cells, columns, measure.turned).lacking <= 0


def report_crowded_tables(book: Book, report: Report) -> None:
    """Report tables that have no room for their words even in the smallest type."""
    measure = measure_of(book)
    for chapter in book.chapters:
        for tag in elements(chapter.tree, "table"):
            if len(elements(next(iter(elements(tag, "tr")), tag), *CELLS)) < _FEWEST_CROWDED:
                continue
            room = measure.turned if is_turned(tag) else measure.upright
            columns, cells = _placed(list(to_element(tag).iter("tr")))
            if plan_of(cells, columns, room).lacking <= 0:
                continue
            span = find_text(chapter.source, next(iter(text_of(tag).split()), ""))
            said = f"the words of a table of {columns} columns do not fit beside each other"
            if can_turn(tag) and _is_turned(cells, columns, measure, room):
                report.add(TURNED_TABLE, f"{said}; it is printed on a turned page", span)
            else:
                report.add(CROWDED_TABLE, said, span, "split it, or turn its rows into columns")


def _lines_of(row: ET.Element, columns: int) -> int:
    """Return about how many lines the tallest cell of `row` fills."""
    width = max(4, _CHARACTERS // max(1, columns))
    tallest = 1
    for cell in row:
        text = " ".join("".join(cell.itertext()).split())
        breaks = sum(_breaks_of(element) for element in cell.iter())
        tallest = max(tallest, -(-len(text) // (width * _span(cell, "colspan"))) + breaks)
    return tallest


def _breaks_of(element: ET.Element) -> int:
    if element.tag == "pre":
        # With the room above and below it.
        return 2 + "".join(element.itertext()).rstrip().count("\n")
    return 1 if element.tag in ("br", "p", "li", "img") else 0


def _mark_edges(rows: list[ET.Element]) -> tuple[int, list[list[Cell]]]:
    """Give cells of the first and the last column a class; return all, and the columns' number."""
    columns, placed = _placed(rows)
    for cell in (cell for row in placed for cell in row):
        edges = ["first-column"] * (cell.start == 0) + ["last-column"] * (cell.end >= columns)
        if edges:
            cell.element.set("class", " ".join([*classes_of(cell.element), *edges]))
    return columns, placed


def _placed(rows: list[ET.Element]) -> tuple[int, list[list[Cell]]]:
    """Return the number of columns, and the cells of each row."""
    taken: dict[int, int] = {}
    placed: list[list[Cell]] = []
    columns = 0
    for row in rows:
        column = 0
        placed.append([])
        for cell in row:
            while taken.get(column, 0) > 0:
                column += 1
            width = min(_span(cell, "colspan"), _MOST_COLUMNS)
            is_bold = cell.tag == "th" and ROW_HEAD not in classes_of(cell)
            placed[-1].append(cell_of(cell, column, column + width, is_bold=is_bold))
            for spanned in range(column, column + width):
                taken[spanned] = _span(cell, "rowspan")
            column += width
        columns = max(columns, column, *(c + 1 for c, left in taken.items() if left > 0), 0)
        taken = {c: left - 1 for c, left in taken.items() if left > 1}
    return columns, placed


def _span(cell: ET.Element, name: str) -> int:
    value = cell.get(name, "1")
    return max(1, int(value)) if value.isdecimal() else 1
