"""Pages as WeasyPrint lays them out, kept in a state in which their numbers can still be changed.

Which numbers a chapter's pages have, and which it quotes, is known only when all chapters are laid
out. Where other numbers change no line, new ones are written on the same pages.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import weasyprint.layout
from weasyprint import DEFAULT_OPTIONS, Document
from weasyprint.document import Page
from weasyprint.formatting_structure import boxes
from weasyprint.formatting_structure.build import build_formatting_structure
from weasyprint.layout.background import layout_box_backgrounds
from weasyprint.layout.page import make_margin_boxes
from weasyprint.text.line_break import split_first_line

from bookbuilder.formats.pdf.weasy.structure import boxes_in_order

# Of widths, in CSS pixels: what numbers of as many figures differ by where nothing is rounded.
_SLACK = 1e-6


@dataclass(slots=True, eq=False)
class LaidOut:
    """A laid-out document, whose first page had the number `start`, without heads and folios."""

    document: Any
    start: int
    _context: Any

    def number(self, start: int) -> None:
        """Make heads and folios, the first page having the number `start`, on the same side."""
        for at, page in enumerate(self.document.pages, 1):
            box = page._page_box
            self._context.current_page = at
            state = copy.deepcopy(self._context.page_maker[at][3])
            counters = state[1]
            counters["page"] = [n + start - self.start for n in counters.get("page", [])]
            margins = list(make_margin_boxes(self._context, box, state))
            for margin in margins:
                layout_box_backgrounds(box, margin, self._context.get_image_from_uri)
            flow = (child for child in box.children if not isinstance(child, boxes.MarginBox))
            box.children = (*flow, *margins)

    def rewrite(self, changed: Sequence[ET.Element]) -> bool:
        """Set the present texts of elements that hold a number each, unless that moves other text.

        Returns whether it has.
        """
        wanted = {element for element in changed if len(element) == 0}
        if len(wanted) < len(changed):
            return False
        new: list[tuple[Any, Any, float, Any]] = []
        found: set[ET.Element] = set()
        columns: dict[ET.Element, Any] = {}
        for page in self.document.pages if wanted else ():
            for box in boxes_in_order(page._page_box):
                if box.element not in wanted:
                    continue
                if isinstance(box, boxes.InlineBlockBox):
                    columns[box.element] = box
                elif isinstance(box, boxes.TextBox):
                    column = columns.get(box.element)
                    layout, width = self._layout_of(box, box.element.text or "", column)
                    if layout is None:
                        return False
                    new.append((box, layout, width, column))
                    found.add(box.element)
        if found < wanted:
            return False
        for box, layout, width, column in new:
            box.text, box.pango_layout = box.element.text, layout
            if column is not None:
                _align(box, width, column)
        return True

    def _layout_of(self, box: Any, text: str, column: Any) -> tuple[Any, float]:
        """Pango's layout of `text` in place of the box's own; None if it takes other room.

        In a `column`, an inline block that is as wide as it is for whatever number, it may.
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


def _align(box: Any, width: float, column: Any) -> None:
    """Move the text and the line that it is alone on to the right of `column`."""
    for each in (box, *column.children):
        each.position_x = column.content_box_x() + (column.width - width)
        each.width = width


def lay_out(
    html: Any, start: int, stylesheets: Sequence[Any], fonts: Any, counters: Any
) -> LaidOut:
    """Lay out `html`, whose stylesheets give its first page the number `start`.

    It is what `HTML.render` does, but for heads and folios.
    """
    # Where a list starts and how wide a picture is, HTML says in attributes.
    own = {"stylesheets": stylesheets, "presentational_hints": True}
    options: Mapping[str, Any] = DEFAULT_OPTIONS | own
    context = Document._build_layout_context(html, fonts, counters, {}, options)
    root = build_formatting_structure(
        html.etree_element,
        context.style_for,
        context.get_image_from_uri,
        html.base_url,
        context.target_collector,
        counters,
        context.footnotes,
    )
    with _no_margin_boxes():
        pages = [Page(box) for box in weasyprint.layout.layout_document(html, root, context)]
    # What the PDF says of itself is settled when runs are joined.
    document = Document(pages, None, html.url_fetcher, fonts, {}, None)
    return LaidOut(document, start, context)


@contextlib.contextmanager
def _no_margin_boxes() -> Iterator[None]:
    made = weasyprint.layout.make_margin_boxes
    weasyprint.layout.make_margin_boxes = lambda context, page, state: ()
    try:
        yield
    finally:
        weasyprint.layout.make_margin_boxes = made
