"""Make two HTML documents of a book: the front, with its contents, and the body.

They are laid out apart because the pages of the body depend on nothing in front of it: its
numbering starts again at 1, and always on a recto.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from xml.etree import ElementTree as ET

from bookbuilder.book import Book, Chapter, Part
from bookbuilder.formats.pdf.compose.chapters import (
    is_for_screen,
    part_opening,
    printed_chapter,
)
from bookbuilder.formats.pdf.compose.code_tokens import shown_kinds
from bookbuilder.formats.pdf.compose.front_cover import front_cover
from bookbuilder.formats.pdf.compose.front_pages import (
    caption_lists,
    contents_page,
    copyright_page,
    half_title,
    handout_line,
    last_line,
    title_page,
)
from bookbuilder.formats.pdf.compose.tree_tools import element
from bookbuilder.formats.pdf.run_data.runs import LAST_LEAF
from bookbuilder.formats.table_of_contents import has_opening
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.words import direction, primary
from bookbuilder.trees.markup import elements

# Chapters as they are printed, by their slugs, with those of their notes that stand at their ends.
Printed = dict[str, tuple[frozenset[str], ET.Element]]


def print_trees(
    book: Book, notes_at_end: Collection[str] = (), printed: Printed | None = None
) -> tuple[ET.Element, ET.Element]:
    """Return front and body of a book whose notes are arranged, without page numbers yet.

    Notes go to the foot of the page with their reference, except those in `notes_at_end`. Chapters
    in `printed` are used again where the same of their notes stand at their ends.
    """
    sections = {} if printed is None else printed
    shown = shown_kinds(book)

    def section_of(chapter: Chapter, part: Part | None = None) -> ET.Element:
        asides = elements(chapter.tree, "aside") if notes_at_end else []
        own = frozenset(str(aside.get("id")) for aside in asides).intersection(notes_at_end)
        if chapter.slug not in sections or sections[chapter.slug][0] != own:
            made = printed_chapter(book, chapter, part, own, shown)
            sections[chapter.slug] = own, made
        return sections[chapter.slug][1]

    return _make_front(book, section_of), _make_body(book, section_of)


def _make_front(book: Book, section_of: Callable[[Chapter], ET.Element]) -> ET.Element:
    """Make half title or cover, title page, copyright page, contents, lists, and the front matter.

    A handout has none of them.

    Ends with a leaf on a recto, so that whatever comes before it ends on a verso; the leaf itself
    is not for printing.
    """
    leaf = element("section", LAST_LEAF, "\N{NO-BREAK SPACE}")
    if book.is_handout:
        return make_document(book, "front", [leaf])
    pages = [
        front_cover(book) if is_for_screen(book) else half_title(book),
        title_page(book),
        copyright_page(book),
        contents_page(book),
        *caption_lists(book),
        *(section_of(chapter) for chapter in tracked(book.front)),
        leaf,
    ]
    return make_document(book, "front", pages)


def _make_body(book: Book, section_of: Callable[[Chapter, Part | None], ET.Element]) -> ET.Element:
    """Make parts, chapters and back matter."""
    sections = [handout_line(book)] if book.is_handout else []
    for part in book.parts:
        opens = has_opening(book, part)
        holder = element("div", "part" if opens else "whole")
        if opens:
            holder.append(part_opening(book, part))
        for chapter in tracked(part.chapters):
            holder.append(section_of(chapter, part if opens else None))
        sections.append(holder)
    sections += [section_of(chapter, None) for chapter in tracked(book.back)]
    if sections and not book.is_handout:
        last = sections[-1]
        # Below the last chapter of the last part, where nothing follows the parts.
        _add_last_line(book, last if book.back or not len(last) else last[-1])
    return make_document(book, "body", sections)


def _add_last_line(book: Book, section: ET.Element) -> None:
    """Add the line at the end of the book, once: chapters may be used again."""
    line = last_line(book)
    if line is not None and not any(tag.get("class") == line.get("class") for tag in section):
        section.append(line)


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
    if book.is_handout:
        classes.append("handout")
    if settings.openings != "recto":
        classes.append(f"openings-{settings.openings}")
    root = element("html", " ".join(classes), head)
    root.set("lang", meta.language)
    root.set("dir", direction(meta.language))
    root.append(element("body", "", *sections))
    return root
