"""Read the files of an outline into a `Book`, which is not numbered or linked yet."""

from __future__ import annotations

import itertools

from bookbuilder.book import Book, Chapter, Metadata, Part
from bookbuilder.config.schema import BookConfig, Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Place, Source, Span
from bookbuilder.reading.front_matter import read_front_matter, said_of_book
from bookbuilder.reading.includes import with_includes
from bookbuilder.reading.metadata import metadata_of
from bookbuilder.reading.outline import Entry, Outline
from bookbuilder.reading.reader import read_chapters
from bookbuilder.runtime.files import name_of
from bookbuilder.runtime.progress import working_on
from bookbuilder.runtime.text_files import read_source


def read_book(config: Config, outline: Outline, report: Report) -> Book:
    """Read every file of `outline`; take the metadata from `config`, or else from the text."""
    entries = list(outline.entries)
    body = [entry for part in outline.parts for entry in part.entries]
    chapters = {}
    said = BookConfig()
    for entry, after in itertools.zip_longest(entries, entries[1:]):
        alone = [entry] == body
        is_opener = after is not None and after.depth > entry.depth
        name = name_of(entry.path, config.root)
        with working_on(Place(name, Span(name))):
            source = read_source(entry.path, config.folders, report, config.variables)
            # If the file is missing, something takes its place, so that the rest is looked at, and
            # links to it are no findings.
            source = source or Source(entry.path, name, "\N{REPLACEMENT CHARACTER}")
            source = with_includes(source, config, report)
            front = read_front_matter(source, report)
            if alone:
                said = said_of_book(front, source, config.book, report)
            chapters[entry.path] = read_chapters(
                source, front, entry, alone, report, is_opener=is_opener
            )
        report.of_chapters[source.name] = chapters[entry.path][0].levels

    def of(listed: list[Entry]) -> list[Chapter]:
        return [chapter for entry in listed for chapter in chapters[entry.path]]

    parts = [
        Part(title=p.title, subtitle=p.subtitle, number=p.number, chapters=of(p.entries))
        for p in outline.parts
    ]
    book = Book(
        config=config,
        metadata=Metadata("", ""),
        front=of(outline.front),
        parts=parts,
        back=of(outline.back),
        numbered=outline.numbered,
    )
    with working_on(book.place):
        book.metadata = metadata_of(book, said, report)
    return book
