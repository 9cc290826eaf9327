"""Make the cover picture: the author's, or one drawn from the title in the bundled fonts."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from msgspec import Struct

from bookbuilder.book import Book
from bookbuilder.formats.cover_art import FONTS, colour_of, fence_of, names_on_cover, read_cover
from bookbuilder.formats.epub.names import COVER_PICTURE
from bookbuilder.formats.made_pictures import made_pictures
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.passes.pictures import PICTURE_FORMATS, how_to_fetch, pointer_of
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
WIDTH, HEIGHT = 1600, 2560
MOST_PIXELS = 60_000_000
_MAKERS = (
    Path(__file__),
    Path(__file__).with_name("cover_drawing.py"),
    Path(__file__).parents[1] / "cover_art.py",
)


class Cover(Struct, frozen=True):
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
    return Cover(f"{COVER_PICTURE}.png", "image/png", _drawn(book, report), alt)


def _own_cover(book: Book, report: Report) -> tuple[str, bytes] | None:
    from PIL import Image

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
    from PIL import Image, ImageOps

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


def _drawn(book: Book, report: Report) -> bytes:
    """Draw a cover, unless the same was drawn for an earlier build without a finding."""
    made = made_pictures(book.config.pdf.cache)
    name = made.name_of(_MAKERS, _made_of(book))
    if (data := made.get(name)) is not None:
        return data
    from bookbuilder.formats.epub.cover_drawing import draw

    found = Report()
    data = draw(book, found, WIDTH, HEIGHT)
    if not list(found):
        made.put(name, data)
        made.trim()
    report.merge(found)
    return data


def _made_of(book: Book) -> bytes:
    """Return all that a drawn cover depends on."""
    said = book.metadata
    words = [said.title, said.subtitle, *names_on_cover(said), said.publisher, said.language]
    look = [colour_of(book), *fence_of(book), WIDTH, HEIGHT]
    fonts = [f"{path.name} {path.stat().st_size}" for path in sorted(FONTS.glob("*.ttf"))]
    return repr((words, look, fonts)).encode("utf-8", "replace")
