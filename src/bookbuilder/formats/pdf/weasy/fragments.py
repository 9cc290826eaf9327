"""End boxes with their last line where they go on overleaf."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from bookbuilder.formats.pdf.weasy.contract import BlockBox, Box, LineBox, Page


def close_fragments(pages: Sequence[Page]) -> None:
    """End ruled boxes with their last line where they go on overleaf.

    CSS has such a box fill its page (css-break-3, 6.1), so that its rule would run on beside blank
    paper wherever what comes next does not fit.
    """
    ruled = [_ruled(page._page_box) for page in pages]
    for boxes, following in itertools.pairwise(ruled):
        going_on = {box.element for box in following}
        for box in boxes:
            if box.element in going_on:
                _close(box)


def _ruled(page_box: Box) -> list[Box]:
    """Find the outermost blocks on a page with a rule at their side."""
    found: list[Box] = []
    waiting = [page_box]
    while waiting:
        box = waiting.pop()
        if isinstance(box, LineBox):
            continue
        if type(box) is BlockBox and (box.border_left_width or box.border_right_width):
            found.append(box)
        else:
            waiting.extend(box.children)
    return found


def _close(box: Box) -> None:
    """Make `box`, and the last box in each, as high as what it holds."""
    flowing = [child for child in box.children if child.is_in_normal_flow()]
    if not flowing:
        return
    last = flowing[-1]
    if type(last) is BlockBox:
        _close(last)
    bottom = last.position_y + last.margin_height() - last.margin_bottom
    box.height = min(box.height, bottom - box.content_box_y())
