"""Make the sheets that lead readers to the book: a poster, and cards to cut apart."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from xml.etree import ElementTree as ET

import pikepdf

from bookbuilder.book import Asset, Book
from bookbuilder.formats.cover_art import (
    PAPER,
    colour_of,
    font_for,
    names_on_cover,
    title_size,
    wrapped,
)
from bookbuilder.formats.pdf.compose.front_cover import fence
from bookbuilder.formats.pdf.compose.qr_codes import qr_code
from bookbuilder.formats.pdf.compose.styles import theme_style
from bookbuilder.formats.pdf.compose.tree_tools import element
from bookbuilder.formats.pdf.compose.trim import trim_of
from bookbuilder.formats.pdf.weasy.findings import caught_log, report_layout_log, report_refused
from bookbuilder.formats.pdf.weasy.setup import weasyprint_with_fonts
from bookbuilder.model.diagnostics import Report
from bookbuilder.share.words import Sentences, sentences_for
from bookbuilder.text.words import direction
from bookbuilder.trees.markup import one_line

# In millimetres: sheets, with how large a card is on each. Ten cards fill a sheet.
_A4, _LETTER = (210.0, 297.0), (215.9, 279.4)
_CARD, _AMERICAN_CARD = (85.0, 54.0), (88.9, 50.8)
_COLUMNS, _ROWS = 2, 5
_CODE = "code.svg"
_MARK_GAP, _MARK, _HAIR = 1.5, 4.0, 0.1
_LONGEST_LINE = 150


def sheets(book: Book, address: str, report: Report) -> dict[str, bytes]:
    """Return poster and cards as PDFs, by name. Raises `BookError` where Pango is missing."""
    is_american = trim_of(book.config, Report()).is_in_inches
    paper = _LETTER if is_american else _A4
    say = sentences_for(book.metadata.language)
    card = _AMERICAN_CARD if is_american else _CARD
    assets = {_CODE: Asset(_CODE, "image/svg+xml", qr_code(address))}
    book = replace(book, assets=assets)
    with weasyprint_with_fonts(book.config.folders, report, book.metadata.language):
        made = {
            "poster": _poster(book, paper, address, say),
            "cards": _cards(book, paper, card, address, say),
        }
        return {
            name: _written(book, paper, section, name, report) for name, section in made.items()
        }


def _written(
    book: Book, paper: tuple[float, float], section: ET.Element, name: str, report: Report
) -> bytes:
    from bookbuilder.formats.pdf.weasy.documents import BookFetcher, write_sheet

    said = book.metadata
    say = sentences_for(said.language)
    head = element("head", "", element("title", "", f"{one_line(said.title)} – {say(name)}"))
    if said.date:
        for key in ("dcterms.created", "dcterms.modified"):
            ET.SubElement(head, "meta", {"name": key, "content": said.date.isoformat()})
    root = element("html", "", head, element("body", "", section))
    root.set("lang", said.language)
    root.set("dir", direction(said.language))
    width, height = paper
    section.set(
        "style",
        f"--sheet-width: {width}mm; --sheet-height: {height}mm; --colour: {colour_of(book)};"
        f" --paper: {PAPER}",
    )
    styles = [f"@page {{ size: {width}mm {height}mm }}", theme_style("poster")]
    with caught_log() as messages:
        fetcher = BookFetcher(book.assets)
        data = write_sheet(root, styles, fetcher)
    report_refused(fetcher.refused, report)
    report_layout_log(messages, book, report)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
        return out.getvalue()


def _lines(book: Book) -> Iterator[str]:
    """Yield what the book says of itself: subtitle, or else how its description begins; authors."""
    said = book.metadata
    if line := one_line(said.subtitle) or _first_sentence(one_line(said.description)):
        yield line
    if names := ", ".join(map(one_line, names_on_cover(said))):
        yield names


def _first_sentence(text: str) -> str:
    for mark in (". ", "! ", "? ", "。"):
        head, found, _ = text.partition(mark)
        if found:
            text = head + found.strip()
    if len(text) <= _LONGEST_LINE:
        return text
    return f"{text[:_LONGEST_LINE].rpartition(' ')[0] or text[:_LONGEST_LINE]} …"


def _poster(book: Book, paper: tuple[float, float], address: str, say: Sentences) -> ET.Element:
    width, height = paper
    title = one_line(book.metadata.title)
    size = title_size(title, width * 0.79, height * 0.24, 27, 8)
    heading = element("h1", "", title)
    heading.set("style", f"font-size: {size:.2f}mm")
    words = element("div", "words", heading)
    room, lines = height * 0.4, list(_lines(book))
    room -= _lines_of(title, width * 0.8, size, bold=True) * size * 1.14
    smaller = 7.6
    while smaller > 4 and _high(lines, width * 0.8, smaller) > room:
        smaller -= 0.2
    while lines and _high(lines, width * 0.8, smaller) > room:
        lines.pop()
    for line in lines:
        words.append(element("p", "line", line))
        words[-1].set("style", f"font-size: {smaller:.2f}mm")
    offer = _said("p", "offer", say)
    beside = element("div", "beside", offer, _where(address))
    field = element("div", "field")
    return element("section", "poster", field, words, fence(book), _code(address, say), beside)


def _cards(
    book: Book,
    paper: tuple[float, float],
    card: tuple[float, float],
    address: str,
    say: Sentences,
) -> ET.Element:
    width, height = card
    left, top = (paper[0] - _COLUMNS * width) / 2, (paper[1] - _ROWS * height) / 2
    section = element("section", "cards")
    for row in range(_ROWS):
        for column in range(_COLUMNS):
            made = _card(book, card, address, say)
            made.set(
                "style",
                f"left: {left + column * width:.3f}mm; top: {top + row * height:.3f}mm;"
                f" width: {width}mm; height: {height}mm",
            )
            section.append(made)
    for mark in _marks(left, top, card):
        section.append(mark)
    return section


def _card(book: Book, card: tuple[float, float], address: str, say: Sentences) -> ET.Element:
    """Make a card; what does not fit beside the code is left out, the last line first."""
    width, height = card
    room, high = width - 43, height - 15
    title = one_line(book.metadata.title)
    size = title_size(title, room * 0.97, high * 0.62, 6.2, 2.6)
    left = high - _lines_of(title, room, size, bold=True) * size * 1.16
    heading = element("p", "title", title)
    heading.set("style", f"font-size: {size:.2f}mm")
    words = element("div", "words", heading)
    for line in _lines(book):
        left -= _lines_of(line, room, 3.1, bold=False) * 3.1 * 1.3 + 1.6
        if left < 0:
            break
        words.append(element("p", "line", line))
    code = _code(address, say)
    code.set("style", f"top: {(height - 8 - 31) / 2:.2f}mm")
    where = _where(address)
    length = font_for(address, 100).getlength(address) / 100
    # The face without serifs is wider than the one that is measured.
    size = min(3.2, (width - 10) / (1.12 * length))
    where.set("style", f"font-size: {max(size, 1.9):.2f}mm; overflow-wrap: anywhere")
    return element("div", "card", words, code, where)


def _high(lines: Iterable[str], room: float, size: float) -> float:
    """Return how high `lines` of the poster are, each with what is between it and the last."""
    return sum(_lines_of(line, room, size, bold=False) * size * 1.3 + 5 for line in lines)


def _lines_of(text: str, room: float, size: float, *, bold: bool) -> int:
    return len(wrapped(text, font_for(text, 100, bold=bold), 0.95 * room * 100 / size))


def _marks(left: float, top: float, card: tuple[float, float]) -> Iterator[ET.Element]:
    """Draw where to cut, outside the cards."""
    width, height = card
    right, bottom = left + _COLUMNS * width, top + _ROWS * height
    for column in range(_COLUMNS + 1):
        x = left + column * width - _HAIR / 2
        for y in (top - _MARK_GAP - _MARK, bottom + _MARK_GAP):
            yield _mark(x, y, _HAIR, _MARK)
    for row in range(_ROWS + 1):
        y = top + row * height - _HAIR / 2
        for x in (left - _MARK_GAP - _MARK, right + _MARK_GAP):
            yield _mark(x, y, _MARK, _HAIR)


def _mark(x: float, y: float, width: float, height: float) -> ET.Element:
    made = element("div", "mark")
    place = {"left": x, "top": y, "width": width, "height": height}
    made.set("style", "; ".join(f"{key}: {value:.3f}mm" for key, value in place.items()))
    return made


def _code(address: str, say: Sentences) -> ET.Element:
    picture = element("img")
    picture.attrib |= {"src": _CODE, "alt": say("qr", address)} | say.mark
    return element("div", "code", picture)


def _where(address: str) -> ET.Element:
    made = element("p", "address", address)
    made.set("dir", "ltr")
    return made


def _said(name: str, key: str, say: Sentences) -> ET.Element:
    made = element(name, key, say(key))
    made.attrib |= say.mark
    return made
