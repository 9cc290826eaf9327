"""Report text that is still to be written, and details of the book that are missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bookbuilder.book import Book
from bookbuilder.checks.reading_text import chapters_of, of_the_book, passages, span_in_book
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import find_text
from bookbuilder.text.placeholders import has_roman_numbers, placeholders

PLACEHOLDER = Rule(
    "V010",
    "placeholder-text",
    Severity.WARNING,
    "`check --release` looks for words that stand where text is still to come: TODO, FIXME, TBD,"
    " XXX, lorem ipsum, `???` and what people write in the book's language. Write the text, or"
    " delete the word. In code, and in quotation marks, they are left alone.",
)
MISSING_DETAIL = Rule(
    "V011",
    "missing-detail",
    Severity.WARNING,
    "Readers of a file that was handed out have nothing but the file. Its version and date tell"
    " them whether a newer one is better, its licence what they may do with it, and its description"
    " what it is. Write them into [book] of book.toml.",
)


def check_placeholders(books: Sequence[Book], report: Report) -> None:
    """Report words in `books`, one book for several audiences, that stand for text to come."""
    for book, chapter in chapters_of(books):
        found = list(passages(chapter.tree, book.metadata.language))
        has_numerals = any(has_roman_numbers(passage.text) for passage in found)
        counts: Counter[str] = Counter()
        for passage in found:
            for word in placeholders(passage.text, passage.language, has_numerals=has_numerals):
                span = find_text(chapter.source, word, counts[word])
                counts[word] += 1
                report.add(PLACEHOLDER, f"`{word}` stands for text that is to come", span)
    for book in books:
        for key, text in of_the_book(book):
            for word in placeholders(text, book.metadata.language):
                message = f"`{word}` stands for text that is to come, in `{key}`"
                report.add(PLACEHOLDER, message, span_in_book(book, key))


def check_details(book: Book, report: Report) -> None:
    """Report what a book that is handed out should say of itself and does not."""
    said = book.metadata
    missing = {
        "authors": bool(said.authors),
        "language": said.language not in ("", "und"),
        "description": bool(said.description.strip()),
        "date": said.date is not None,
        "version": bool(said.version.strip()),
        "license": bool(said.license.strip() or said.rights.strip()),
    }
    what = {
        "authors": "nobody is named as the author",
        "language": "the book does not say its language",
        "description": "there is no description of the book",
        "date": "the book has no date",
        "version": "the book has no version",
        "license": "the book does not say what readers may do with it",
    }
    example = {
        "authors": 'authors = ["A. Writer"]',
        "language": 'language = "en"',
        "description": 'description = "What it is about, and for whom."',
        "date": "date = 2026-01-31",
        "version": 'version = "1.0"',
        "license": 'license = "CC-BY-4.0"`, or `rights = "© 2026 A. Writer"',
    }
    for key, is_there in missing.items():
        if not is_there:
            hint = f"write `{example[key]}` into [book]"
            report.add(MISSING_DETAIL, what[key], book.config.span_of("book"), hint)
