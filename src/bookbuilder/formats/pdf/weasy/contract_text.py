"""Declare what bookbuilder uses of WeasyPrint's drawing of text, all of it beyond its public API.

This is the second part of `contract.py`, with the same promises and tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import pydyf
import weasyprint.draw.text
import weasyprint.layout.inline
from weasyprint.pdf.stream import Stream as _Stream
from weasyprint.text.ffi import TO_UNITS as _UNITS
from weasyprint.text.line_break import line_size as _line_size

from bookbuilder.formats.pdf.weasy.contract import (
    Box,
    PaintStream,
    PangoLayout,
    TextBox,
    ffi,
    pango,
    to_bytes,
)

DrawLine: TypeAlias = Callable[..., list[object]]
"""Draws a line of text: takes a stream, a text box and more, returns emojis to draw later."""


@contextmanager
def lines_drawn_by(change: Callable[[DrawLine], DrawLine]) -> Iterator[None]:
    """Draw lines of text, inside the context, with what `change` makes of WeasyPrint's function."""
    made = weasyprint.draw.text.draw_first_line
    weasyprint.draw.text.draw_first_line = change(made)
    try:
        yield
    finally:
        weasyprint.draw.text.draw_first_line = made


@contextmanager
def grey_in_one_channel() -> Iterator[None]:
    """Paint black, white and greys, inside the context, as DeviceGray instead of DeviceRGB.

    A printer's machine makes black of four inks from three equal channels.
    """

    def set_color_rgb(self: Any, r: float, g: float, b: float, stroke: bool = False) -> None:
        if r == g == b:
            self.stream.append(b" ".join((to_bytes(r), b"G" if stroke else b"g")))
        else:
            pydyf.Stream.set_color_rgb(self, r, g, b, stroke)

    _Stream.set_color_rgb = set_color_rgb
    try:
        yield
    finally:
        del _Stream.set_color_rgb


SplitLine: TypeAlias = Callable[..., tuple[PangoLayout, int, int | None, float, float, float]]
"""Fits text on a line; returns, among more, its length in bytes and where the next one begins."""


@contextmanager
def lines_split_by(change: Callable[[SplitLine], SplitLine]) -> Iterator[None]:
    """Break lines, inside the context, with what `change` makes of WeasyPrint's function."""
    made = weasyprint.layout.inline.split_first_line
    weasyprint.layout.inline.split_first_line = change(made)
    try:
        yield
    finally:
        weasyprint.layout.inline.split_first_line = made


JustifyLine: TypeAlias = Callable[[object, Box, float], None]
"""Fills a line that lacks some width: takes the layout's context, the line's box, that width."""


@contextmanager
def lines_justified_by(change: Callable[[JustifyLine], JustifyLine]) -> Iterator[None]:
    """Justify lines, inside the context, with what `change` makes of WeasyPrint's function."""
    made = weasyprint.layout.inline.justify_line
    weasyprint.layout.inline.justify_line = change(made)
    try:
        yield
    finally:
        weasyprint.layout.inline.justify_line = made


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Glyphs of one font that are shown one after the other.

    `ids` are their numbers in the font, `starts` where in the line's UTF-8 text the letters of each
    begin, `geometries` their widths and offsets in Pango's units. In a run from the right, the last
    letters come first.
    """

    font: object
    ids: list[int]
    starts: list[int]
    geometries: list[tuple[int, int, int]]
    end: int
    is_from_right: bool


def drawn_glyphs(layout: PangoLayout) -> tuple[bytes, list[Glyphs]]:
    """Return a line's text in UTF-8, and the glyphs that show it, by runs of one font."""
    known: Any = layout
    line, _ = known.get_first_line()
    found: list[Glyphs] = []
    run = line.runs[0]
    while run != ffi.NULL:
        item, text = run.data.item, run.data.glyphs
        shown = [
            i for i in range(text.num_glyphs) if text.glyphs[i].glyph != pango.PANGO_GLYPH_EMPTY
        ]
        found.append(
            Glyphs(
                item.analysis.font,
                [text.glyphs[i].glyph for i in shown],
                [item.offset + text.log_clusters[i] for i in shown],
                [_geometry_of(text.glyphs[i]) for i in shown],
                item.offset + item.length,
                bool(item.analysis.level % 2),
            )
        )
        run = run.next
    return known.text.encode(), found


def _geometry_of(glyph: Any) -> tuple[int, int, int]:
    geometry = glyph.geometry
    return geometry.width, geometry.x_offset, geometry.y_offset


def say_glyphs(stream: PaintStream, font: object, meanings: Mapping[int, str]) -> None:
    """Have the PDF say that these glyphs of a font mean these letters."""
    known: Any = stream
    used, _ = known.add_font(font)
    used.to_unicode.update(meanings)


def width_as_drawn(textbox: TextBox) -> float:
    """Return the width that a line of text takes when it is drawn, with its spacing."""
    layout: Any = textbox.pango_layout
    line, _ = layout.get_first_line()
    width: float = _line_size(line, textbox.style)[0]
    return width


def space_anew(textbox: TextBox, spacing: float) -> None:
    """Draw a line of text with `spacing` added to each of its blanks, this once."""
    layout: Any = textbox.pango_layout
    before, layout.justification_spacing = layout.justification_spacing, spacing
    layout.set_text(layout.text, justify=True)
    layout.justification_spacing = before


def space_letters(textbox: TextBox, ranges: Sequence[tuple[int, int]], spacing: float) -> None:
    """Draw a line of text with `spacing` added to the letters in `ranges` of its UTF-8 bytes."""
    layout: Any = textbox.pango_layout
    attributes = pango.pango_layout_get_attributes(layout.layout)
    if attributes == ffi.NULL:
        attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
    for start, end in ranges:
        attribute = pango.pango_attr_letter_spacing_new(round(spacing * _UNITS))
        attribute.start_index, attribute.end_index = start, end
        pango.pango_attr_list_change(attributes, attribute)
    pango.pango_layout_set_attributes(layout.layout, attributes)
