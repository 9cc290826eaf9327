"""Column widths that keep tables on the screen, whatever the size of type.

A browser never makes a column narrower than its longest word, so that a table in huge type leaves
the screen, or runs into the next page. With widths in per cent and a fixed layout it cannot, and a
word breaks only where its column has no room for it. The shares are those that a browser gives on
a phone in normal type.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import Tag

from bookbuilder.trees.markup import elements, raw_text

# What fits beside each other on a phone in normal type, and in huge type; all in characters.
_LINE = 46
_HUGE_LINE = 20
_PADDING = 2
_LONGEST_CELL = 100
_EMPTY_CELL = 8
_MOST_COLUMNS = 50
_EM_PER_CHARACTER = 0.6
# Spaces, hyphens, and any character of the scripts that are written without spaces.
_WORD_ENDS = re.compile(r"[\s\u200b]+|(?<=[-–—/\u2e80-\ud7af\uf900-\ufaff\uff00-\uffef])")


@dataclass(frozen=True, slots=True)
class _Column:
    """The widths of the longest word and of the longest cell, with padding."""

    word: int
    cell: int


def fitted_columns(table: Tag) -> dict[int, str]:
    """Return styles by the `id()` of what needs them: the table, and the cells of its first row.

    There are none for a table that fits in any case, or that has widths of the author's.
    """
    rows = list(_rows(table))
    if not rows or _has_widths(table, rows[0]):
        return {}
    columns = _columns(rows)
    total = sum(column.cell for column in columns)
    ends = sum(_span(cell, "colspan") for cell in rows[0])
    if total <= _HUGE_LINE or not ends == len(columns) <= _MOST_COLUMNS:
        return {}
    width = f"{total * _EM_PER_CHARACTER:.0f}em" if total < _LINE else "100%"
    found = {id(table): f"table-layout: fixed; width: {width}"}
    shares = _shares(columns)
    start = 0
    for cell in rows[0]:
        end = start + _span(cell, "colspan")
        found[id(cell)] = f"width: {sum(shares[start:end])}%"
        start = end
    return found


def _rows(table: Tag) -> Iterator[list[Tag]]:
    """Give the cells of each row, but not those of tables inside it."""
    for row in elements(table, "tr"):
        if row.find_parent("table") is table:
            yield [c for c in row.contents if isinstance(c, Tag) and c.name in ("td", "th")]


def _has_widths(table: Tag, first: list[Tag]) -> bool:
    styled = [table, *elements(table, "col", "colgroup"), *first]
    return any("width" in str(tag.get("style", "")) for tag in styled)


def _columns(rows: list[list[Tag]]) -> list[_Column]:
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
            across = _span(cell, "colspan")
            word, length = _measure(cell)
            for column in range(at, min(at + across, _MOST_COLUMNS + 1)):
                words[column] = max(words.get(column, 0), -(-word // across))
                cells[column] = max(cells.get(column, 0), -(-length // across))
                below[column] = _span(cell, "rowspan") - 1
            at += across
    return [_Column(words[c] + _PADDING, cells[c] + _PADDING) for c in sorted(words)]


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name, "1"))
    return max(1, int(value)) if value.isascii() and value.isdigit() and len(value) < 5 else 1


def _measure(cell: Tag) -> tuple[int, int]:
    """Return the widths of a cell's longest word and of its text; empty ones are to write in."""
    text = raw_text(cell).strip()
    if not text:
        return (_EMPTY_CELL, _EMPTY_CELL) if cell.name == "td" else (1, 1)
    pieces = _WORD_ENDS.split(text[: 20 * _LONGEST_CELL])
    return max(map(_width, pieces)), min(_width(text[:_LONGEST_CELL]), _LONGEST_CELL)


def _width(text: str) -> int:
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
