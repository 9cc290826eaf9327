"""Load a book from its folder, check it, and write it to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bookbuilder.book import Book
from bookbuilder.config.book_folder import read_config
from bookbuilder.config.levels import levels_of_book
from bookbuilder.config.schema import Config
from bookbuilder.formats import FORMATS, find_format
from bookbuilder.formats.types import Output
from bookbuilder.model.diagnostics import BookError, Report, Rule, Severity
from bookbuilder.model.source import Span
from bookbuilder.passes import run_passes
from bookbuilder.reading.chapters import read_book
from bookbuilder.reading.order import read_outline
from bookbuilder.reading.outline import Entry, Outline, PartOutline
from bookbuilder.runtime.files import is_file
from bookbuilder.runtime.progress import working_on

if TYPE_CHECKING:
    from bookbuilder.runtime.remote_pictures import RemotePictures

NO_SUCH_FORMAT = Rule(
    "C008",
    "no-such-format",
    Severity.ERROR,
    "The suffix of the output file chooses the format: .epub or .pdf.",
)


def load(
    root: str | Path,
    part: int | None = None,
    report: Report | None = None,
    remote: RemotePictures | None = None,
) -> Book:
    """Read the book in the folder `root` (or in one Markdown file), numbered and linked.

    `remote` fetches pictures from the web; without it, links take their places. `part` makes one
    part a volume of its own. Warnings go to `report` if one is given. Raises `BookError`, with all
    diagnostics, if the book has errors, and `FileNotFoundError` if there is no such folder.
    Warnings that are denied count as errors; but with a `report`, it is `write` that refuses them,
    after it has found the rest.
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
    """Load the book, and report what every format finds wrong with it before laying out pages."""
    found = Report() if report is None else report
    book = _linked(root, part, found, remote)
    for known in FORMATS:
        if known.check is not None:
            try:
                with working_on(book.place):
                    known.check(book, found)
            except BookError as error:
                found.take(error)
    found.raise_for_errors(denied=report is None)
    return book


def _linked(
    root: str | Path, part: int | None, report: Report, remote: RemotePictures | None
) -> Book:
    """Return the book, numbered and linked, even if there are errors in the report."""
    root = Path(root).resolve(strict=True)
    if is_file(root):
        config, outline = Config(root.parent), Outline(parts=[PartOutline(entries=[Entry(root)])])
    else:
        config = read_config(root, report)
        _raise_unless_worth_going_on(report)
        outline = read_outline(config, report)
    book = read_book(config, outline, report)
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
    """Write `book` to `path` in the format of its suffix; on any failure the old file stays.

    `format_name` chooses among formats with the same suffix: `workbook` writes the exercises alone,
    `cover` the sheet around the book. Raises `BookError` if the format finds an error, or if there
    is one in `report`.
    """
    report = Report() if report is None else report
    path = Path(path)
    suffix = path.suffix.lower()
    chosen = find_format(format_name or suffix.removeprefix("."))
    if chosen is None or chosen.suffix != suffix:
        message = f"`{path.name}` does not have a format's suffix"
        report.add(NO_SUCH_FORMAT, message, Span(path.name))
        raise BookError(report.diagnostics)
    apply_levels(book, report)
    with working_on(book.place):
        return chosen.write(book, path, report)


def apply_levels(book: Book, report: Report) -> None:
    """Make `report` judge findings by the levels that `book` sets."""
    report.of_book = levels_of_book(book.config, Report())
    report.of_chapters |= {c.source.name: c.levels for c in book.chapters if c.levels}
