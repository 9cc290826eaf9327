"""Make the pages in front of the text: titles, imprint, contents, lists of figures and tables."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from bs4 import Tag

from bookbuilder.book import Book, Chapter
from bookbuilder.formats.pdf.compose.chapters import has_opening, part_label
from bookbuilder.formats.pdf.compose.elements import HEADINGS, element, text_of_heading
from bookbuilder.formats.pdf.compose.web_links import ADDRESS, break_addresses
from bookbuilder.formats.pdf.pages.runs import PAGE_OF
from bookbuilder.passes.captions import captioned, label_of
from bookbuilder.text.words import direction, words_for
from bookbuilder.trees.markup import text_of, to_element

# Entries that fill a page of contents, set as usual and set tight.
ONE_PAGE = 22
ONE_PAGE_SET_TIGHT = 36


def half_title(book: Book) -> ET.Element:
    return element("section", "half-title", element("p", "title", book.metadata.title))


def title_page(book: Book) -> ET.Element:
    meta = book.metadata
    page = element("section", "title-page")
    if meta.series and book.volume is None:
        # A volume's subtitle says what it is a part of.
        place = f" · {meta.series_position}" if meta.series_position else ""
        page.append(element("p", "series", f"{meta.series}{place}"))
    page.append(element("p", "title", meta.title))
    if meta.subtitle:
        page.append(element("p", "subtitle", meta.subtitle))
    authors = [person.name for person in meta.authors if person.role == "aut"]
    if authors:
        page.append(element("p", "authors", ", ".join(authors)))
    others = [person.name for person in meta.authors if person.role != "aut"]
    if others:
        page.append(element("p", "contributors", ", ".join(others)))
    if meta.publisher:
        page.append(element("p", "publisher", meta.publisher))
    return page


def copyright_page(book: Book) -> ET.Element:
    return element("section", "copyright-page", imprint(book))


def imprint(book: Book) -> ET.Element:
    """Make a block with publisher, edition, rights and identifier, a line each."""
    meta = book.metadata
    version = words_for(meta.language).version.format(meta.version) if meta.version else ""
    date = meta.date.isoformat() if meta.date else ""
    edition = " · ".join(filter(None, (version, date)))
    lines = [meta.title, meta.publisher, edition, meta.rights, meta.license, meta.identifier]
    made = element("div", "imprint", *(element("p", "", line) for line in lines if line))
    for paragraph in [p for p in made if _is_address(p.text or "")]:
        address = element("a", ADDRESS, paragraph.text or "")
        address.set("href", paragraph.text or "")
        paragraph.text = None
        paragraph.append(address)
    break_addresses(made, direction(meta.language))
    return made


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://")) and " " not in text


def contents(book: Book) -> ET.Element:
    words = words_for(book.metadata.language)
    entries = element("ol", "")
    entries.extend(_entry(book, chapter) for chapter in book.front)
    for part in book.parts:
        holder = entries
        if has_opening(book, part):
            item = contents_line(part.slug, part_label(book, part), part.title, "toc-part")
            holder = ET.SubElement(item, "ol")
            entries.append(item)
        holder.extend(_entry(book, chapter) for chapter in part.chapters)
    entries.extend(_entry(book, chapter) for chapter in book.back)
    nav = _list_page("contents", words.contents, entries)
    if ONE_PAGE < len(list(nav.iter("li"))) <= ONE_PAGE_SET_TIGHT:
        nav.set("class", "contents tight")
    return nav


def lists(book: Book) -> list[ET.Element]:
    """Make lists of the figures and of the tables that have captions, where there are any."""
    words = words_for(book.metadata.language)
    made = []
    for name, title in (("figure", words.figures), ("table", words.tables)):
        lines = [
            contents_line(str(tag["id"]), *_label_and_text(caption), "toc-caption")
            for chapter in book.chapters
            for tag, caption in captioned(chapter.tree, name)
            if tag.get("id")
        ]
        if lines:
            made.append(_list_page(f"contents list-of-{name}s", title, element("ol", "", *lines)))
    return made


def _list_page(classes: str, title: str, entries: ET.Element) -> ET.Element:
    heading = element("h1", "", title)
    heading.set("data-bookmark", title)
    return element("nav", classes, heading, entries)


def contents_line(target: str, number: str, title: str, classes: str) -> ET.Element:
    """Make one entry of the contents; its last span is for the number of the page."""
    link = element("a", "toc-line")
    link.set("href", f"#{target}")
    if number:
        link.append(element("span", "toc-number", number))
        link[-1].tail = " "
    link.append(element("span", "toc-title", title))
    link.append(element("span", "toc-leader"))
    page = element("span", "toc-page")
    page.set(PAGE_OF, f"#{target}")
    link.append(page)
    return element("li", classes, link)


def _entry(book: Book, chapter: Chapter) -> ET.Element:
    """Make a chapter's entry, with those of its headings down to `toc-depth`."""
    number = str(chapter.number) if chapter.number is not None else ""
    item = contents_line(chapter.slug, number, chapter.title, f"toc-chapter depth-{chapter.depth}")
    deepest = book.config.pdf.toc_depth
    if deepest > 0:
        section = to_element(chapter.tree)
        inner = element("ol", "")
        for heading in section.iter():
            if heading.tag in HEADINGS[:deepest] and heading.get("id"):
                text = text_of_heading(heading).strip()
                level = HEADINGS.index(str(heading.tag)) + 1
                inner.append(
                    contents_line(heading.get("id", ""), "", text, f"toc-heading level-{level}")
                )
        if len(inner):
            item.append(inner)
    return item


def _label_and_text(caption: Tag) -> tuple[str, str]:
    """Return a caption's label and the rest of it, without a stop before the leader's dots."""
    label = label_of(caption)
    return label, text_of(caption).removeprefix(" ".join(label.split())).lstrip().removesuffix(".")
