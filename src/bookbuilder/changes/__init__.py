"""Say what has changed in a book since another version of it, in words that its readers know.

`changes_since(old, book, report)` compares the EPUB `old` with a linked book; `as_markdown` writes
the result as a chapter, and `as_html` as a page outside of the book. Both versions are compared as
EPUBs, so that what one of them was built from does not matter.
"""

from __future__ import annotations

import dataclasses

from bookbuilder.book import Book
from bookbuilder.changes.compare import compare
from bookbuilder.changes.corrections import corrections_since
from bookbuilder.changes.found import Changes, ChapterChanges, Correction
from bookbuilder.changes.html_page import as_html
from bookbuilder.changes.page import as_markdown
from bookbuilder.changes.reading_text import Edition, Text, read_edition
from bookbuilder.changes.rewording import Reworded
from bookbuilder.formats.epub.built_package import UnreadableError
from bookbuilder.formats.epub.writer import make_epub
from bookbuilder.model.diagnostics import BookError, Report, Rule, Severity
from bookbuilder.model.source import Span
from bookbuilder.reading.metadata import edition_with

__all__ = [
    "Changes",
    "ChapterChanges",
    "Correction",
    "Edition",
    "Reworded",
    "Text",
    "as_html",
    "as_markdown",
    "changes_since",
]

UNREADABLE_COPY = Rule(
    "E021",
    "unreadable-old-copy",
    Severity.ERROR,
    "`changes` compares the book with an EPUB of it, with an older folder of it, or with a tag or"
    " commit of its git repository. What is compared has to be readable: an EPUB that is damaged,"
    " locked by a shop or far too large is not.",
    is_books_fault=False,
)
OTHER_BOOK = Rule(
    "E022",
    "other-book",
    Severity.WARNING,
    "What `changes` compares are probably not two versions of one book. If no chapter of the old"
    " copy has anything in common with a chapter of this book, all are listed as new. If the old"
    " copy is of another edition, the page quotes what only that edition has.",
)


def changes_since(old: bytes, book: Book, report: Report, name: str = "the old copy") -> Changes:
    """Return what has changed from the EPUB `old` to `book`, with the errata that matter.

    `name` is what findings call the old copy. Raises `BookError` if it cannot be read, or if the
    book has errors.
    """
    try:
        before = read_edition(old)
    except UnreadableError as error:
        report.add(UNREADABLE_COPY, f"{name} cannot be read: {error}", Span(name))
        raise BookError(report.diagnostics) from None
    found = compare(before, read_edition(make_epub(book, report)))
    if not found.is_of_one_book:
        message = f"{name} has no chapter in common with this book"
        report.add(OTHER_BOOK, message, Span(name), "compare it with a copy of the same book")
    elif edition := edition_with(found.old.package.identifier, book):
        message = f"{name} is of the edition `{edition}`: the page quotes what only that has"
        hint = f"compare it with `--edition {edition}`, or compare a copy of this edition"
        report.add(OTHER_BOOK, message, Span(name), hint)
    return dataclasses.replace(found, corrections=corrections_since(found, book))
