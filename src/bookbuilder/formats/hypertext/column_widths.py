"""Fit tables to the screen: widths of columns, and rows that become blocks on a phone.

Words are not broken, and a browser makes no column narrower than its longest word. So a table whose
words have no room beside each other on a phone, or whose columns of text would be too narrow to
read, becomes a list there: each row a block, each cell a line with its column's head. The widths
are the shares that a browser gives on a phone in normal type.
"""

from __future__ import annotations

import re
import unicodedata

from bs4 import Tag
from msgspec import Struct

from bookbuilder.text.patterns import rare_pattern
from bookbuilder.trees.markup import elements, nearest, raw_text, text_of

# What fits beside each other on a phone in normal type, and in huge type; all in characters.
_LINE = 46
_HUGE_LINE = 20
_PADDING = 2
STACKED, TIGHT = "stacked", "tight"
_LONGEST_CELL = 100
_EMPTY_CELL = 8
_MOST_COLUMNS = 50
# What is longer, such as an address, is no word and may break anywhere.
_LONGEST_WORD = 24
_ADDRESS = rare_pattern(r"[!-~\u00a1-\u2de0]{25}")
# Columns with longer cells are text, and this many of them are too many for a phone.
_SHORT_CELL = 10
_TEXT_COLUMNS = 3
_LONGEST_LABEL = 60
_EM_PER_CHARACTER = 0.6
_EM_PER_LETTER = 0.5
# Columns of text that are narrower, in characters, are hard to read; more has no room on a page.
_READABLE = 18
_MOST_READABLE = 70
# Spaces, hyphens, and any character of the scripts that are written without spaces.
_NUMBER = re.compile(
    r"[-+−–±≈~<>≤≥$€£¥]{0,3}\s?\d[\d.,'’:/×\s\u00a0\u202f–-]{0,20}\s?[%‰°$€£¥]{0,2}"
)
_WORD_ENDS = re.compile(r"[\s\u200b]+|(?<=[-–—/\u2e80-\ud7af\uf900-\ufaff\uff00-\uffef])")


class _Column(Struct, frozen=True):
    """The widths of the longest word and of the longest cell, with padding."""

    word: int
    cell: int


class _Cell(Struct, frozen=True):
    """A cell of a table and its text, blanks at the ends dropped."""

    tag: Tag
    text: str


_Rows = list[list[_Cell]]
Attributes = dict[str, str]


def fitted_table(table: Tag) -> dict[int, Attributes]:
    """Return attributes by the `id()` of what needs them: the table, its rows and its cells.

    There are none for a table that fits in any case, or that has widths of the author's.
    """
    rows = _rows(table)
    if not rows:
        return {}
    found = _breaking(rows)
    if _has_widths(table, rows[0]):
        return found
    columns = _columns(rows)
    total = sum(column.cell for column in columns)
    ends = sum(_span(cell.tag, "colspan") for cell in rows[0])
    if total <= _HUGE_LINE or not ends == len(columns) <= _MOST_COLUMNS:
        return found
    width = f"{total * _EM_PER_CHARACTER:.0f}em" if total < _LINE else "100%"
    is_crowded = sum(column.word for column in columns) > _LINE
    texts = sum(column.cell > _SHORT_CELL + _PADDING for column in columns)
    found[id(table)] = {"style": f"width: {width}"}
    if total > _LINE and (is_crowded or texts >= _TEXT_COLUMNS) and _can_be_stacked(table, rows):
        _add(found, _stacked(table, rows))
    elif is_crowded:
        # Better a broken word than a column beyond the edge.
        tight = {"style": f"table-layout: fixed; width: {width}", "class": TIGHT}
        found[id(table)] = tight
    shares = _shares(columns)
    start = 0
    for cell in rows[0]:
        end = start + _span(cell.tag, "colspan")
        _add(found, {id(cell.tag): {"style": f"width: {sum(shares[start:end])}%"}})
        start = end
    return found


def scrolling_table(table: Tag) -> dict[int, Attributes]:
    """Return attributes for a table that may scroll: it stays wide enough to be read.

    They are by `id()`, for the table, unless it has widths of the author's, and for its cells.
    """
    rows = _rows(table)
    found = _breaking(rows)
    if rows and not _has_widths(table, rows[0]):
        wanted = sum(max(c.word, min(c.cell, _READABLE)) for c in _columns(rows))
        if wanted > _HUGE_LINE:
            width = min(wanted, _MOST_READABLE) * _EM_PER_LETTER
            found[id(table)] = {"style": f"min-width: {width:.0f}em"}
    return found


def longest_words(table: Tag) -> int:
    """Return how many characters beside each other a table is wide if every cell is narrow."""
    return sum(column.word for column in _columns(_rows(table)))


def _breaking(rows: _Rows) -> dict[int, Attributes]:
    """Return attributes for the cells whose text breaks in another way than words do."""
    cells = (cell for row in rows for cell in row)
    return {id(cell.tag): {"style": style} for cell in cells if (style := _style_of(cell.text))}


