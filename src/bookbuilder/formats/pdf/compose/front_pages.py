"""Make the pages in front of the text: titles, imprint, contents, lists of figures and tables."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from bookbuilder.book import Book
from bookbuilder.formats.pdf.compose.chapters import part_label
from bookbuilder.formats.pdf.compose.tree_tools import element
from bookbuilder.formats.pdf.compose.web_links import ADDRESS, break_addresses
from bookbuilder.formats.pdf.run_data.runs import IN_COLUMN, PAGE_OF
from bookbuilder.formats.source_line import BETWEEN, source_line
from bookbuilder.formats.source_line import CLASS as SOURCE_LINE
from bookbuilder.formats.table_of_contents import Entry, captions_of, contents
from bookbuilder.formats.title_lines import contributors, original_title
from bookbuilder.text.words import direction, words_for

# Entries that fill a page of contents, set as usual and set tight.
ONE_PAGE = 22
ONE_PAGE_SET_TIGHT = 36


def half_title(book: Book) -> ET.Element:
    return element("section", "half-title", element("p", "title", book.metadata.title))


def title_page(book: Book) -> ET.Element:
    meta = book.metadata
    page = element("section", "title-page")
    if meta.series and book.volume is None and book.excerpt is None:
        # An excerpt's subtitle says what it is taken from.
        place = f" · {meta.series_position}" if meta.series_position else ""
        page.append(element("p", "series", f"{meta.series}{place}"))
    page.append(element("p", "title", meta.title))
    if meta.subtitle:
        page.append(element("p", "subtitle", meta.subtitle))
    authors = [person.name for person in meta.authors if person.role == "aut"]
    if authors:
        page.append(element("p", "authors", ", ".join(authors)))
    others = [person for person in meta.authors if person.role != "aut"]
    if others:
        said = contributors(others, words_for(meta.language))
        page.append(element("p", "contributors", ", ".join(said)))
    if meta.publisher:
        page.append(element("p", "publisher", meta.publisher))
    return page


def handout_line(book: Book) -> ET.Element:
    """Make the line on top of a handout."""
    line = element("p", SOURCE_LINE)
    for piece in source_line(book):
        name = "a" if piece.href else "cite" if piece.is_title else "span"
        held = element(name, ADDRESS if piece.href and piece.text == piece.href else "", piece.text)
        if piece.href:
            held.set("href", piece.href)
        if len(line):
            line[-1].tail = BETWEEN
        line.append(held)
    break_addresses(line, direction(book.metadata.language))
    return line


def copyright_page(book: Book) -> ET.Element:
    return element("section", "copyright-page", imprint(book))


def imprint(book: Book) -> ET.Element:
    """Make a block with publisher, edition, rights and identifier, a line each."""
    meta = book.metadata
    edition = " · ".join(version_and_date(book))
    identifier = f"ISBN {meta.isbn}" if meta.isbn else meta.identifier
    lines = [
        meta.title,
        original_title(meta, words_for(meta.language)),
        meta.publisher,
        edition,
        meta.rights,
        meta.license,
        identifier,
    ]
    if book.excerpt is not None and book.volume is None:
        lines[1:1] = [meta.subtitle, book.config.share.address]
    made = element("div", "imprint", *(element("p", "", line) for line in lines if line))
    for paragraph in [p for p in made if _is_address(p.text or "")]:
        address = element("a", ADDRESS, paragraph.text or "")
        address.set("href", paragraph.text or "")
        paragraph.text = None
        paragraph.append(address)
    break_addresses(made, direction(meta.language))
    return made


def version_and_date(book: Book) -> list[str]:
    meta = book.metadata
    version = words_for(meta.language).version.format(meta.version) if meta.version else ""
    return [said for said in (version, meta.date.isoformat() if meta.date else "") if said]


def last_line(book: Book) -> ET.Element | None:
    """Make the line at the end of a book that has a version: which book and version this is."""
    if not book.metadata.version:
        return None
    return element("p", "last-line", " · ".join((book.metadata.title, *version_and_date(book))))


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://")) and " " not in text


def contents_page(book: Book) -> ET.Element:
    words = words_for(book.metadata.language)
    parts = {part.slug: part for part in book.parts}
    entries = element("ol", "")
    for entry in contents(book, book.config.pdf.toc_depth):
        if entry.kind == "part":
            label = part_label(book, parts[entry.target])
            item = contents_line(entry.target, label, entry.title, "toc-part")
            inner = ET.SubElement(item, "ol")
            for chapter in entry.children:
                inner.extend(_chapter_lines(chapter))
            entries.append(item)
        else:
            entries.extend(_chapter_lines(entry))
    nav = _list_page("contents", words.contents, entries)
    if ONE_PAGE < len(list(nav.iter("li"))) <= ONE_PAGE_SET_TIGHT:
        nav.set("class", "contents tight")
    return nav


def _chapter_lines(chapter: Entry) -> Iterator[ET.Element]:
    """Yield the lines of a chapter, with its headings in it, and of the chapters inside it."""
    kind = f"toc-chapter depth-{chapter.level}"
    if chapter.label and not chapter.label.isdigit():
        kind += " toc-lettered"
    item = contents_line(chapter.target, chapter.label, chapter.title, kind, chapter.language)
    headings = list(_heading_lines(chapter))
    if headings:
        item.append(element("ol", "", *headings))
    yield item
    for child in chapter.children:
        if child.kind == "chapter":
            yield from _chapter_lines(child)


def _heading_lines(entry: Entry) -> Iterator[ET.Element]:
    for child in entry.children:
        if child.kind == "heading":
            kind = f"toc-heading level-{child.level}"
            yield contents_line(child.target, "", child.title, kind, child.language)
            yield from _heading_lines(child)


def caption_lists(book: Book) -> list[ET.Element]:
    """Make lists of the figures and of the tables with captions, if there are any."""
    words = words_for(book.metadata.language)
    made = []
    captions = captions_of(book)
    for name, title, entries in (
        ("figures", words.figures, captions["figure"]),
        ("tables", words.tables, captions["table"]),
    ):
        # A stop would run into the leader's dots.
        lines = [
            contents_line(e.target, e.label, e.title.removesuffix("."), "toc-caption")
            for e in entries
        ]
        if lines:
            made.append(_list_page(f"contents list-of-{name}", title, element("ol", "", *lines)))
    return made


def _list_page(classes: str, title: str, entries: ET.Element) -> ET.Element:
    heading = element("h1", "", title)
    heading.set("data-bookmark", title)
    return element("nav", classes, heading, entries)


def contents_line(
    target: str, number: str, title: str, classes: str, language: str = ""
) -> ET.Element:
    """Make one entry of the contents; its last span is for the number of the page."""
    link = element("a", "toc-line")
    link.set("href", f"#{target}")
    if number:
        link.append(element("span", "toc-number", number))
        link[-1].tail = " "
    link.append(element("span", "toc-title", title))
    if language:
        link[-1].set("lang", language)
    link.append(element("span", "toc-leader"))
    page = element("span", IN_COLUMN)
    page.set(PAGE_OF, f"#{target}")
    link.append(page)
    return element("li", classes, link)
