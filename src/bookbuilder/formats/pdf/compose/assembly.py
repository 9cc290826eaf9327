"""Make two HTML documents of a book: the front, with its contents, and the body.

They are laid out apart because the pages of the body depend on nothing in front of it: its
numbering starts again at 1, and always on a recto.
"""

from __future__ import annotations

from collections.abc import Collection
from xml.etree import ElementTree as ET

from bookbuilder.book import Book
from bookbuilder.formats.pdf.compose.chapters import (
    is_for_screen,
    part_opening,
    printed_chapter,
)
from bookbuilder.formats.pdf.compose.front_cover import front_cover
from bookbuilder.formats.pdf.compose.front_pages import (
    caption_lists,
    contents_page,
    copyright_page,
    half_title,
    last_line,
    title_page,
)
from bookbuilder.formats.pdf.compose.tree_tools import element
from bookbuilder.formats.pdf.run_data.runs import LAST_LEAF
from bookbuilder.formats.table_of_contents import has_opening
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.words import direction, primary


def print_trees(book: Book, notes_at_end: Collection[str] = ()) -> tuple[ET.Element, ET.Element]:
    """Return front and body of a book whose notes are arranged, without page numbers yet.

    Notes go to the foot of the page with their reference, except those in `notes_at_end`.
    """
    return _make_front(book, notes_at_end), _make_body(book, notes_at_end)


def _make_front(book: Book, notes_at_end: Collection[str]) -> ET.Element:
    """Make half title or cover, title page, copyright page, contents, lists, and the front matter.

    Ends with a leaf on a recto, so that whatever comes before it ends on a verso; the leaf itself
    is not for printing.
    """
    pages = [
        front_cover(book) if is_for_screen(book) else half_title(book),
        title_page(book),
        copyright_page(book),
        contents_page(book),
        *caption_lists(book),
        *(printed_chapter(book, chapter, None, notes_at_end) for chapter in tracked(book.front)),
        element("section", LAST_LEAF, "\N{NO-BREAK SPACE}"),
    ]
    return make_document(book, "front", pages)


def _make_body(book: Book, notes_at_end: Collection[str]) -> ET.Element:
    """Make parts, chapters and back matter."""
    sections = []
    for part in book.parts:
        opens = has_opening(book, part)
        holder = element("div", "part" if opens else "whole")
        if opens:
            holder.append(part_opening(book, part))
        for chapter in tracked(part.chapters):
            holder.append(printed_chapter(book, chapter, part if opens else None, notes_at_end))
        sections.append(holder)
    sections += [
        printed_chapter(book, chapter, None, notes_at_end) for chapter in tracked(book.back)
    ]
    line = last_line(book)
    if line is not None and sections:
        last = sections[-1]
        # Below the last chapter of the last part, where nothing follows the parts.
        (last if book.back or not len(last) else last[-1]).append(line)
    return make_document(book, "body", sections)


def make_document(book: Book, name: str, sections: list[ET.Element]) -> ET.Element:
    """Make an HTML document of the class `name`; its head has the metadata of the PDF."""
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
    settings = book.config.pdf
    classes = [name, settings.edition, f"lang-{primary(meta.language)}"]
    if settings.openings != "recto":
        classes.append(f"openings-{settings.openings}")
    root = element("html", " ".join(classes), head)
    root.set("lang", meta.language)
    root.set("dir", direction(meta.language))
    root.append(element("body", "", *sections))
    return root