def _add(found: dict[int, Attributes], more: dict[int, Attributes]) -> None:
    for key, attributes in more.items():
        before = found.setdefault(key, {})
        styles = [s for s in (before.get("style"), attributes.get("style")) if s]
        before |= attributes
        if styles:
            before["style"] = "; ".join(styles)


def _style_of(text: str) -> str:
    """Return how the text of a cell breaks: numbers not at all, and long addresses anywhere."""
    if len(text) <= _LONGEST_WORD:
        return "white-space: nowrap" if _NUMBER.fullmatch(text) and len(text) > 1 else ""
    return "overflow-wrap: anywhere" if _ADDRESS.search(text) else ""


def _can_be_stacked(table: Tag, rows: _Rows) -> bool:
    """Return whether each cell has one head, in the table's first row."""
    heads = [row for row in rows if row and nearest(row[0].tag, "thead") is not None]
    cells = [cell.tag for row in rows for cell in row]
    return (
        len(heads) == 1
        and heads[0] is rows[0]
        and len(rows) > 1
        and all(len(row) == len(rows[0]) for row in rows)
        and not any(cell.get("colspan") or cell.get("rowspan") for cell in cells)
        and "worksheet" not in table.get_attribute_list("class")
        and not elements(table, "table")
        and all(tag.get("role") is None for tag in (table, *cells))
    )


def _stacked(table: Tag, rows: _Rows) -> dict[int, Attributes]:
    """Return classes, labels, and roles: blocks are no table to a screen reader without them."""
    labels = [" ".join(text_of(head.tag).split())[:_LONGEST_LABEL] for head in rows[0]]
    found: dict[int, Attributes] = {id(table): {"class": STACKED, "role": "table"}}
    for group in elements(table, "thead", "tbody", "tfoot"):
        found[id(group)] = {"role": "rowgroup"}
    for row in rows:
        found[id(row[0].tag.parent)] = {"role": "row"}
        for cell, label in zip(row, labels, strict=True):
            is_head = cell.tag.name == "th"
            kind = ("columnheader" if row is rows[0] else "rowheader") if is_head else "cell"
            attributes = found[id(cell.tag)] = {"role": kind}
            if label and row is not rows[0]:
                attributes["data-label"] = label
    return found


def _rows(table: Tag) -> _Rows:
    """Return the cells of each row, but not those of tables inside it."""
    return [
        [
            _Cell(cell, raw_text(cell).strip())
            for cell in row.contents
            if isinstance(cell, Tag) and cell.name in ("td", "th")
        ]
        for row in elements(table, "tr")
        if nearest(row, "table") is table
    ]


def _has_widths(table: Tag, first: list[_Cell]) -> bool:
    styled = [table, *elements(table, "col", "colgroup"), *(cell.tag for cell in first)]
    return any("width" in str(tag.get("style", "")) for tag in styled)


def _columns(rows: _Rows) -> list[_Column]:
    words: dict[int, int] = {}
    cells: dict[int, int] = {}
    below: dict[int, int] = {}
    for row in rows:
        at = 0
        taken = {column for column, left in below.items() if left > 0}
        below = {column: left - 1 for column, left in below.items() if left > 1}
        for cell in row:
            while at in taken:
                at += 1
            across, down = _span(cell.tag, "colspan"), _span(cell.tag, "rowspan")
            word, length = _measure(cell)
            for column in range(at, min(at + across, _MOST_COLUMNS + 1)):
                words[column] = max(words.get(column, 0), -(-word // across))
                cells[column] = max(cells.get(column, 0), -(-length // across))
                below[column] = down - 1
            at += across
    return [_Column(words[c] + _PADDING, cells[c] + _PADDING) for c in sorted(words)]


def _span(cell: Tag, name: str) -> int:
    if name not in cell.attrs:
        return 1
    value = str(cell[name])
    return max(1, int(value)) if value.isascii() and value.isdigit() and len(value) < 5 else 1


def _measure(cell: _Cell) -> tuple[int, int]:
    """Return the widths of a cell's longest word and of its text; empty ones are to write in."""
    text = cell.text
    if not text:
        return (_EMPTY_CELL, _EMPTY_CELL) if cell.tag.name == "td" else (1, 1)
    pieces = _WORD_ENDS.split(text[: 20 * _LONGEST_CELL])
    return min(max(map(_width, pieces)), _LONGEST_WORD), min(
        _width(text[:_LONGEST_CELL]), _LONGEST_CELL
    )


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return len(text) + sum(unicodedata.east_asian_width(c) in "WF" for c in text)


def _shares(columns: list[_Column]) -> list[int]:
    """Return per cent for each column: its longest word, and a share of the rest of the line."""
    words = sum(column.word for column in columns)
    cells = sum(column.cell for column in columns)
    if cells <= _LINE or words >= _LINE:
        ideal = [float(c.cell if cells <= _LINE else c.word) for c in columns]
    else:
        ideal = [c.word + (_LINE - words) * (c.cell - c.word) / (cells - words) for c in columns]
    return [max(1, round(100 * width / sum(ideal))) for width in ideal]
