"""Turn chapters and the openings of parts into sections as they are printed."""

from __future__ import annotations

import textwrap
from collections.abc import Collection
from xml.etree import ElementTree as ET

from bookbuilder.book import Book, Chapter, Part
from bookbuilder.formats.pdf.compose.chapter_links import add_page_references
from bookbuilder.formats.pdf.compose.code_sizes import fit_code
from bookbuilder.formats.pdf.compose.code_tokens import ShownKinds
from bookbuilder.formats.pdf.compose.east_asian import set_east_asian
from bookbuilder.formats.pdf.compose.endless_text import break_long_words, cut_long_texts
from bookbuilder.formats.pdf.compose.flow import let_boxes_follow
from bookbuilder.formats.pdf.compose.foot_notes import place_notes, unlink_many_notes
from bookbuilder.formats.pdf.compose.formulas import set_formulas
from bookbuilder.formats.pdf.compose.hyphenation import keep_last_words
from bookbuilder.formats.pdf.compose.index_pages import print_index
from bookbuilder.formats.pdf.compose.latin_runs import run_latin_together
from bookbuilder.formats.pdf.compose.line_breaks import allow_breaks
from bookbuilder.formats.pdf.compose.measure import measure_of, with_room
from bookbuilder.formats.pdf.compose.odd_letters import set_odd_letters
from bookbuilder.formats.pdf.compose.table_sizes import classify_table, crowded_tables
from bookbuilder.formats.pdf.compose.tree_tools import element, text_of_heading
from bookbuilder.formats.pdf.compose.turned_pages import turn_pages
from bookbuilder.formats.pdf.compose.web_links import break_addresses, unlink_many_links
from bookbuilder.formats.pdf.run_data.runs import PLACE, classes_of
from bookbuilder.formats.table_of_contents import chapter_label
from bookbuilder.model.pagination import blocks
from bookbuilder.text.words import direction, words_for
from bookbuilder.trees.markup import elements, text_of
from bookbuilder.trees.serializing import to_element
from bookbuilder.trees.xhtml import SUBHEADINGS

# Characters that fit above an A5 page's text in the theme's size of running heads.
LONGEST_HEAD = 56


def is_for_screen(book: Book) -> bool:
    return book.config.pdf.edition == "screen"


def part_label(book: Book, part: Part) -> str:
    """Return "Part 2", in the book's language; parts without a number are counted."""
    number = part.number
    if number is None:
        number = next(i for i, p in enumerate(book.parts, 1) if p is part)
    return words_for(book.metadata.language).part.format(number)


def part_opening(book: Book, part: Part) -> ET.Element:
    label = part_label(book, part)
    heading = element("h1", "", part.title)
    heading.set("data-bookmark", f"{label}: {part.title}")
    opening = element("section", "part-opening", element("p", "part-number", label), heading)
    opening.set("id", part.slug)
    opening.set(PLACE, part.slug)
    if part.subtitle:
        opening.append(element("p", "subtitle", part.subtitle))
    return opening


def printed_chapter(
    book: Book,
    chapter: Chapter,
    part: Part | None,
    notes_at_end: Collection[str],
    shown: ShownKinds,
) -> ET.Element:
    """Return the section of a chapter, in `part` if that has an opening.

    The notes `notes_at_end` stay where they are in the book, at the chapter's end. Of the parts of
    programs, those that are `shown` keep their marks.
    """
    section = to_element(chapter.tree)
    _mark_places(section, chapter)
    set_formulas(section, measure_of(book), book.config.pdf.cache)
    classes = [*classes_of(section), "chapter", chapter.role, *["nested"] * bool(chapter.depth)]
    section.set("class", " ".join(dict.fromkeys(classes)))
    place_notes(section, notes_at_end)
    print_index(section)
    if not is_for_screen(book):
        titles = {c.slug: c.title for c in book.chapters}
        add_page_references(section, titles, book.metadata.language)
        break_addresses(section, direction(book.metadata.language))
        unlink_many_notes(section)
        unlink_many_links(section)
    for link in section.iter("a"):
        # WeasyPrint attaches the target of rel="attachment" to the PDF.
        link.attrib.pop("rel", None)
    let_boxes_follow(section)
    measure = measure_of(book)
    turn_pages(section)
    if crowded := crowded_tables(section, measure):
        turn_pages(section, crowded)
    fit_code(section, measure)
    shown.drop_others(section)
    set_odd_letters(section)
    keep_last_words(section)
    break_long_words(section)
    cut_long_texts(section)
    _set_running_heads(section, book, chapter, part)
    for heading in section.iter():
        if heading.tag in SUBHEADINGS and "data-bookmark" not in heading.attrib:
            heading.set("data-bookmark", " ".join(text_of_heading(heading).split()))
    _head_end_sections(section, book)
    rooms = dict(with_room(section, ("table",), measure))
    for table in section.iter("table"):
        classify_table(table, rooms.get(table, measure.upright))
    if direction(str(chapter.tree.get("lang") or book.metadata.language)) == "rtl":
        run_latin_together(section)
    allow_breaks(section)
    set_east_asian(section, str(chapter.tree.get("lang") or book.metadata.language))
    return section


def _mark_places(section: ET.Element, chapter: Chapter) -> None:
    """Mark where in the book the blocks of `section` stand, and name headings with formulas.

    `section` must be as it was made from the chapter's tree. A formula that is drawn has no text
    for a bookmark.
    """
    tree = chapter.tree
    places = {id(tag): number for number, tag in enumerate(blocks(tree))}
    for tag, made in zip([tree, *elements(tree)], section.iter(), strict=True):
        if id(tag) in places:
            made.set(PLACE, f"{chapter.slug}/{places[id(tag)]}")
        if tag.name in SUBHEADINGS and elements(tag, "math"):
            made.set("data-bookmark", text_of(tag))


def _set_running_heads(
    section: ET.Element, book: Book, chapter: Chapter, part: Part | None
) -> None:
    """Write the heads of a chapter's pages, and its bookmark, on its `h1` for the theme to read.

    A chapter without a title has no bookmark, and the heads are on its section.

    The verso names the part or the book, the recto the chapter. In a book that reads from right to
    left, the recto is the left page.
    """
    whole = book.excerpt.whole if book.excerpt and book.is_handout else book.metadata.title
    verso = _shortened(part.title if part else whole)
    recto = "" if chapter.untitled else _shortened(chapter.title)
    left, right = (verso, recto) if direction(book.metadata.language) == "ltr" else (recto, verso)
    holder = section if chapter.untitled else next(section.iter("h1"), section)
    holder.set("data-left-head", left)
    holder.set("data-right-head", right)
    if not chapter.untitled:
        label = chapter_label(chapter, words_for(book.metadata.language))
        between = ". " if chapter.letter else " " if label else ""
        holder.set("data-bookmark", f"{label}{between}{chapter.title}")


def _shortened(text: str) -> str:
    short = textwrap.shorten(text, LONGEST_HEAD, placeholder=" …")
    return short if short != "…" else f"{text[: LONGEST_HEAD - 1]}…"


def _head_end_sections(section: ET.Element, book: Book) -> None:
    """Give the links and notes at a chapter's end headings, where they have none."""
    words = words_for(book.metadata.language)
    for name, title in (("links", words.links), ("notes", words.notes)):
        for end in [e for e in section if e.tag == "section" and name in classes_of(e)]:
            if len(end) and end[0].tag not in SUBHEADINGS:
                end.insert(0, element("h2", "", title))
