"""Take a book's metadata from book.toml, or guess it from the text."""

from __future__ import annotations

import dataclasses
import re
import uuid

from bookbuilder.book import Book, Metadata, Person
from bookbuilder.config.schema import CONFIG_NAME, BookConfig
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.reading.titles import LONGEST_TITLE
from bookbuilder.text.language import guess_language, is_language

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
        title = _title(book)
        assumed.append(f"title “{title}”")
    language = said.language
    if language and not is_language(language):
        span = book.config.span_of("book.language", language)
        hint = f"did you mean `{tag}`?" if is_language(tag := language.replace("_", "-")) else ""
        report.add(BAD_LANGUAGE, f"`{language[:80]}` is not a language tag", span, hint)
    if not language:
        language = guess_language("\n".join(c.source.text[:5000] for c in book.chapters))
        assumed.append(f"language `{language}`")
    if assumed and not report.errors:
        hint = f"say so in {CONFIG_NAME}" if book.config.source else f"write a {CONFIG_NAME}"
        report.add(ASSUMED, f"assumed: {', '.join(assumed)}", None, hint)
    authors = tuple(Person(a.name, a.role, a.file_as) for a in said.authors)
    position = book.config.series.position
    return Metadata(
        title=title,
        subtitle=said.subtitle,
        authors=authors,
        language=language,
        identifier=said.identifier or _identifier(title, authors, language),
        publisher=said.publisher,
        rights=said.rights,
        license=said.license,
        description=" ".join(said.description.split()),
        subjects=said.subjects,
        date=said.date,
        version=said.version,
        series=book.config.series.name,
        series_position="" if position is None else f"{position:g}",
    )


def _identifier(title: str, authors: tuple[Person, ...], language: str) -> str:
    key = "\n".join((title, *(a.name for a in authors), language))
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, key)}"


# Emphasis, attributes, links and pictures (their text stays), notes, tags.
_MARKS = re.compile(
    r"[*_`]|\s*\{[:#.].*\}$|!?\[([^\]\[]*)\]\([^)]*\)|\[\^[^\]]*\]|\^\[[^\]]*\]|</?[a-z][^>]*>"
)


def _title(book: Book) -> str:
    """Return the only chapter's title, the title of the folder's README, or the folder's name."""
    chapters = list(book.chapters)
    sources = {c.source.path for c in chapters}
    if chapters and len(sources) == 1:
        source = chapters[0].source
        prose = re.sub(r"(?ms)^(```|~~~).*?^\1", "", source.text)
        headings = re.findall(r"(?m)^#[ \t]+(.+)$|^(\S.*)\n=+[ \t]*$", prose)
        if len(headings) == 1:
            line = "".join(headings[0])[:LONGEST_TITLE].rstrip(" \t#")
            return _MARKS.sub(r"\1", line).strip() or chapters[0].title
        if len(chapters) == 1:
            return chapters[0].title
    first = chapters[0] if chapters else None
    if (
        first
        and first.source.path.stem.lower() in ("readme", "index")
        and first.source.path.parent == book.config.root
    ):
        return first.title
    words = re.sub(r"[-_]+", " ", book.config.root.name).strip()
    return words[:1].upper() + words[1:] or "Untitled"
