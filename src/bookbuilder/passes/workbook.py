"""Repeat every exercise of the book in a workbook in the back matter."""

from __future__ import annotations

from collections.abc import Iterator

from bs4 import Tag

from bookbuilder.book import Book, Chapter
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source
from bookbuilder.passes.captions import CAPTIONS, captioned
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.words import words_for
from bookbuilder.trees.markup import elements, has_class, new_tag
from bookbuilder.trees.parsing import parse_fragment
from bookbuilder.trees.serializing import serialize

SLUG = "workbook"
CLASS = "exercise"


def add_workbook(book: Book, report: Report) -> None:
    """Add a chapter that repeats the book's `.exercise` sections, if book.toml has a `workbook`.

    The copies get ids of their own; what they link to stays where it is in the book.
    """
    title = book.config.book.workbook
    if not title:
        return
    tree = new_tag("section", {"class": "chapter workbook", "id": SLUG}, new_tag("h1", {}, title))
    for chapter, section in exercises(book):
        copy = copy_exercise(section, chapter)
        for tag in [copy, *elements(copy)]:
            if tag.get("id"):
                tag["id"] = f"{SLUG}--{tag['id']}"
        for name in CAPTIONS:
            for tag, _ in captioned(elements(copy, name)):
                # Lists of figures and tables name the first one alone.
                tag.attrs.pop("id", None)
        link = new_tag("a", {"href": f"#{chapter.slug}"}, where(book, chapter))
        copy.insert(1, new_tag("p", {"class": "workbook-chapter"}, link))
        tree.append(copy)
    if len(tree.contents) > 1:
        source = Source(book.config.root / "workbook", "workbook", "")
        book.back.insert(0, Chapter(SLUG, title, tree, source))


def exercises(book: Book) -> Iterator[tuple[Chapter, Tag]]:
    """Yield every exercise with its chapter, but not those of the workbook itself.

    One that stands in another comes with that one.
    """
    for chapter in tracked(c for c in book.chapters if c.slug != SLUG):
        for section in elements(chapter.tree, "section"):
            if has_class(section, CLASS) and not _is_in_exercise(section):
                yield chapter, section


def _is_in_exercise(section: Tag) -> bool:
    return any(has_class(parent, CLASS) for parent in section.find_parents("section"))


def copy_exercise(section: Tag, chapter: Chapter) -> Tag:
    """Return a copy without references to notes, for the notes stay in `chapter`."""
    parsed = parse_fragment(serialize(section))
    copy = elements(parsed, "section")[0].extract()
    for tag in elements(copy, "a"):
        if str(tag.get("href", "")).startswith(f"#{chapter.slug}--fn"):
            tag.decompose()
    return copy


def where(book: Book, chapter: Chapter) -> str:
    """Return what to call the chapter: by its number, else its title."""
    if not chapter.number:
        return chapter.title
    named = words_for(book.metadata.language).chapter.format(chapter.number)
    return named[:1].upper() + named[1:]
