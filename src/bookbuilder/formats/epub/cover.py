"""The cover picture: the author's, or one set from the title in the fonts that come along."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import Image, ImageColor, ImageDraw, ImageFont, ImageOps

from bookbuilder.book import Book
from bookbuilder.diagnostics import Report, Rule, Severity
from bookbuilder.files import is_file, is_inside, read_file
from bookbuilder.formats.epub.text import plain
from bookbuilder.passes.assets import PICTURE_FORMATS
from bookbuilder.words import direction

NO_COVER = Rule(
    "E002",
    "missing-cover",
    Severity.ERROR,
    "`cover` in book.toml names a picture inside the book's folder. Without the key, a cover is"
    " made from the title.",
)
BAD_COVER = Rule(
    "E003",
    "bad-cover",
    Severity.ERROR,
    "The cover must be a picture that can be read, in any common raster format. Shops and shelves"
    " show nothing at all for a broken one.",
)
SMALL_COVER = Rule(
    "E004",
    "small-cover",
    Severity.WARNING,
    "Shelves and shops ask for covers of about 1600 by 2560 pixels; below 625 by 1000 Kindle"
    " refuses them or shows them blurred.",
)
NO_COVER_FONT = Rule(
    "E005",
    "cover-without-font",
    Severity.WARNING,
    "The fonts that come along cover Latin, Greek, Cyrillic, Arabic, Hebrew, Japanese, Devanagari,"
    " Thai, Georgian and Armenian. Letters outside them would be drawn as empty boxes.",
)

WIDTH, HEIGHT = 1600, 2560
LARGEST_COVER = 50_000_000
MOST_PIXELS = 60_000_000
_FONTS = Path(__file__).parents[2] / "fonts"
# Tried in this order; each with the weights for titles and for the rest.
_FAMILIES = (
    ("BookbuilderSerif-SemiBold", "BookbuilderSerif-Regular"),
    ("NotoSerif-Regular", "NotoSerif-Regular"),
    ("Amiri-Bold", "Amiri-Regular"),
    ("NotoSerifHebrew-Bold", "NotoSerifHebrew-Regular"),
    ("BIZUDMincho-Regular", "BIZUDMincho-Regular"),
    ("NotoSerifDevanagari-Bold", "NotoSerifDevanagari-Regular"),
    ("NotoSerifThai-Bold", "NotoSerifThai-Regular"),
    ("NotoSerifGeorgian-Regular", "NotoSerifGeorgian-Regular"),
    ("NotoSerifArmenian-Regular", "NotoSerifArmenian-Regular"),
)
# Dark enough for white letters at 7:1, and apart from each other in grey too.
_COLOURS = ("#1f3a4d", "#5a2a27", "#2f4a2b", "#4a3763", "#6b3f12", "#20484a")
_PAPER = "#f4f0e6"
# Drawn in grey: the colour is 0, the paper 255, what lies between smooths the edges.
_DARK, _LIGHT = 0, 255
_MARGIN = 150
_LINES_OF_TITLE = 6
_LEADING = 1.14


@dataclass(frozen=True, slots=True)
class Cover:
    """`name` as it is in the package; `alt` says what the picture shows."""

    name: str
    media_type: str
    data: bytes
    alt: str


def cover(book: Book, report: Report) -> Cover:
    """The cover of `book`, its alt text with it."""
    authors = ", ".join(plain(p.name) for p in book.metadata.authors)
    title = plain(book.metadata.title)
    alt = f"{title}, {authors}" if authors else title
    if book.config.book.cover and (own := _own_cover(book, report)) is not None:
        media_type, data = own
        suffix = "jpg" if media_type == "image/jpeg" else "png"
        return Cover(f"images/cover.{suffix}", media_type, data, alt)
    return Cover("images/cover.png", "image/png", _draw(book, report), alt)


def _own_cover(book: Book, report: Report) -> tuple[str, bytes] | None:
    name = book.config.book.cover
    span = book.config.span_of("book.cover", name)
    path = book.config.root / name
    if "\0" in name or not is_inside(path, *book.config.folders) or not is_file(path):
        report.add(NO_COVER, f"no picture `{name}` in the book's folder", span)
        return None
    try:
        data = read_file(path, LARGEST_COVER)
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _as_core_type(data, name, book, report)
    except Exception as error:
        # Pillow raises nearly anything for broken files: OSError, SyntaxError, struct.error …
        kind = type(error).__name__
        report.add(BAD_COVER, f"`{name}` cannot be read as a picture ({kind})", span)
        return None


def _as_core_type(data: bytes, name: str, book: Book, report: Report) -> tuple[str, bytes]:
    """A JPEG or PNG as it is; anything else, and whatever is too large or turned, made into one."""
    with Image.open(io.BytesIO(data), formats=PICTURE_FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        image.load()
        if image.width < 625 or image.height < 1000:
            message = f"`{name}` has {image.width} × {image.height} pixels"
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
    title, subtitle = plain(said.title), plain(said.subtitle)
    authors = [plain(p.name) for p in said.authors if p.role == "aut"]
    authors = authors or [plain(p.name) for p in said.authors]
    place = 0 if book.volume is None else (book.volume.number or 0) + 1
    colour = _COLOURS[place % len(_COLOURS)]
    image = Image.new("L", (WIDTH, HEIGHT), _LIGHT)
    draw = ImageDraw.Draw(image)
    field = 1720
    draw.rectangle((0, 0, WIDTH, field), fill=_DARK)
    pen = _Pen(draw, said.language, report)
    top = 190
    fence = 300
    room = field - fence - top - 60 - (300 if subtitle else 0)
    top = pen.write_title(title, top, room, _LIGHT) + 56
    if subtitle:
        pen.write(subtitle, top, 88, _LIGHT, lines=3)
    _fence(draw, field, fence, said.identifier + title)
    if authors:
        pen.write(", ".join(authors), field + 150, 96, _DARK, lines=4)
    if publisher := plain(said.publisher):
        pen.write(publisher, HEIGHT - 230, 64, _DARK, lines=1)
    return _coloured(image, colour)


def _coloured(image: Image.Image, colour: str) -> bytes:
    """A grey picture as a PNG of 16 shades from `colour` to the paper's."""
    shades = 15
    steps = image.point([round(v * shades / _LIGHT) for v in range(256)])
    dark, light = ImageColor.getrgb(colour), ImageColor.getrgb(_PAPER)
    ramp = [
        round(d + (b - d) * step / shades)
        for step in range(shades + 1)
        for d, b in zip(dark, light, strict=True)
    ]
    steps.putpalette(ramp)
    out = io.BytesIO()
    steps.save(out, "PNG", bits=4)
    return out.getvalue()


