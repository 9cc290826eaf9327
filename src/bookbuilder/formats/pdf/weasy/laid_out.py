"""Lay out one document, and keep its pages such that their numbers can still be changed.

The numbers of a chapter's pages, and those that it quotes, are known only when all chapters are
laid out. If new numbers change no line, they are written on the same pages.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.weasy.contract import (
    CSS,
    DEFAULT_OPTIONS,
    HTML,
    BlockBox,
    Box,
    CounterStyle,
    Document,
    FontConfiguration,
    InlineBlockBox,
    LayoutContext,
    LineBox,
    MarginBox,
    Page,
    PangoLayout,
    TextBox,
    build_boxes,
    lay_out_backgrounds,
    lay_out_pages,
    make_context,
    make_document,
    make_margin_boxes,
    split_first_line,
)
from bookbuilder.formats.pdf.weasy.contract_text import lines_justified_by
from bookbuilder.formats.pdf.weasy.inspection import boxes_in_order, room_below
from bookbuilder.formats.pdf.weasy.right_to_left import settling
from bookbuilder.formats.pdf.weasy.wide_letters import spread_wide

# Of widths, in CSS pixels: what numbers of as many figures differ by where nothing is rounded.
_SLACK = 1e-6


@dataclass(slots=True, eq=False)
class LaidOut:
    """A laid-out document, whose first page had the number `start`, without heads and folios."""

    document: Document
    start: int
    _context: LayoutContext

    def room_below(self, wanted: Collection[ET.Element]) -> list[tuple[ET.Element, float]]:
        """Return each of the `wanted` elements for every page it is on, and the height below it."""
        return list(room_below(self.document.pages, wanted))

    def number(self, start: int, unprinted: int = 0) -> None:
        """Make heads and folios, the first page having the number `start`, on the same side.

        The last `unprinted` pages are not counted.
        """
        for at, page in enumerate(self.document.pages, 1):
            box = page._page_box
            self._context.current_page = at
            state = copy.deepcopy(self._context.page_maker[at][3])
            counters = state[1]
            counters["page"] = [n + start - self.start for n in counters.get("page", [])]
            if "pages" in counters:
                counters["pages"] = [n - unprinted for n in counters["pages"]]
            margins = list(make_margin_boxes(self._context, box, state))
            for margin in margins:
                lay_out_backgrounds(box, margin, self._context.get_image_from_uri)
            flow = (child for child in box.children if not isinstance(child, MarginBox))
            box.children = (*flow, *margins)

    def rewrite(self, changed: Sequence[ET.Element]) -> bool:
        """Set the present texts of elements that each hold a number.

        Return False, and set none, if that would move other text.
        """
        wanted = {element for element in changed if len(element) == 0}
        if len(wanted) < len(changed):
            return False
        new: list[tuple[TextBox, str, PangoLayout, float, Box | None]] = []
        found: set[ET.Element] = set()
        columns: dict[ET.Element, Box] = {}
        for page in self.document.pages if wanted else ():
            for box in boxes_in_order(page._page_box):
                if box.element is None or box.element not in wanted:
                    continue
                if isinstance(box, InlineBlockBox):
                    columns[box.element] = box
                elif isinstance(box, TextBox):
                    column = columns.get(box.element)
                    text = box.element.text or ""
                    layout, width = self._layout_of(box, text, column)
                    if layout is None:
                        return False
                    new.append((box, text, layout, width, column))
                    found.add(box.element)
        if found < wanted:
            return False
        for text_box, text, layout, width, column in new:
            text_box.text, text_box.pango_layout = text, layout
            if column is not None:
                _align(text_box, width, column)
        return True

    def _layout_of(
        self, box: TextBox, text: str, column: Box | None
    ) -> tuple[PangoLayout | None, float]:
        """Lay out `text` in place of the box's own; return None if it takes other room.

        In a `column`, an inline block whose width does not depend on the number, it may do so.
        """
        layout, _, rest, width, height, _ = split_first_line(
            text, box.style, self._context, None, box.justification_spacing
        )
        if column is None:
            fits = len(text) == len(box.text) and abs(width - box.width) < _SLACK
        else:
            alone = [list(line.children) for line in column.children] == [[box]]
            widest = max(width, box.width) + _SLACK
            fits = alone and widest < column.width and box.style["text_align_all"] == "right"
        fits = fits and rest is None and abs(height - box.height) < _SLACK
        return (layout if fits else None), width


def _align(box: Box, width: float, column: Box) -> None:
    """Move the text and the line that it is alone on to the right of `column`."""
    for each in (box, *column.children):
        each.position_x = column.content_box_x() + (column.width - width)
        each.width = width


def lay_out(
    html: HTML,
    start: int,
    stylesheets: Sequence[CSS],
    fonts: FontConfiguration,
    counters: CounterStyle,
) -> LaidOut:
    """Lay out `html`, whose stylesheets give its first page the number `start`.

    This does what `HTML.render` does, except heads and folios.
    """
    # Where a list starts and how wide a picture is, HTML says in attributes.
    own = {"stylesheets": stylesheets, "presentational_hints": True}
    context = make_context(html, fonts, counters, {}, DEFAULT_OPTIONS | own)
    root = build_boxes(
        html.etree_element,
        context.style_for,
        context.get_image_from_uri,
        html.base_url,
        context.target_collector,
        counters,
        context.footnotes,
    )
    with lines_justified_by(spread_wide):
        pages = lay_out_pages(html, root, context, settling(html.etree_element))
    close_fragments(pages)
    # What the PDF says of itself is settled when runs are joined.
    document = make_document(pages, None, html.url_fetcher, fonts, {}, None)
    return LaidOut(document, start, context)


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
