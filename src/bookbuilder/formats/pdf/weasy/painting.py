"""Change how WeasyPrint paints pages, and see what it paints; like `contract`, beyond its API."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import pydyf
import weasyprint.draw.text
from weasyprint.pdf.stream import Stream

from bookbuilder.formats.pdf.weasy.contract import PaintStream, PangoLayout, ffi, pango, to_bytes

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

    Stream.set_color_rgb = set_color_rgb
    try:
        yield
    finally:
        del Stream.set_color_rgb


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Glyphs of one font that are shown one after the other.

    `ids` are their numbers in the font, `starts` where in the line's UTF-8 text the letters of each
    begin. In a run from the right, the last letters come first.
    """

    font: object
    ids: list[int]
    starts: list[int]
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
                item.offset + item.length,
                bool(item.analysis.level % 2),
            )
        )
        run = run.next
    return known.text.encode(), found


def say_glyphs(stream: PaintStream, font: object, meanings: Mapping[int, str]) -> None:
    """Have the PDF say that these glyphs of a font mean these letters."""
    known: Any = stream
    used, _ = known.add_font(font)
    used.to_unicode.update(meanings)
