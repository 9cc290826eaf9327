"""Make the front cover: the author's picture, or one set from title and authors."""

from __future__ import annotations

from dataclasses import replace
from mimetypes import guess_type
from xml.etree import ElementTree as ET

from bookbuilder.book import Asset, Book
from bookbuilder.formats.cover_art import (
    FENCE,
    FIELD,
    MARGIN,
    PAPER,
    colour_of,
    fence_of,
    names_on_cover,
    read_cover,
    title_size,
)
from bookbuilder.formats.pdf.compose.tree_tools import element
from bookbuilder.formats.pdf.compose.trim import Trim, trim_of
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.text.words import direction

NO_COVER = Rule(
    "P014",
    "cover-unreadable",
    Severity.WARNING,
    "`cover` in book.toml must name a picture inside the book's folder that can be read. Without"
    " one, the cover is set from title and authors.",
)

PICTURE = "cover-picture"


def with_picture(book: Book, report: Report) -> Book:
    """Return `book` with the author's picture for the cover among its assets."""
    name = book.config.book.cover
    if not name:
        return book
    try:
        data = read_cover(book)
    except OSError as error:
        why = error.strerror or str(error)
        span = book.config.span_of("book.cover", name)
        report.add(NO_COVER, f"the cover `{name}` cannot be read: {why}", span)
        return book
    picture = Asset(
        PICTURE, guess_type(name)[0] or "application/octet-stream", data, book.config.root / name
    )
    return replace(book, assets={**book.assets, PICTURE: picture})


def front_cover(book: Book) -> ET.Element:
    """Make the front of the cover as a page of the book, cut at its edges."""
    trim = trim_of(book.config, Report())
    section = element("section", "cover", *front_panel(book, trim))
    section.set("style", cover_measures(book, trim))
    if PICTURE not in book.assets:
        section.insert(0, element("div", "field"))
    return section


def cover_measures(book: Book, trim: Trim) -> str:
    """Return a style for themes/default/cover.css: sizes of the cut page, and colours."""
    return (
        f"--width: {trim.width}; --height: {trim.height}; --margin: {MARGIN}; --field: {FIELD};"
        f" --fence: {FENCE}; --colour: {colour_of(book)}; --paper: {PAPER}"
    )


def front_panel(book: Book, trim: Trim) -> list[ET.Element]:
    """Make what is on the front: the author's picture, or words and fence."""
    meta = book.metadata
    if PICTURE in book.assets:
        picture = element("img", "picture")
        picture.attrib |= {"src": PICTURE, "alt": meta.title}
        return [picture]
    words = element("div", "words")
    if meta.series and book.volume is None and book.excerpt is None:
        place = f" · {meta.series_position}" if meta.series_position else ""
        words.append(element("p", "series", f"{meta.series}{place}"))
    width, height = millimetres(trim)
    room = height * (FIELD - FENCE - 0.1 - (0.14 if meta.subtitle else 0))
    size = title_size(meta.title, width * (1 - 2.1 * MARGIN), room, width * 0.16, width * 0.04)
    title = element("p", "title", meta.title)
    title.set("style", f"font-size: {size:.2f}mm")
    words.append(title)
    if meta.subtitle:
        words.append(element("p", "subtitle", meta.subtitle))
    foot = element("div", "foot")
    if authors := names_on_cover(meta):
        foot.append(element("p", "authors", ", ".join(authors)))
    panel = [words, fence(book), foot]
    if meta.publisher:
        panel.append(element("p", "publisher", meta.publisher))
    return panel


def fence(book: Book, *, mirrored: bool = False) -> ET.Element:
    """Draw the bars that stand on the field's lower edge."""
    bars = element("div", "fence")
    for left, width, tall in fence_of(book):
        bar = element("div")
        at = 1 - left - width if mirrored else left
        bar.set("style", f"left: {at:.2%}; width: {width:.2%}; height: {tall:.1%}")
        bars.append(bar)
    return bars


def millimetres(trim: Trim) -> tuple[float, float]:
    return float(trim.width.removesuffix("mm")), float(trim.height.removesuffix("mm"))


def is_right_to_left(book: Book) -> bool:
    return direction(book.metadata.language) == "rtl"
