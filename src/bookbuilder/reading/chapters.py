"""Read the files of an outline into a `Book`, which is not numbered or linked yet."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path

from bookbuilder.book import Book, Chapter, Metadata, Part
from bookbuilder.config.schema import BookConfig, Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Place, Source, Span
from bookbuilder.reading.drafts import ONLY_DRAFTS, draft_mark, report_drafts
from bookbuilder.reading.front_matter import FrontMatter, read_front_matter, said_of_book
from bookbuilder.reading.generated_contents import without_contents
from bookbuilder.reading.includes import with_includes
from bookbuilder.reading.metadata import metadata_of
from bookbuilder.reading.notebooks import SUFFIX as NOTEBOOK
from bookbuilder.reading.notebooks import Notebook, read_notebook
from bookbuilder.reading.outline import Entry, Outline
from bookbuilder.reading.reader import read_chapters
from bookbuilder.runtime.files import name_of
from bookbuilder.runtime.progress import working_on
from bookbuilder.runtime.text_files import read_source


def read_book(
    config: Config, outline: Outline, report: Report, *, with_drafts: bool = False
) -> Book:
    """Read every file of `outline`; take the metadata from `config`, or else from the text.

    Drafts are left out, unless the book is to be `with_drafts`.
    """
    notebooks = {entry.path: _read(entry, config, outline, report) for entry in outline.entries}
    sources = {path: notebook.source for path, notebook in notebooks.items()}
    drafts: dict[Path, tuple[str, Span]] = {}
    if not with_drafts:
        marks = {path: draft_mark(source) for path, source in sources.items()}
        drafts = {path: (sources[path].name, mark) for path, mark in marks.items() if mark}
        report_drafts(list(drafts.values()), report)
        if drafts and len(drafts) == len(sources):
            report.add(ONLY_DRAFTS, "all chapters are drafts", Span("."), "build with `--drafts`")
    entries = [entry for entry in outline.entries if entry.path not in drafts]
    body = [e for part in outline.parts for e in part.entries if e.path not in drafts]
    chapters = {}
    said = BookConfig()
    for entry, after in itertools.zip_longest(entries, entries[1:]):
        alone = [entry] == body
        is_opener = after is not None and after.depth > entry.depth
        source = sources[entry.path]
        with working_on(source.place):
            read, front = _read_entry(
                notebooks[entry.path], entry, alone, is_opener, config, report
            )
            if alone:
                said = said_of_book(front, source, config.book, report)
            chapters[entry.path] = read
        report.of_chapters[source.name] = chapters[entry.path][0].levels

    def of(listed: list[Entry]) -> list[Chapter]:
        return [chapter for entry in listed for chapter in chapters.get(entry.path, [])]

    parts = [
        Part(title=p.title, subtitle=p.subtitle, number=p.number, chapters=of(p.entries))
        for p in outline.parts
        if not p.entries or any(entry.path in chapters for entry in p.entries)
    ]
    book = Book(
        config=config,
        metadata=Metadata("", ""),
        front=of(outline.front),
        parts=parts,
        back=of(outline.back),
        numbered=outline.numbered,
        drafts=tuple(drafts),
    )
    with working_on(book.place):
        book.metadata = metadata_of(book, said, report)
    return book


def read_again(book: Book, outline: Outline, path: Path, report: Report) -> list[Chapter]:
    """Read the file `path` of `outline` alone, which is one of several, as `read_book` would."""
    entries = list(outline.entries)
    at = next(n for n, entry in enumerate(entries) if entry.path == path)
    is_opener = at + 1 < len(entries) and entries[at + 1].depth > entries[at].depth
    notebook = _read(entries[at], book.config, outline, report)
    with working_on(notebook.source.place):
        chapters, _ = _read_entry(notebook, entries[at], False, is_opener, book.config, report)
    report.of_chapters[notebook.source.name] = chapters[0].levels
    return chapters


def _read_entry(
    notebook: Notebook,
    entry: Entry,
    alone: bool,
    is_opener: bool,
    config: Config,
    report: Report,
) -> tuple[list[Chapter], FrontMatter]:
    """Return the chapters in the text of `entry`, and its front matter."""
    source = notebook.source
    if entry.path.suffix.lower() != NOTEBOOK:
        source = with_includes(source, config, report)
    front = read_front_matter(source, report)
    chapters = read_chapters(source, front, entry, alone, report, is_opener=is_opener)
    for chapter in chapters:
        chapter.pictures = notebook.pictures
    return chapters, front


def _read(entry: Entry, config: Config, outline: Outline, report: Report) -> Notebook:
    """Return the text of `entry`, without the lines that are for its list of chapters only."""
    name = name_of(entry.path, config.root)
    # If the file is missing, something takes its place, so that the rest is looked at, and links
    # to it are no findings.
    nothing = Notebook(Source(entry.path, name, "\N{REPLACEMENT CHARACTER}"))
    with working_on(Place(name, Span(name))):
        if entry.path.suffix.lower() == NOTEBOOK:
            return read_notebook(entry.path, config.folders, report) or nothing
        source = read_source(entry.path, config.folders, report, config.variables)
    if source is None:
        return nothing
    source = without_contents(source)
    return Notebook(_without_marks(source, outline.marks) if outline.marks else source)


def _without_marks(source: Source, marks: re.Pattern[str]) -> Source:
    start = at = _front_matter_end(source.text)
    while match := _BLANK.match(source.text, at) or marks.match(source.text, at):
        at = match.end()
    # The lines stay, blank, so that findings name the right ones.
    newlines = "\n" * source.text.count("\n", start, at)
    return replace(source, text=f"{source.text[:start]}{newlines}{source.text[at:]}")


_BLANK = re.compile(r"\s+|<!--.*?-->", re.DOTALL)
_FRONT_MATTER = re.compile(r"---[ \t]*\n.*?^(?:---|\.\.\.)[ \t]*\n", re.DOTALL | re.MULTILINE)


def _front_matter_end(text: str) -> int:
    match = _FRONT_MATTER.match(text)
    return match.end() if match else 0
