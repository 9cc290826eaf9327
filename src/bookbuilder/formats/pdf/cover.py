"""The front cover: the author's picture, or one set from title and authors."""

from __future__ import annotations

from dataclasses import replace
from mimetypes import guess_type
from xml.etree import ElementTree as ET

from bookbuilder.book import Asset, Book
from bookbuilder.diagnostics import Report, Rule, Severity
from bookbuilder.files import is_inside, read_file
from bookbuilder.formats.pdf.elements import element

NO_COVER = Rule(
    "P014",
    "cover-unreadable",
    Severity.WARNING,
    "`cover` in book.toml names a picture inside the book's folder. Where it cannot be read, the"
    " cover is set from title and authors.",
)

PICTURE = "cover-picture"
LARGEST_COVER = 50_000_000


def with_picture(book: Book, report: Report) -> Book:
    """`book`, the author's picture for the cover among its assets."""
    name = book.config.book.cover
    if not name:
        return book
    path = book.config.root / name
    try:
        if "\0" in name or not is_inside(path, *book.config.folders):
            raise OSError("it lies outside the book's folder")
        data = read_file(path, LARGEST_COVER)
    except OSError as error:
        why = error.strerror or str(error)
        span = book.config.span_of("book.cover", name)
        report.add(NO_COVER, f"the cover `{name}` cannot be read: {why}", span)
        return book
    picture = Asset(PICTURE, guess_type(name)[0] or "application/octet-stream", data, path)
    return replace(book, assets={**book.assets, PICTURE: picture})


def front_cover(book: Book) -> ET.Element:
    """The author's picture over the whole page, or else title and authors."""
    meta = book.metadata
    if PICTURE in book.assets:
        picture = element("img")
        picture.attrib |= {"src": PICTURE, "alt": meta.title}
        return element("section", "cover pictured", picture)
    page = element("section", "cover")
    if meta.series:
        page.append(element("p", "series", meta.series))
    page.append(element("p", "title", meta.title))
    if meta.subtitle:
        page.append(element("p", "subtitle", meta.subtitle))
    authors = [person.name for person in meta.authors if person.role == "aut"]
    if authors:
        page.append(element("p", "authors", ", ".join(authors)))
    return page
