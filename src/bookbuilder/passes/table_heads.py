"""Say which cells of a table head its columns, and which its rows.

Programs that read a table aloud say both before a cell.
"""

from __future__ import annotations

from bs4 import Tag

from bookbuilder.trees.markup import elements, text_of

ROW_HEAD = "row-head"
"""The class of a cell that heads its row without being set as a head."""


def head_tables(tree: Tag) -> None:
    for table in elements(tree, "table"):
        has_corner = False
        for head in elements(table, "thead"):
            if head.find_parent("table") is not table:
                continue
            if not text_of(head) and not elements(head, "img"):
                head.decompose()
                continue
            has_corner |= _head_columns(head)
        rows = [row for row in elements(table, "tr") if _is_in_body(row, table)]
        _head_rows(rows, has_corner=has_corner)


def _head_columns(head: Tag) -> bool:
    """Return whether the first cell is an empty corner."""
    has_corner = False
    for nth, cell in enumerate(elements(head, "th")):
        if text_of(cell) or elements(cell, "img", "svg", "math"):
            cell.attrs.setdefault("scope", "col")
        else:
            # An empty corner cell heads no column.
            cell.name = "td"
            cell.attrs.pop("scope", None)
            has_corner |= nth == 0
    return has_corner


def _is_in_body(row: Tag, table: Tag) -> bool:
    parent = row.parent
    if parent is None or parent.name == "thead":
        return False
    return parent is table or parent.parent is table


def _head_rows(rows: list[Tag], *, has_corner: bool) -> None:
    """Head the rows of a table with an empty corner, or whose first column is all bold."""
    firsts: list[Tag] = []
    is_plain = True
    for row in rows:
        cells = [c for c in row.contents if isinstance(c, Tag) and c.name in ("td", "th")]
        named = {cell.name for cell in cells}
        for cell in cells:
            if cell.name == "th":
                cell.attrs.setdefault("scope", "row" if "td" in named else "col")
        is_plain &= not any("rowspan" in cell.attrs or "colspan" in cell.attrs for cell in cells)
        if len(cells) > 1:
            firsts.append(cells[0])
        else:
            is_plain = False
    if not is_plain or not firsts or any(not _can_head(cell) for cell in firsts):
        return
    if has_corner or (len(firsts) > 1 and all(_is_bold(cell) for cell in firsts)):
        for cell in firsts:
            cell.name = "th"
            cell["scope"] = "row"
            cell["class"] = ROW_HEAD


def _can_head(cell: Tag) -> bool:
    return cell.name == "td" and "class" not in cell.attrs and bool(text_of(cell))


def _is_bold(cell: Tag) -> bool:
    bold = elements(cell, "strong", "b")
    return len(bold) == 1 and text_of(bold[0]) == text_of(cell)
