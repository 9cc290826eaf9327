"""A book as two HTML documents: the front, with its contents, and the body.

They are laid out apart because the pages of the body depend on nothing in front of it: its
numbering starts again at 1, and always on a recto.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from xml.etree import ElementTree as ET

from bookbuilder.book import Book, Chapter, Part
from bookbuilder.formats.contents import Entry, captions_of, contents, has_opening
from bookbuilder.formats.pdf.compose.elements import classes_of, element
from bookbuilder.formats.pdf.compose.foot_notes import place_notes, unlink_many_notes
from bookbuilder.formats.pdf.compose.front_cover import front_cover
from bookbuilder.formats.pdf.compose.index_pages import print_index
from bookbuilder.formats.pdf.compose.last_words import keep_last_words
from bookbuilder.formats.pdf.compose.long_words import break_long_words, cut_long_texts
from bookbuilder.formats.pdf.compose.page_references import print_pages
from bookbuilder.formats.pdf.compose.running_heads import set_running_heads
from bookbuilder.formats.pdf.compose.tables import mark_tables
from bookbuilder.formats.pdf.compose.web_links import ADDRESS, break_addresses, unlink_many_links
from bookbuilder.formats.pdf.weasy.page_starts import mark_opening, mark_places
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.words import direction, primary, words_for
from bookbuilder.trees.serializing import to_element

HEADINGS = ("h2", "h3", "h4", "h5", "h6")
# Entries that fill a page of contents, set as usual and set tight.
ONE_PAGE = 22
ONE_PAGE_SET_TIGHT = 36


def make_front(book: Book, notes_at_end: Collection[str]) -> ET.Element:
    """Half title or cover, title page, copyright page, contents, lists, and what precedes the body.

    Ends with a leaf on a recto, so that whatever comes before it ends on a verso; the leaf itself
    is not for printing.
    """
    meta = book.metadata
    first = [element("section", "half-title", element("p", "title", meta.title))]
    if is_for_screen(book):
        first = [front_cover(book)]
    pages = [*first, _title_page(book), _copyright_page(book), _contents(book)]
    pages += _lists(book)
    pages += [_chapter(book, chapter, None, notes_at_end) for chapter in tracked(book.front)]
    return make_document(book, "front", [*pages, element("section", "last-leaf", "\u00a0")])


def make_body(book: Book, notes_at_end: Collection[str]) -> ET.Element:
    """Parts, chapters and back matter."""
    sections = []
    for part in book.parts:
        opening = has_opening(book, part)
        holder = element("div", "part" if opening else "whole")
        if opening:
            holder.append(_part_opening(book, part))
        for chapter in tracked(part.chapters):
            holder.append(_chapter(book, chapter, part if opening else None, notes_at_end))
        sections.append(holder)
    sections += [_chapter(book, chapter, None, notes_at_end) for chapter in tracked(book.back)]
    return make_document(book, "body", sections)


def is_for_screen(book: Book) -> bool:
    return book.config.pdf.edition == "screen"


def make_document(book: Book, name: str, sections: list[ET.Element]) -> ET.Element:
    """An HTML document of the class `name`, with what the PDF says of itself in its head."""
    meta = book.metadata
    head = element("head", "", element("title", "", meta.title))
    described = [
        *(("author", p.name) for p in meta.authors if p.role == "aut"),
        ("description", meta.description),
        ("keywords", ", ".join(subject.replace(",", ";") for subject in meta.subjects)),
        ("generator", "bookbuilder"),
        ("dcterms.created", meta.date.isoformat() if meta.date else ""),
        ("dcterms.modified", meta.date.isoformat() if meta.date else ""),
    ]
    for key, value in described:
        if value:
            ET.SubElement(head, "meta", {"name": key, "content": value})
    root = element("html", f"{name} {book.config.pdf.edition} lang-{primary(meta.language)}", head)
    root.set("lang", meta.language)
    root.set("dir", direction(meta.language))
    root.append(element("body", "", *sections))
    return root


def _title_page(book: Book) -> ET.Element:
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


def _copyright_page(book: Book) -> ET.Element:
    return element("section", "copyright-page", imprint(book))


def imprint(book: Book) -> ET.Element:
    """Publisher, edition, rights and identifier, a line each."""
    meta = book.metadata
    words = words_for(meta.language)
    edition = " · ".join(
        filter(
            None,
            (
                words.version.format(meta.version) if meta.version else "",
                meta.date.isoformat() if meta.date else "",
            ),
        )
    )
    lines = [meta.title, meta.publisher, edition, meta.rights, meta.license, meta.identifier]
    made = element("div", "imprint", *(element("p", "", x) for x in lines if x))
    licence = [p for p in made if _is_address(p.text or "")]
    for paragraph in licence:
        address = element("a", ADDRESS, paragraph.text or "")
        address.set("href", paragraph.text or "")
        paragraph.text = None
        paragraph.append(address)
    break_addresses(made, direction(meta.language))
    return made


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://")) and " " not in text


def _contents(book: Book) -> ET.Element:
    words = words_for(book.metadata.language)
    nav = element("nav", "contents", element("h1", "", words.contents))
    nav[0].set("data-bookmark", words.contents)
    parts = {part.slug: part for part in book.parts}
    entries = element("ol", "")
    for entry in contents(book, book.config.pdf.toc_depth):
        if entry.kind == "part":
            label = _part_label(book, parts[entry.target])
            item = contents_line(entry.target, label, entry.title, "toc-part")
            inner = ET.SubElement(item, "ol")
            for chapter in entry.children:
                inner.extend(_chapter_lines(chapter))
            entries.append(item)
        else:
            entries.extend(_chapter_lines(entry))
    nav.append(entries)
    if ONE_PAGE < len(list(nav.iter("li"))) <= ONE_PAGE_SET_TIGHT:
        nav.set("class", "contents tight")
    return nav


def _chapter_lines(chapter: Entry) -> Iterator[ET.Element]:
    """Give the lines of a chapter, with its headings in it, and of the chapters inside it."""
    kind = f"toc-chapter depth-{chapter.level}"
    item = contents_line(chapter.target, chapter.label, chapter.title, kind)
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
            yield contents_line(child.target, "", child.title, f"toc-heading level-{child.level}")
            yield from _heading_lines(child)


def _lists(book: Book) -> list[ET.Element]:
    """Make lists of the figures and of the tables that have captions, where there are any."""
    words = words_for(book.metadata.language)
    lists = []
    for name, title, entries in (
        ("figures", words.figures, captions_of(book, "figure")),
        ("tables", words.tables, captions_of(book, "table")),
    ):
        # A stop would run into the leader's dots.
        lines = [
            contents_line(e.target, e.label, e.title.removesuffix("."), "toc-caption")
            for e in entries
        ]
        if lines:
            heading = element("h1", "", title)
            heading.set("data-bookmark", title)
            made = element("nav", f"contents list-of-{name}", heading, element("ol", "", *lines))
            lists.append(made)
    return lists


def _without_notes(heading: ET.Element) -> list[str]:
    found = [heading.text or ""]
    for child in heading:
        if child.get("role") != "doc-noteref":
            found += _without_notes(child)
        found.append(child.tail or "")
    return found


def contents_line(target: str, number: str, title: str, classes: str) -> ET.Element:
    """One entry of the contents; baking writes the page into its last span."""
    link = element("a", "toc-line")
    link.set("href", f"#{target}")
    if number:
        link.append(element("span", "toc-number", number))
        link[-1].tail = " "
    link.append(element("span", "toc-title", title))
    link.append(element("span", "toc-leader"))
    page = element("span", "toc-page")
    page.set("data-page-of", f"#{target}")
    link.append(page)
    return element("li", classes, link)


def _part_label(book: Book, part: Part) -> str:
    if part.number is None:
        position = next(i for i, p in enumerate(book.parts, 1) if p is part)
        return words_for(book.metadata.language).part.format(position)
    return words_for(book.metadata.language).part.format(part.number)


def _part_opening(book: Book, part: Part) -> ET.Element:
    label = _part_label(book, part)
    heading = element("h1", "", part.title)
    heading.set("data-bookmark", f"{label}: {part.title}")
    opening = element("section", "part-opening", element("p", "part-number", label), heading)
    opening.set("id", part.slug)
    mark_opening(opening, part.slug)
    if part.subtitle:
        opening.append(element("p", "subtitle", part.subtitle))
    return opening


def _chapter(
    book: Book, chapter: Chapter, part: Part | None, notes_at_end: Collection[str]
) -> ET.Element:
    section = to_element(chapter.tree)
    mark_places(section, chapter.tree, chapter.slug)
    section.set("class", " ".join(dict.fromkeys([*classes_of(section), "chapter", chapter.role])))
    place_notes(section, notes_at_end)
    print_index(section)
    if not is_for_screen(book):
        print_pages(section, {c.slug: c.title for c in book.chapters}, book.metadata.language)
        break_addresses(section, direction(book.metadata.language))
        unlink_many_notes(section)
        unlink_many_links(section)
    for link in section.iter("a"):
        # WeasyPrint attaches the target of rel="attachment" to the PDF.
        link.attrib.pop("rel", None)
    keep_last_words(section)
    break_long_words(section)
    cut_long_texts(section)
    set_running_heads(section, book, chapter, part)
    for heading in section.iter():
        if heading.tag in HEADINGS:
            heading.set("data-bookmark", " ".join("".join(_without_notes(heading)).split()))
    words = words_for(book.metadata.language)
    for name, title in (("links", words.links), ("notes", words.notes)):
        for end in [e for e in section if e.tag == "section" and name in classes_of(e)]:
            if len(end) and end[0].tag not in HEADINGS:
                end.insert(0, element("h2", "", title))
    mark_tables(section)
    return section
