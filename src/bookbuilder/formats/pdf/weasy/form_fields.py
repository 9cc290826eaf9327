"""Find the `field` elements of laid-out pages, over which interactive fields are laid."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.run_data.records import POINTS, Field
from bookbuilder.formats.pdf.run_data.runs import FIELD
from bookbuilder.formats.pdf.weasy.contract import (
    Area,
    Box,
    TableCellBox,
    without_placeholder,
)

# Between a field and the lines of its cell, in points.
INSET = 1.2


def fields_of(page_box: Box) -> list[tuple[Box, Field]]:
    """Find the boxes of a page's `field` elements, with the fields to lay over them."""
    found = []
    for box, element, cell in _field_boxes(page_box, None):
        area = _rectangle(box, element, cell, page_box.margin_height())
        kind, name, label = (element.get(key, "") for key in ("kind", "name", "label"))
        found.append((box, Field(kind, name, label, area)))
    return found


def _field_boxes(
    box: Box, cell: TableCellBox | None
) -> Iterator[tuple[Box, ET.Element, TableCellBox | None]]:
    """Yield boxes of fields in reading order, each with the cell of a table that it stands in."""
    box = without_placeholder(box)
    if box.element_tag == FIELD and box.element is not None:
        yield box, box.element, cell
        return
    if isinstance(box, TableCellBox):
        cell = box
    for child in box.children:
        yield from _field_boxes(child, cell)


def _rectangle(
    box: Box, element: ET.Element, cell: TableCellBox | None, page_height: float
) -> Area:
    """Say where a field lies, in points from the lower left; in a cell it fills the rest."""
    left, top = box.border_box_x(), box.border_box_y()
    right, bottom = left + box.border_width(), top + box.border_height()
    inset = 0.0
    if cell is not None and element.get("kind") == "cell":
        left, right = cell.border_box_x(), cell.border_box_x() + cell.border_width()
        bottom = cell.border_box_y() + cell.border_height()
        top = top if element.get("below") else cell.border_box_y()
        inset = INSET
    edges = (left, page_height - bottom, right, page_height - top)
    inward = (inset, inset, -inset, -inset)
    left, bottom, right, top = (
        round(e * POINTS + i, 2) for e, i in zip(edges, inward, strict=True)
    )
    return left, bottom, right, top
