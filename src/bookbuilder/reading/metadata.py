"""Take a book's metadata from book.toml, or guess it from the text."""

from __future__ import annotations

import dataclasses
import uuid

from bookbuilder.book import Book, Metadata, Person
from bookbuilder.config import CONFIG_NAME
from bookbuilder.config.schema import BookConfig
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.reading.book_titles import guessed_title
from bookbuilder.text.identifiers import read_identifier
from bookbuilder.text.language import UNKNOWN, guess_language, is_language

ASSUMED = Rule(
    "C006",
    "assumed",
    Severity.NOTE,
    "Metadata that book.toml does not give was guessed from the text. Write it into book.toml to"
    " be sure.",
)
BAD_LANGUAGE = Rule(
    "C011",
    "bad-language",
    Severity.ERROR,
    "`language` must be a BCP 47 tag: `en`, `de-AT`, `zh-Hant`. E-readers hyphenate, pronounce"
    " and choose fonts by it.",
    stops=False,
)
BAD_ISBN = Rule(
    "C020",
    "bad-isbn",
    Severity.WARNING,
    "An ISBN has 13 digits, or 10 if it is an old one, and its last digit is computed from the"
    " others. If that does not fit, a digit is wrong, and the book, or a barcode made from the"
    " number, would be taken for another book. Correct `identifier` in book.toml. Until then the"
    " cover has no barcode.",
)


_IN_TEXT = (
    *("title", "subtitle", "authors", "language", "identifier", "publisher", "rights"),
    *("license", "description", "subjects", "date"),
)


def metadata_of(book: Book, said_in_text: BookConfig, report: Report) -> Metadata:
    """Return the metadata of `book` from book.toml, and guesses for what is missing there.

    `said_in_text` is what the front matter of a book in one file says, before guesses.
    """
    said = dataclasses.replace(
        book.config.book,
        **{
            name: value
            for name in _IN_TEXT
            if (value := getattr(said_in_text, name)) and not getattr(book.config.book, name)
        },
    )
    assumed = []
    title = said.title
    if not title:
        title = guessed_title(book)
        assumed.append(f"title “{title}”")
    language = said.language
    if language and not is_language(language):
        span = book.config.span_of("book.language", language)
        hint = f"did you mean `{tag}`?" if is_language(tag := language.replace("_", "-")) else ""
        report.add(BAD_LANGUAGE, f"`{language[:80]}` is not a language tag", span, hint)
    if not language:
        # Several chapters may come from one file.
        starts = dict.fromkeys(chapter.source.text[:5000] for chapter in book.chapters)
        language = guess_language("\n".join(starts))
        known = language != UNKNOWN
        assumed.append(f"language `{language}`" if known else f"no language (`{UNKNOWN}`)")
    if assumed and not report.errors:
        where = CONFIG_NAME if book.config.source else f"a {CONFIG_NAME}"
        hint = f"say so in {where}" if book.config.source else f"write {where}"
        if language == UNKNOWN:
            hint = f'the text does not tell: write `language = "…"` below [book] in {where}'
        report.add(ASSUMED, f"assumed: {', '.join(assumed)}", None, hint)
    authors = tuple(Person(a.name, a.role, a.file_as) for a in said.authors)
    identifier = read_identifier(said.identifier)
    if identifier.fault:
        span = book.config.span_of("book.identifier", said.identifier)
        hint = "compare it with the number that you were given"
        report.add(BAD_ISBN, identifier.fault, span, hint)
    uri = identifier.uri or _identifier(title, authors, language)
    isbn = identifier.isbn
    if edition := book.config.audience.edition:
        # Another text is another book, which the ISBN does not stand for.
        uri = _of_edition(uri, edition)
        isbn = ""
    position = book.config.series.position
    return Metadata(
        title=title,
        subtitle=said.subtitle,
        authors=authors,
        language=language,
        identifier=uri,
        publisher=said.publisher,
        rights=said.rights,
        license=said.license,
        description=" ".join(said.description.split()),
        subjects=said.subjects,
        date=said.date,
        version=said.version,
        series=book.config.series.name,
        series_position="" if position is None else f"{position:g}",
        isbn=isbn,
    )


def edition_with(identifier: str, book: Book) -> str:
    """Return the name of the edition of `book` that has this identifier, or none."""
    own, said = book.config.audience.edition, book.config.book
    given = read_identifier(said.identifier).uri
    for name, edition in book.config.edition.items():
        title = edition.title or said.title or book.metadata.title
        base = given or _identifier(title, book.metadata.authors, book.metadata.language)
        if name != own and identifier == _of_edition(base, name):
            return name
    return ""


def _of_edition(uri: str, edition: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{uri}#edition-{edition}')}"


def _identifier(title: str, authors: tuple[Person, ...], language: str) -> str:
    key = "\n".join((title, *(a.name for a in authors), language))
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, key)}"
