"""From a folder to a linked `Book`, and from there to a file."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bookbuilder.book import Book, Chapter, Metadata, Part
from bookbuilder.config.levels import apply_levels, levels_of_book
from bookbuilder.config.other_tools import from_mdbook, from_other_tool, is_mdbook
from bookbuilder.config.schema import CONFIG_NAME, Config, parse_config
from bookbuilder.config.toml_text import parse_toml
from bookbuilder.formats import CHECKS, FORMATS, Output, suffix_of
from bookbuilder.model.diagnostics import BookError, Report, Rule, Severity
from bookbuilder.model.source import Place, Source, Span
from bookbuilder.passes import run_passes
from bookbuilder.reading.includes import with_includes
from bookbuilder.reading.metadata import metadata_of
from bookbuilder.reading.outline import Entry, Outline, PartOutline, read_outline
from bookbuilder.reading.reader import read_chapters
from bookbuilder.runtime.files import is_file, is_folder, is_inside, name_of
from bookbuilder.runtime.limits import Limits
from bookbuilder.runtime.progress import working_on
from bookbuilder.runtime.text_files import read_source
from bookbuilder.text.slugs import file_slug

if TYPE_CHECKING:
    from bookbuilder.runtime.remote_pictures import RemotePictures

NO_SUCH_FORMAT = Rule(
    "C008",
    "no-such-format",
    Severity.ERROR,
    "The output's suffix chooses the format: .epub or .pdf.",
)
BAD_FOLDER = Rule(
    "C010",
    "bad-path",
    Severity.ERROR,
    "`source` is a folder inside the book's folder, since nothing outside it is read, but for what"
    " `allow` names: folders that are there. `name` is the file name of what is built, without a"
    " folder; `output` says where that goes.",
)
ALLOWED_FOLDER = Rule(
    "C015",
    "allowed-folder",
    Severity.NOTE,
    "`allow` in book.toml lets the book read what lies outside its folder. Whoever builds somebody"
    " else's book should know that it does.",
)


def find_root(start: str | Path) -> Path:
    """The nearest folder at or above `start` that holds a book.toml; `start` if none does."""
    start = Path(start).resolve()
    for folder in (start, *start.parents):
        if (folder / CONFIG_NAME).is_file():
            return folder
    return start


def read_limits(root: str | Path) -> Limits:
    """`[limits]` of the book in `root`; what is wrong with them `load` reports."""
    root = Path(root).resolve(strict=True)
    path = root / CONFIG_NAME
    report = Report()
    if not is_file(path) or not (source := read_source(path, (root,), report)):
        return Limits()
    data = parse_toml(source, report) or {}
    # Nothing else yet: what is wrong takes its time to be located, and no limits hold here.
    said = {key: value for key, value in data.items() if key == "limits"}
    return parse_config(root, source, said, report).limits


def load(
    root: str | Path,
    part: int | None = None,
    report: Report | None = None,
    remote: RemotePictures | None = None,
) -> Book:
    """The book in the folder `root` (or in one Markdown file), numbered and linked.

    Pictures on the web are fetched by `remote`; without it, links stand in their places.
    `part` makes one part a volume of its own. Warnings go to `report` where one is given. Raises
    `BookError`, with every diagnostic, if the book has errors, `FileNotFoundError` for no folder.
    Warnings that are denied are errors too; but with a `report`, it is `write` that refuses them,
    when it has found the rest.
    """
    found = Report() if report is None else report
    book = _linked(root, part, found, remote)
    found.raise_for_errors(denied=report is None)
    return book


def check(
    root: str | Path,
    part: int | None = None,
    report: Report | None = None,
    remote: RemotePictures | None = None,
) -> Book:
    """`load`, and report what the formats have against the book, as far as no page is laid out."""
    found = Report() if report is None else report
    book = _linked(root, part, found, remote)
    for check_format in CHECKS.values():
        with contextlib.suppress(BookError), working_on(book.place):
            check_format(book, found)
    found.raise_for_errors(denied=report is None)
    return book


def _linked(
    root: str | Path, part: int | None, report: Report, remote: RemotePictures | None
) -> Book:
    """The book, numbered and linked, although there may be errors in the report."""
    root = Path(root).resolve(strict=True)
    config, outline = _read_file(root) if root.is_file() else _read_folder(root, report)
    book = _read_book(config, outline, report)
    book.asked_part = part
    _raise_unless_worth_going_on(report)
    run_passes(book, report, remote)
    return book


def _raise_unless_worth_going_on(report: Report) -> None:
    if any(d.rule.severity is Severity.ERROR and d.rule.stops for d in report):
        raise BookError(report.diagnostics)


def write(
    book: Book, path: str | Path, report: Report | None = None, format_name: str = ""
) -> Output:
    """Write `book` to `path` in the format of its suffix; what was there stays on any failure.

    `format_name` is for what the suffix cannot say: `workbook` writes the exercises alone, `cover`
    the sheet around the book. Raises `BookError` if the format finds an error, or if there is one
    in `report`.
    """
    report = Report() if report is None else report
    path = Path(path)
    suffix = path.suffix.lower()
    name = format_name or suffix.removeprefix(".")
    writer = FORMATS.get(name)
    if writer is None or suffix != suffix_of(name):
        report.add(NO_SUCH_FORMAT, f"`{path.name}` names no format", Span(path.name))
        report.raise_for_errors()
        raise AssertionError
    apply_levels(book, report)
    if name == "cover" and not book.config.pdf.pages:
        pdf = replace(book.config.pdf, pages=_pages_built(book))
        book = replace(book, config=replace(book.config, pdf=pdf))
    with working_on(book.place):
        return writer(book, path, report)


def _pages_built(book: Book) -> int:
    """Return how many pages the print PDF in `output` has if `book` is unchanged since, else 0."""
    from bookbuilder.formats.pdf.fingerprint import pages_if_made_from

    pdf = replace(book.config.pdf, edition="print", booklet=False)
    inside = replace(book, config=replace(book.config, pdf=pdf))
    return pages_if_made_from(inside, output_path(inside, "pdf"))


def output_path(book: Book, format_name: str) -> Path:
    """Where `book` goes when nobody says: `dist/<name>.epub` in the book's folder."""
    config = book.config
    name = config.book.name or file_slug(config.book.title or book.metadata.title, "book")
    if book.volume is not None:
        name = f"{name}-{book.volume.slug}"
    if format_name == "workbook":
        name = f"{name}-workbook"
    if format_name == "pdf" and config.pdf.edition == "screen":
        name = f"{name}-screen"
    if format_name == "cover":
        name = f"{name}-cover"
    if format_name == "pdf" and config.pdf.booklet:
        name = f"{name}-booklet"
    from bookbuilder.formats.epub.devices import devices

    device = devices().get(config.epub.profile) if format_name == "epub" else None
    if device is not None:
        return config.root / config.book.output / f"{name}{device.suffix}"
    return config.root / config.book.output / f"{name}{suffix_of(format_name)}"


