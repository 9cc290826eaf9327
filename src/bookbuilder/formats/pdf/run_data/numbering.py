"""Write page numbers into laid-out runs.

A run is laid out with stand-ins: zeros for the figures of the pages that it quotes, and pages of
its own that are numbered from 1 or 2. So its layout depends on no page but its own, and is the same
wherever it stands in the book. Its record says where on the pages the figures are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bookbuilder.formats.pdf.run_data.records import Folio, LaidOutRun, PageRecord

_FIGURES = re.compile("[0-9]")
# Stands for a number in what a link says. No book can hold it.
_MARK = re.compile("\0([0-9]+)\0")
_GLYPH = 4


def stand_in(number: str) -> str:
    """Return what a number is laid out as: Roman ones as they are, for their figures differ."""
    return _FIGURES.sub("0", number)


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
            content[place : place + _GLYPH] = _glyph(quoted.glyphs, figures[which])
    for folio in reversed(page.folios):
        content[folio.start : folio.end] = _painted(folio, own)
    return replace(page, content=bytes(content))


def _painted(folio: Folio, number: str) -> bytes:
    x = folio.x - folio.step * (len(number) - folio.figures)
    glyphs = (b"<%b>%b" % (_glyph(folio.glyphs, figure), folio.after) for figure in number)
    return b"%f%b%b" % (x, folio.between, b"".join(glyphs))


def _glyph(glyphs: bytes, figure: str) -> bytes:
    at = _GLYPH * int(figure)
    return glyphs[at : at + _GLYPH]
