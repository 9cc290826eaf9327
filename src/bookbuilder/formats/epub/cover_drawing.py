"""Draw a cover from the title, in the bundled fonts."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageColor, ImageDraw

from bookbuilder.book import Book
from bookbuilder.formats.cover_art import (
    FENCE,
    FIELD,
    LEADING,
    LINES_OF_TITLE,
    MARGIN,
    PAPER,
    colour_of,
    fence_of,
    font_for,
    letters_without_font,
    names_on_cover,
    title_size,
    wrapped,
)
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.text.words import direction
from bookbuilder.trees.markup import one_line

NO_COVER_FONT = Rule(
    "E005",
    "cover-without-font",
    Severity.WARNING,
    "The bundled fonts have letters of Latin, Greek, Cyrillic, Arabic, Hebrew, Japanese,"
    " Devanagari, Thai, Georgian and Armenian. Other letters would be drawn as empty boxes. Set"
    " `cover` in book.toml to a picture of your own.",
)

# Drawn in grey: the colour is 0, the paper 255, what lies between smooths the edges.
_DARK, _LIGHT = 0, 255


def draw(book: Book, report: Report, width: int, height: int) -> bytes:
    """Return a PNG of `width` by `height` pixels. Letters that no font has go to `report`."""
    said = book.metadata
    title, subtitle = one_line(said.title), one_line(said.subtitle)
    authors = [one_line(name) for name in names_on_cover(said)]
    image = Image.new("L", (width, height), _LIGHT)
    pencil = ImageDraw.Draw(image)
    field = round(height * FIELD)
    pencil.rectangle((0, 0, width, field), fill=_DARK)
    pen = _Pen(pencil, width, said.language, report)
    top = 190
    fence = round(height * FENCE)
    room = field - fence - top - 60 - (300 if subtitle else 0)
    size = round(title_size(title, width - 2 * round(width * MARGIN), room, 300, 80))
    top = pen.write(title, top, size, _LIGHT, lines=LINES_OF_TITLE, bold=True) + 56
    if subtitle:
        pen.write(subtitle, top, 88, _LIGHT, lines=3)
    for left, wide, tall in fence_of(book):
        edges = (left * width, field - fence * tall, (left + wide) * width, field)
        pencil.rectangle(edges, fill=_LIGHT)
    if authors:
        pen.write(", ".join(authors), field + 150, 96, _DARK, lines=4)
    if publisher := one_line(said.publisher):
        pen.write(publisher, height - 230, 64, _DARK, lines=1)
    return _coloured(image, colour_of(book))


def _coloured(image: Image.Image, colour: str) -> bytes:
    """Return a grey picture as a PNG of 16 shades from `colour` to the paper's."""
    shades = 15
    steps = image.point([round(v * shades / _LIGHT) for v in range(256)])
    dark, light = ImageColor.getrgb(colour), ImageColor.getrgb(PAPER)
    ramp = [
        round(d + (b - d) * step / shades)
        for step in range(shades + 1)
        for d, b in zip(dark, light, strict=True)
    ]
    steps.putpalette(ramp)
    out = io.BytesIO()
    steps.save(out, "PNG", bits=4)
    return out.getvalue()


@dataclass(slots=True)
class _Pen:
    draw: ImageDraw.ImageDraw
    width: int
    language: str
    report: Report

    def write(
        self, text: str, top: int, size: int, fill: int, *, lines: int, bold: bool = False
    ) -> int:
        """Write at most `lines` lines from `top` down, and return where they end."""
        font = font_for(text, size, bold=bold)
        margin = round(self.width * MARGIN)
        cut = wrapped(text, font, self.width - 2 * margin)
        if len(cut) > lines:
            cut = [*cut[: lines - 1], f"{cut[lines - 1]} …"]
        right_to_left = direction(self.language) == "rtl"
        self._report_letters(text)
        for line in cut:
            place = self.width - margin if right_to_left else margin
            anchor = "ra" if right_to_left else "la"
            self.draw.text((place, top), line, font=font, fill=fill, anchor=anchor)
            top += round(size * LEADING)
        return top

    def _report_letters(self, text: str) -> None:
        if missing := letters_without_font(text):
            letters = "".join(sorted(missing))[:20]
            hint = "set `cover` in book.toml to a picture of your own"
            self.report.add(
                NO_COVER_FONT, f"no font has `{letters}`, which the cover needs", hint=hint
            )