def _read_folder(root: Path, report: Report) -> tuple[Config, Outline]:
    config = Config(root)
    path = root / CONFIG_NAME
    if not os.path.lexists(path):
        config = from_other_tool(root, report)
    elif (source := read_source(path, (root,), report)) and (data := parse_toml(source, report)):
        is_ours = not is_mdbook(data)
        with working_on(source.place):
            config = (parse_config if is_ours else from_mdbook)(root, source, data, report)
            _check_folders(config, report)
            report.of_book = levels_of_book(config, report)
    else:
        report.raise_for_errors()
    _raise_unless_worth_going_on(report)
    return config, read_outline(config, report)


def _check_folders(config: Config, report: Report) -> None:
    said = config.book
    for name, folder in zip(said.allow, config.folders[1:], strict=True):
        span = config.span_of("book.allow", name)
        if is_folder(folder):
            report.add(ALLOWED_FOLDER, f"the book may read all of `{name[:200]}` too", span)
        else:
            message = f"`allow` names no folder: `{name[:200]}`"
            report.add(BAD_FOLDER, message, span, "name it as seen from the folder of book.toml")
    if not (is_folder(config.text_folder) and is_inside(config.text_folder, *config.folders)):
        span = config.span_of("book.source", said.source)
        message = f"`source` is no folder inside the book's: `{said.source[:200]}`"
        report.add(BAD_FOLDER, message, span)
    if re.search(r"[/\\]", said.name):
        span = config.span_of("book.name", said.name)
        report.add(BAD_FOLDER, f"`name` is a file name, not a path: `{said.name[:200]}`", span)


def _read_file(path: Path) -> tuple[Config, Outline]:
    return Config(path.parent), Outline(parts=[PartOutline(entries=[Entry(path)])])


def _read_book(config: Config, outline: Outline, report: Report) -> Book:
    entries = list(outline.entries)
    chapters = {}
    for entry, after in itertools.zip_longest(entries, entries[1:]):
        alone = len(entries) == 1
        is_opener = after is not None and after.depth > entry.depth
        name = name_of(entry.path, config.root)
        with working_on(Place(name, Span(name))):
            source = read_source(entry.path, config.folders, report, config.variables)
            # Where it is missing its place is taken, so that the rest is looked at, and links to
            # it are no findings.
            source = source or Source(entry.path, name, "\N{REPLACEMENT CHARACTER}")
            source = with_includes(source, config, report)
            chapters[entry.path] = read_chapters(source, entry, alone, report, is_opener=is_opener)
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
        book.metadata = metadata_of(book, report)
    return book
