"""The workbook: every exercise of the book again, gathered in the back matter."""

from __future__ import annotations

from bs4 import Tag

from bookbuilder.book import Book, Chapter
from bookbuilder.markup import elements, has_class, new_tag, serialize
from bookbuilder.parsing import parse_fragment
from bookbuilder.passes.captions import CAPTIONS, captioned
from bookbuilder.source import Source
from bookbuilder.words import words_for

SLUG = "workbook"
CLASS = "exercise"


def add_workbook(book: Book) -> None:
    """Append a chapter that repeats the book's `.exercise` sections, where book.toml names one.

    The copies get ids of their own; what they link to stays where it is in the book.
    """
    title = book.config.book.workbook
    if not title:
        return
    words = words_for(book.metadata.language)
    tree = new_tag("section", {"class": "chapter workbook", "id": SLUG}, new_tag("h1", {}, title))
    for chapter in book.chapters:
        for section in elements(chapter.tree, "section"):
            if has_class(section, CLASS):
                where = words.chapter.format(chapter.number) if chapter.number else chapter.title
                tree.append(_copy(section, chapter, where))
    if len(tree.contents) > 1:
        source = Source(book.config.root / "workbook", "workbook", "")
        book.back.insert(0, Chapter(SLUG, title, tree, source))


def _copy(section: Tag, chapter: Chapter, where: str) -> Tag:
    parsed = parse_fragment(serialize(section))
    copy = elements(parsed, "section")[0].extract()
    for tag in [copy, *elements(copy)]:
        if tag.get("id"):
            tag["id"] = f"{SLUG}--{tag['id']}"
        if str(tag.get("href", "")).startswith(f"#{chapter.slug}--fn"):
            tag.decompose()
    for name in CAPTIONS:
        for tag, _ in captioned(copy, name):
            # Lists of figures and tables name the first one alone.
            tag.attrs.pop("id", None)
    link = new_tag("a", {"href": f"#{chapter.slug}"}, where[:1].upper() + where[1:])
    copy.insert(1, new_tag("p", {"class": "workbook-chapter"}, link))
    return copy
