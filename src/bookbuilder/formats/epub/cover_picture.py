"""Make the cover picture: the author's, or one drawn from the title in the bundled fonts."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageColor, ImageDraw, ImageOps

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
    read_cover,
    title_size,
    wrapped,
)
from bookbuilder.formats.epub.names import COVER_PICTURE
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.passes.pictures import PICTURE_FORMATS, how_to_fetch, pointer_of
from bookbuilder.text.words import direction
from bookbuilder.trees.markup import one_line

NO_COVER = Rule(
    "E002",
    "missing-cover",
    Severity.ERROR,
    "`cover` in book.toml must name a picture inside the book's folder. Without the key, a cover"
    " is made from the title.",
)
BAD_COVER = Rule(
    "E003",
    "bad-cover",
    Severity.ERROR,
    "The cover must be a picture that can be read, in a common raster format such as JPEG or"
    " PNG. Shops and library apps show nothing at all for a broken one.",
)
SMALL_COVER = Rule(
    "E004",
    "small-cover",
    Severity.WARNING,
    "Shops and library apps ask for covers of about 1600 by 2560 pixels. Kindle refuses covers"
    " below 625 by 1000, or shows them blurred.",
)
NO_COVER_FONT = Rule(
    "E005",
    "cover-without-font",
    Severity.WARNING,
    "The bundled fonts have letters of Latin, Greek, Cyrillic, Arabic, Hebrew, Japanese,"
    " Devanagari, Thai, Georgian and Armenian. Other letters would be drawn as empty boxes. Set"
    " `cover` in book.toml to a picture of your own.",
)

WIDTH, HEIGHT = 1600, 2560
MOST_PIXELS = 60_000_000
# Drawn in grey: the colour is 0, the paper 255, what lies between smooths the edges.
_DARK, _LIGHT = 0, 255
_MARGIN = round(WIDTH * MARGIN)


@dataclass(frozen=True, slots=True)
class Cover:
    """`name` as it is in the package; `alt` says what the picture shows."""

    name: str
    media_type: str
    data: bytes
    alt: str


def cover(book: Book, report: Report) -> Cover:
    """Return the author's cover, or draw one."""
    authors = ", ".join(one_line(p.name) for p in book.metadata.authors)
    title = one_line(book.metadata.title)
    alt = f"{title}, {authors}" if authors else title
    if book.config.book.cover and (own := _own_cover(book, report)) is not None:
        media_type, data = own
        suffix = "jpg" if media_type == "image/jpeg" else "png"
        return Cover(f"{COVER_PICTURE}.{suffix}", media_type, data, alt)
    return Cover(f"{COVER_PICTURE}.png", "image/png", _draw(book, report), alt)


def _own_cover(book: Book, report: Report) -> tuple[str, bytes] | None:
    name = book.config.book.cover
    span = book.config.span_of("book.cover", name)
    try:
        data = read_cover(book)
        if tool := pointer_of(data):
            message = f"`{name}` is a pointer of {tool}, and the picture itself was not fetched"
            report.add(BAD_COVER, message, span, how_to_fetch(tool))
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _as_core_type(data, name, book, report)
    except FileNotFoundError:
        report.add(NO_COVER, f"there is no picture `{name}` in the book's folder", span)
        return None
    except Exception as error:
        # Pillow raises nearly anything for broken files: OSError, SyntaxError, struct.error …
        kind = type(error).__name__
        report.add(BAD_COVER, f"`{name}` cannot be read as a picture ({kind})", span)
        return None


def _as_core_type(data: bytes, name: str, book: Book, report: Report) -> tuple[str, bytes]:
    """Return a JPEG or PNG as it is, and anything else, or one too large or turned, as a JPEG."""
    with Image.open(io.BytesIO(data), formats=PICTURE_FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        image.load()
        if image.width < 625 or image.height < 1000:
            message = f"the cover `{name}` has only {image.width} × {image.height} pixels"
            report.add(SMALL_COVER, message, book.config.span_of("book.cover", name))
        upright = image.getexif().get(0x0112, 1) == 1
        fits = image.width <= 2 * WIDTH and image.height <= 2 * HEIGHT
        if image.format in ("JPEG", "PNG") and image.mode in ("RGB", "L", "P") and upright and fits:
            return Image.MIME[image.format], data
        drawn = ImageOps.exif_transpose(image)
    if drawn.has_transparency_data:
        alpha = drawn.convert("RGBA")
        drawn = Image.new("RGB", alpha.size, "white")
        drawn.paste(alpha, mask=alpha.getchannel("A"))
    if drawn.mode.startswith(("I", "F")):
        drawn = drawn.convert("I").point([i // 256 for i in range(65536)], "L")
    drawn = drawn.convert("RGB")
    drawn.thumbnail((WIDTH, HEIGHT))
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=85, optimize=True)
    return "image/jpeg", out.getvalue()


def _draw(book: Book, report: Report) -> bytes:
    said = book.metadata
    title, subtitle = one_line(said.title), one_line(said.subtitle)
    authors = [one_line(name) for name in names_on_cover(said)]
    image = Image.new("L", (WIDTH, HEIGHT), _LIGHT)
    draw = ImageDraw.Draw(image)
    field = round(HEIGHT * FIELD)
    draw.rectangle((0, 0, WIDTH, field), fill=_DARK)
    pen = _Pen(draw, said.language, report)
    top = 190
    fence = round(HEIGHT * FENCE)
    room = field - fence - top - 60 - (300 if subtitle else 0)
    size = round(title_size(title, WIDTH - 2 * _MARGIN, room, 300, 80))
    top = pen.write(title, top, size, _LIGHT, lines=LINES_OF_TITLE, bold=True) + 56
    if subtitle:
        pen.write(subtitle, top, 88, _LIGHT, lines=3)
    for left, width, tall in fence_of(book):
        edges = (left * WIDTH, field - fence * tall, (left + width) * WIDTH, field)
        draw.rectangle(edges, fill=_LIGHT)
    if authors:
        pen.write(", ".join(authors), field + 150, 96, _DARK, lines=4)
    if publisher := one_line(said.publisher):
        pen.write(publisher, HEIGHT - 230, 64, _DARK, lines=1)
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
    language: str
    report: Report

    def write(
        self, text: str, top: int, size: int, fill: int, *, lines: int, bold: bool = False
    ) -> int:
        """Write at most `lines` lines from `top` down, and return where they end."""
        font = font_for(text, size, bold=bold)
        cut = wrapped(text, font, WIDTH - 2 * _MARGIN)
        if len(cut) > lines:
            cut = [*cut[: lines - 1], f"{cut[lines - 1]} …"]
        right_to_left = direction(self.language) == "rtl"
        self._report_letters(text)
        for line in cut:
            place = WIDTH - _MARGIN if right_to_left else _MARGIN
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
