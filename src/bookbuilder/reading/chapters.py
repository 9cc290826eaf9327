"""Read the files of an outline into a `Book`, which is not numbered or linked yet."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bookbuilder.book import Book, Chapter, Metadata, Part
from bookbuilder.config.chapter_list import prose_lines
from bookbuilder.config.schema import BookConfig, Config
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Place, Source, Span
from bookbuilder.reading.bibliographies import Bibliographies
from bookbuilder.reading.conditions import Conditions, is_for_audience
from bookbuilder.reading.drafts import ONLY_DRAFTS, draft_mark, report_drafts
from bookbuilder.reading.front_matter import FrontMatter, read_front_matter, said_of_book
from bookbuilder.reading.generated_contents import without_contents, without_pages_of_lists
from bookbuilder.reading.hidden_lines import with_hidden_lines
from bookbuilder.reading.includes import with_includes
from bookbuilder.reading.metadata import metadata_of
from bookbuilder.reading.notebooks import SUFFIX as NOTEBOOK
from bookbuilder.reading.notebooks import Notebook, read_notebook
from bookbuilder.reading.outline import Entry, Outline
from bookbuilder.reading.remembered import FileToRead, read_files
from bookbuilder.reading.translations import with_structure_of
from bookbuilder.runtime.files import name_of
from bookbuilder.runtime.progress import working_on
from bookbuilder.runtime.text_files import read_source
from bookbuilder.text.patterns import rare_pattern

NOTHING_LEFT = Rule(
    "C023",
    "no-chapter-for-audience",
    Severity.ERROR,
    "Conditions leave every chapter out of this format or edition, so there is nothing to build.",
)

_HEADING = rare_pattern(r"(?m)^#[ \t]+\S")


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
    written = {path: source for path, source in sources.items() if path not in drafts}
    kept = set(without_pages_of_lists(written, report))
    entries = [entry for entry in outline.entries if entry.path in kept]
    body = [e for part in outline.parts for e in part.entries if e.path in kept]
    named: set[str] = set()
    bibliographies = Bibliographies(config)
    files = []
    for entry, after in itertools.zip_longest(entries, entries[1:]):
        notebook = notebooks[entry.path]
        alone = [entry] == body
        is_opener = after is not None and after.depth > entry.depth
        is_first = entry == entries[0]
        with working_on(notebook.source.place):
            found = report.for_part()
            conditions = Conditions(config, notebook.source, found, named)
            file = _file_to_read(
                notebook, entry, alone, is_opener, conditions, bibliographies, is_first=is_first
            )
        files.append(file)
    chapters: dict[Path, list[Chapter]] = {}
    said = BookConfig()
    for file, read in zip(files, read_files(files, config), strict=True):
        source, found = file.source, file.conditions.report
        if file.alone or (file is files[0] and _opens_book(file.front, source, config)):
            said = said_of_book(file.front, source, config.book, found)
        report.merge(found)
        report.of_chapters[source.name] = file.front.levels
        chapters[file.entry.path] = _completed(read, file, notebooks[file.entry.path])
    elsewhere = {path for path, read in chapters.items() if not read}
    if elsewhere and len(elsewhere) == len(chapters):
        hint = "take `only` off a chapter, or the condition off a part of it"
        report.add(NOTHING_LEFT, f"no chapter is for {_named(config)}", Span("."), hint)

    def of(listed: list[Entry]) -> list[Chapter]:
        return [chapter for entry in listed for chapter in chapters.get(entry.path, [])]

    parts = [
        Part(title=p.title, subtitle=p.subtitle, number=p.number, chapters=of(p.entries))
        for p in outline.parts
        if not p.entries or any(chapters.get(entry.path) for entry in p.entries)
    ]
    book = Book(
        config=config,
        metadata=Metadata("", ""),
        front=of(outline.front),
        parts=parts,
        back=of(outline.back),
        numbered=outline.numbered,
        drafts=tuple(drafts),
        named=frozenset(named),
        elsewhere=(*elsewhere, *outline.left_out, *_not_in_edition(config, outline)),
        cited=bibliographies.cited,
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
        conditions = Conditions(book.config, notebook.source, report.for_part())
        sources = Bibliographies(book.config)
        file = _file_to_read(
            notebook, entries[at], False, is_opener, conditions, sources, is_first=False
        )
    (read,) = read_files([file], book.config)
    report.merge(file.conditions.report)
    report.of_chapters[file.source.name] = file.front.levels
    return _completed(read, file, notebook)


def _file_to_read(
    notebook: Notebook,
    entry: Entry,
    alone: bool,
    is_opener: bool,
    conditions: Conditions,
    bibliographies: Bibliographies,
    *,
    is_first: bool,
) -> FileToRead:
    """Return the file of `entry` with its front matter, before its Markdown is read.

    Its `conditions` judge it, and have what is found. Add to `bibliographies` what the front matter
    says of citing.
    """
    config, report = conditions.config, conditions.report
    source = notebook.source
    if entry.path.suffix.lower() != NOTEBOOK:
        source = with_includes(source, config, report, entry.twin)
    front = read_front_matter(source, report)
    if entry.original is not None:
        front = with_structure_of(entry.original, front)
    conditions = replace(conditions, source=source)
    is_for_readers = is_for_audience(front.only, conditions)
    library = None
    if is_for_readers:
        is_books = alone or (is_first and _opens_book(front, source, config))
        library = bibliographies.of_chapter(front, source, report, is_books=is_books)
    return FileToRead(source, front, entry, alone, conditions, is_for_readers, is_opener, library)


def _completed(read: list[Chapter], file: FileToRead, notebook: Notebook) -> list[Chapter]:
    """Give the chapters of `file` what does not come from its text."""
    for chapter in read:
        chapter.pictures = notebook.pictures
        chapter.twin = file.entry.twin
        chapter.is_translated = file.entry.original is not None
        chapter.sources = file.sources
    return read


def _named(config: Config) -> str:
    audience = config.audience
    if not audience.edition:
        return f"the format `{audience.format}`"
    return f"the format `{audience.format}` of the edition `{audience.edition}`"


def _not_in_edition(config: Config, outline: Outline) -> Iterator[Path]:
    """Yield the chapters that book.toml lists for the whole book but not for the edition."""
    taken = {entry.path for entry in outline.entries}
    for name in config.not_in_edition:
        if (path := config.text_folder / name) not in taken:
            yield path


def _opens_book(front: FrontMatter, source: Source, config: Config) -> bool:
    """Return whether the front matter of the first of several chapters is about the book.

    pandoc's authors put it there: with an author, above a heading that is the chapter's own.
    """
    if config.source is not None or config.book.title:
        return False
    has_people = any(key in front.data for key in ("author", "authors", "creator"))
    return has_people and "title" in front.data and bool(_HEADING.search(source.text, front.length))


def _read(entry: Entry, config: Config, outline: Outline, report: Report) -> Notebook:
    """Return the text of `entry`, without the lines that are for its list of chapters only."""
    name = name_of(entry.path, config.root)
    # If the file is missing, something takes its place, so that the rest is looked at, and links
    # to it are no findings.
    nothing = Notebook(Source(entry.path, name, "\N{REPLACEMENT CHARACTER}"))
    with working_on(Place(name, Span(name))):
        if entry.path.suffix.lower() == NOTEBOOK:
            return read_notebook(entry.path, config.folders, report) or nothing
        source = read_source(entry.path, config.folders, report, config.site_variables)
    if source is None:
        return nothing
    source = with_hidden_lines(without_contents(source), config.hidden_lines)
    return Notebook(_without_marks(source, outline.marks) if outline.marks else source)


def _without_marks(source: Source, marks: re.Pattern[str]) -> Source:
    """Blank the lines that `marks` matches, so that findings still name the right ones."""
    lines = source.text.split("\n")
    for index, line in prose_lines(source.text):
        if marks.fullmatch(line.rstrip()):
            lines[index] = ""
    return replace(source, text="\n".join(lines))