def _fence(draw: ImageDraw.ImageDraw, base: int, height: int, seed: str) -> None:
    """Upright bars along the lower edge of the coloured field, their heights the book's own."""
    digest = hashlib.sha256(seed.encode()).digest()
    count, gap = 16, 34
    width = (WIDTH - 2 * _MARGIN - (count - 1) * gap) / count
    for index in range(count):
        left = _MARGIN + index * (width + gap)
        tall = height * (0.35 + 0.55 * digest[index] / 255)
        draw.rectangle((left, base - tall, left + width, base), fill=_LIGHT)


@dataclass(slots=True)
class _Pen:
    draw: ImageDraw.ImageDraw
    language: str
    report: Report

    def write_title(self, text: str, top: int, room: int, fill: int) -> int:
        """As large as the room allows, from 300 pixels down, no word cut in two; where it ends."""
        size = 300
        while size > 80 and not self._title_fits(text, size, room):
            size -= 10
        return self.write(text, top, size, fill, lines=_LINES_OF_TITLE, bold=True)

    def _title_fits(self, text: str, size: int, room: int) -> bool:
        lines = _wrap(text, self._font(text, size, bold=True))
        is_short = len(lines) <= _LINES_OF_TITLE and len(lines) * size * _LEADING <= room
        words = [word for line in lines for word in line.split()]
        return is_short and (" " not in text or words == text.split())

    def write(
        self, text: str, top: int, size: int, fill: int, *, lines: int, bold: bool = False
    ) -> int:
        font = self._font(text, size, bold)
        wrapped = _wrap(text, font)
        if len(wrapped) > lines:
            wrapped = [*wrapped[: lines - 1], f"{wrapped[lines - 1]} …"]
        right_to_left = direction(self.language) == "rtl"
        for line in wrapped:
            place = WIDTH - _MARGIN if right_to_left else _MARGIN
            anchor = "ra" if right_to_left else "la"
            self.draw.text((place, top), line, font=font, fill=fill, anchor=anchor)
            top += round(size * _LEADING)
        return top

    def _font(self, text: str, size: int, bold: bool) -> ImageFont.FreeTypeFont:
        wanted = {ord(c) for c in text if not c.isspace()}
        best = next((family for family in _FAMILIES if wanted <= _letters(family[0])), None)
        if best is None:
            best = min(_FAMILIES, key=lambda family: len(wanted - _letters(family[0])))
            letters = "".join(sorted(map(chr, wanted - _letters(best[0]))))[:20]
            hint = "set `cover` in book.toml to a picture of your own"
            self.report.add(NO_COVER_FONT, f"no font to draw `{letters}` on the cover", hint=hint)
        name = best[0] if bold else best[1]
        return ImageFont.truetype(str(_FONTS / f"{name}.ttf"), size)


@cache
def _letters(name: str) -> frozenset[int]:
    with TTFont(_FONTS / f"{name}.ttf", lazy=True) as font:
        return frozenset(font.getBestCmap())


def _wrap(text: str, font: ImageFont.FreeTypeFont) -> list[str]:
    """Lines no wider than the margins allow; a word that is too wide is cut anywhere."""
    width = WIDTH - 2 * _MARGIN
    lines = [""]
    for word in text.split():
        candidate = f"{lines[-1]} {word}".strip()
        if font.getlength(candidate) <= width:
            lines[-1] = candidate
            continue
        if lines[-1]:
            lines.append("")
        for char in word:
            if lines[-1] and font.getlength(lines[-1] + char) > width:
                lines.append("")
            lines[-1] += char
    return lines
