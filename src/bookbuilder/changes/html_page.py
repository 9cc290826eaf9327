"""Write what has changed as HTML, for pages that are no part of a book."""

from __future__ import annotations

from pathlib import Path

from bookbuilder import dialect
from bookbuilder.book import Book, Chapter, Metadata, Part
from bookbuilder.changes.found import Changes
from bookbuilder.changes.page import MOST_LINES, as_markdown
from bookbuilder.changes.reading_text import OWN_PAGE
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source
from bookbuilder.passes.cleaning import clean
from bookbuilder.passes.typography import typography
from bookbuilder.trees.markup import elements
from bookbuilder.trees.parsing import parse_fragment
from bookbuilder.trees.serializing import serialize

_END_OF_FRONT_MATTER = "\n---\n\n"


def as_html(changes: Changes, language: str, most: int = MOST_LINES) -> str:
    """Return the page as XHTML for the body of a page: a section whose heading is an `h1`.

    It has no links and no ids. `most` is how many passages of a chapter are shown.
    """
    page = as_markdown(changes, language, most=most).partition(_END_OF_FRONT_MATTER)[2]
    source = Source(Path(OWN_PAGE), OWN_PAGE, page)
    tree = parse_fragment(dialect.convert(source, 0, Report()))
    chapter = Chapter(OWN_PAGE, "", tree, source)
    said = Metadata("", "", language)
    book = Book(Config(Path()), said, parts=[Part(chapters=[chapter])])
    for one in (clean, typography):
        one(book, Report())
    for tag in [chapter.tree, *elements(chapter.tree)]:
        tag.attrs.pop("id", None)
    return serialize(chapter.tree)
