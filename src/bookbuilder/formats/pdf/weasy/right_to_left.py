"""Put the parts of lines from right to left where they belong.

WeasyPrint indents such a line at its end, on the left, and moves it by the width of a blank where
one was removed from its end.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.weasy.contract import (
    Box,
    InlineBox,
    LineBox,
    TextBox,
    without_placeholder,
)


def settling(tree: ET.Element) -> Callable[[Box], None] | None:
    """Return a function that settles the lines of a page of `tree`; None if no line needs it."""
    has_any = any(element.get("dir") in ("rtl", "auto") for element in tree.iter())
    return settle_lines if has_any else None


def settle_lines(page_box: Box) -> None:
    """Move the parts of each line from right to left together, the last one to the line's left."""
    stack = [page_box]
    while stack:
        box = without_placeholder(stack.pop())
        if isinstance(box, LineBox) and box.style["direction"] == "rtl":
            _join(box, box.position_x)
        if not isinstance(box, TextBox):
            stack.extend(box.children)


def _join(box: Box, left: float) -> None:
    parts = [child for child in box.children if child.is_in_normal_flow()]
    for part in reversed(parts):
        part.translate(left - part.position_x, 0, ignore_floats=True)
        left += part.margin_width()
        inner = [child for child in part.children if child.is_in_normal_flow()]
        if inner and isinstance(part, InlineBox) and part.style["direction"] == "rtl":
            _join(part, inner[-1].position_x)
