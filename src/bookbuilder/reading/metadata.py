"""Take a book's metadata from book.toml, or guess it from the text."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator, Mapping

from bookbuilder.book import Book, Metadata, OtherLanguage, Person
from bookbuilder.config import CONFIG_NAME
from bookbuilder.config.schema import BookConfig, Config
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
    isbn = identifier.isbn
    original = book.config.original
    if original is None:
        original = dataclasses.replace(said, title=title, language=language)
    identifiers = _identifiers(book.config, original)
    uri = identifiers[book.config.audience.translation]
    if book.config.audience.edition:
        # Another text is another book, which the ISBN does not stand for.
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
        other_languages=tuple(_other_languages(book.config, original, identifiers)),
    )


def edition_with(identifier: str, book: Book) -> str:
    """Return the name of the other edition of `book` that has this identifier, or none."""
    config, said = book.config, book.metadata
    original = config.original or dataclasses.replace(config.book, title=said.title)
    for name, edition in config.edition.items():
        titles = {edition.title or original.title, original.title}
        audience = dataclasses.replace(config.audience, edition=name)
        other = dataclasses.replace(config, audience=audience)
        for title in titles if name != config.audience.edition else ():
            language = original.language or said.language
            same = dataclasses.replace(original, title=title, language=language)
            if identifier in _identifiers(other, same).values():
                return name
    return ""


def _identifiers(config: Config, original: BookConfig) -> dict[str, str]:
    """Return the identifiers of the book in all its languages; that of the original is unnamed."""
    authors = tuple(Person(a.name, a.role, a.file_as) for a in original.authors)
    first = read_identifier(original.identifier).uri
    first = first or _identifier(original.title, authors, original.language)
    found = {"": first}
    for name, said in config.translation.items():
        own = read_identifier(said.identifier).uri
        found[name] = own or _derived(first, f"translation-{name}")
    if edition := config.audience.edition:
        found = {name: _derived(uri, f"edition-{edition}") for name, uri in found.items()}
    return found


def _other_languages(
    config: Config, original: BookConfig, identifiers: Mapping[str, str]
) -> Iterator[OtherLanguage]:
    """Yield the same book in the languages that this one is not in."""
    here = config.audience.translation
    if here:
        yield OtherLanguage(original.language, original.title, identifiers[""], is_original=True)
    for name, said in config.translation.items():
        if name != here:
            yield OtherLanguage(name, said.title or original.title, identifiers[name])


def _derived(uri: str, name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{uri}#{name}')}"


def _identifier(title: str, authors: tuple[Person, ...], language: str) -> str:
    key = "\n".join((title, *(a.name for a in authors), language))
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, key)}"
