"""Write page numbers into laid-out runs.

A run is laid out with stand-ins: zeros for the figures of the pages that it quotes, and pages of
its own that are numbered from 1 or 2. So its layout depends on no page but its own, and is the same
wherever it stands in the book. Its record says where on the pages the figures are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bookbuilder.formats.pdf.run_data.records import Aligned, LaidOutRun, PageRecord

_FIGURES = re.compile("[0-9]")
# Stands for a number in what a link says. No book can hold it.
_MARK = re.compile("\0([0-9]+)\0")
# A glyph is written in so many hexadecimal digits.
GLYPH = 4
# How many figures a number in a column is laid out with, even if it has fewer.
_IN_COLUMN = 3


def stand_in(number: str, in_column: bool = False) -> str:
    """Return what a number is laid out as: Roman ones as they are, for their figures differ."""
    zeros = _FIGURES.sub("0", number)
    return zeros.rjust(_IN_COLUMN, "0") if in_column and number.isdecimal() else zeros


def mark_for(number: int) -> str:
    """Return what stands for a number of the run, counted from 0, in what a link says."""
    return f"\0{number}\0"


def numbered(laid_out: LaidOutRun, start: int, numbers: Sequence[str]) -> LaidOutRun:
    """Return the run as it stands in the book, its first page being `start`.

    `numbers` are those that it quotes, in document order.
    """
    return replace(
        laid_out,
        pages=tuple(
            _numbered(page, str(number), numbers)
            for number, page in enumerate(laid_out.pages, start)
        ),
        elements=tuple(
            replace(element, text=_MARK.sub(lambda mark: numbers[int(mark[1])], element.text))
            if "\0" in element.text
            else element
            for element in laid_out.elements
        ),
    )


def _numbered(page: PageRecord, own: str, numbers: Sequence[str]) -> PageRecord:
    content = bytearray(page.content)
    for quoted in page.quoted:
        figures = _FIGURES.findall(numbers[quoted.number])
        for place, which in quoted.places:
            content[place : place + GLYPH] = _glyph(quoted.glyphs, figures[which])
    for aligned in reversed(page.aligned):
        number = own if aligned.number < 0 else numbers[aligned.number]
        content[aligned.start : aligned.end] = _painted(aligned, number)
    return replace(page, content=bytes(content))


def _painted(place: Aligned, number: str) -> bytes:
    x = place.x - place.step * (len(number) - place.figures)
    glyphs = (b"<%b>%b" % (_glyph(place.glyphs, figure), place.after) for figure in number)
    return b"%f%b%b" % (x, place.between, b"".join(glyphs))


def _glyph(glyphs: bytes, figure: str) -> bytes:
    at = GLYPH * int(figure)
    return glyphs[at : at + GLYPH]
