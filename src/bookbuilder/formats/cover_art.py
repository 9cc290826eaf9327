"""Define the look that all covers of a book share: names, colours, fence, and what fits."""

from __future__ import annotations

import errno
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bookbuilder.book import Book, Metadata
from bookbuilder.runtime.files import is_file, is_inside, read_file

if TYPE_CHECKING:
    from PIL import ImageFont

# Dark enough for white letters at 7:1, and apart from each other in grey too.
_COLOURS = ("#1f3a4d", "#5a2a27", "#2f4a2b", "#4a3763", "#6b3f12", "#20484a")
PAPER = "#f4f0e6"
# Shares of the height: the coloured field's, and its fence's; of the width: the margins'.
FIELD = 0.672
FENCE = 0.117
MARGIN = 0.094
LEADING = 1.14
BARS = 16
LINES_OF_TITLE = 6
LARGEST_COVER = 50_000_000

FONTS = Path(__file__).parents[1] / "fonts"
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

PLAIN_LETTERS = frozenset(map(ord, "–—‘’“”…")) | {*range(0x21, 0x7F), *range(0xA1, 0x100)}
"""Characters that the fonts of the first family have."""


def read_cover(book: Book) -> bytes:
    """Read the author's picture for the cover.

    Raises `FileNotFoundError` if there is no such file in the book's folder, and `OSError` if it
    cannot be read.
    """
    name = book.config.book.cover
    path = book.config.root / name
    if "\0" in name or not is_inside(path, *book.config.folders):
        raise FileNotFoundError(errno.ENOENT, "it lies outside the book's folder")
    if not is_file(path):
        raise FileNotFoundError(errno.ENOENT, "there is no such file")
    return read_file(path, LARGEST_COVER, book.config.folders)


def names_on_cover(said: Metadata) -> list[str]:
    """Return the names of the authors, or of all people if none of them is an author."""
    return [p.name for p in said.authors if p.role == "aut"] or [p.name for p in said.authors]


def colour_of(book: Book) -> str:
    """Return the field's colour: one for the whole book, others for its parts as volumes."""
    place = 0 if book.volume is None else (book.volume.number or 0) + 1
    return _COLOURS[place % len(_COLOURS)]


def fence_of(book: Book) -> list[tuple[float, float, float]]:
    """Return upright bars, whose heights are the book's own: left edge, width and height.

    The first two are shares of the cover's width, the last of the fence's height.
    """
    seed = book.metadata.identifier + book.metadata.title
    digest = hashlib.sha256(seed.encode()).digest()
    gap = 0.02125
    width = (1 - 2 * MARGIN - (BARS - 1) * gap) / BARS
    return [(MARGIN + i * (width + gap), width, 0.35 + 0.55 * digest[i] / 255) for i in range(BARS)]


def letters_without_font(text: str) -> set[str]:
    """Return the letters that the best font for `text` lacks."""
    wanted = _letters(text)
    return {chr(c) for c in wanted - letters_of(_family(text)[0])} if wanted else set()


def _letters(text: str) -> set[int]:
    """Return the letters of `text` that have to be looked for in fonts."""
    found = {ord(c) for c in text if not c.isspace()}
    # Reading what letters a font has takes time, and most books need none but the plain ones.
    return set() if found <= PLAIN_LETTERS else found


def font_for(text: str, size: float, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    name = _family(text)[0 if bold else 1]
    return ImageFont.truetype(str(FONTS / f"{name}.ttf"), size)


def _family(text: str) -> tuple[str, str]:
    """Return the first family that has all letters of `text`, or else the one that lacks least."""
    wanted = _letters(text)
    if not wanted:
        return _FAMILIES[0]
    complete = (family for family in _FAMILIES if wanted <= letters_of(family[0]))
    return next(complete, None) or min(
        _FAMILIES, key=lambda family: len(wanted - letters_of(family[0]))
    )


@cache
def letters_of(name: str) -> frozenset[int]:
    """Return the characters that the bundled font `name` has."""
    from fontTools.ttLib import TTFont

    with TTFont(FONTS / f"{name}.ttf", lazy=True) as font:
        return frozenset(font.getBestCmap())


def wrapped(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Break `text` into lines no wider than `width`; a word that is too wide is cut anywhere."""
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


def title_size(text: str, width: float, room: float, largest: float, smallest: float) -> float:
    """Return the largest size in which a title fits, no word cut in two; in the unit of `width`."""
    size = largest
    while size > smallest and not _title_fits(text, size, width, room):
        size -= (largest - smallest) / 22
    return max(size, smallest)


def _title_fits(text: str, size: float, width: float, room: float) -> bool:
    lines = wrapped(text, font_for(text, 100, bold=True), width * 100 / size)
    is_short = len(lines) <= LINES_OF_TITLE and len(lines) * size * LEADING <= room
    words = [word for line in lines for word in line.split()]
    return is_short and (" " not in text or words == text.split())
