"""The outputs, one package each. A writer reads a linked `Book` and knows nothing of the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bookbuilder.book import Book
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.pagination import Pagination
from bookbuilder.runtime.files import write_atomically


@dataclass(frozen=True, slots=True)
class Output:
    """What a writer wrote: `size` in bytes, `count` of `unit` ("chapters", "pages").

    `changes` say in words what the writer did to the author's own files, and what it did anew;
    `remark` is what whoever asked for the file has to know of it. `pagination` is where its pages
    start, for formats that have none of their own.
    """

    path: Path
    size: int
    count: int
    unit: str
    changes: tuple[str, ...] = ()
    remark: str = ""
    pagination: Pagination | None = None


def deliver(path: Path, data: bytes, report: Report) -> None:
    """Put `data` at `path`, the only way for a writer to do so.

    Raises `BookError` instead if `report` has errors, such as warnings that are denied.
    """
    report.raise_for_errors(denied=True)
    write_atomically(path, data)


def _epub(book: Book, path: Path, report: Report) -> Output:
    from bookbuilder.formats.epub.writer import write_epub

    return write_epub(book, path, report)


def _pdf(book: Book, path: Path, report: Report) -> Output:
    from bookbuilder.formats.pdf.writer import write_pdf

    return write_pdf(book, path, report)


def _workbook(book: Book, path: Path, report: Report) -> Output:
    from bookbuilder.formats.workbook.writer import write_workbook

    return write_workbook(book, path, report)


def _cover(book: Book, path: Path, report: Report) -> Output:
    from bookbuilder.formats.cover.print_cover import write_wrap

    return write_wrap(book, path, report)


# Imported on use: WeasyPrint needs Pango, which a machine that makes EPUBs may lack.
FORMATS: dict[str, Callable[[Book, Path, Report], Output]] = {
    "epub": _epub,
    "pdf": _pdf,
    "workbook": _workbook,
    "cover": _cover,
}


def suffix_of(format_name: str) -> str:
    """What files of a format end in."""
    return ".pdf" if format_name in ("cover", "workbook") else f".{format_name}"


def _check_epub(book: Book, report: Report) -> None:
    from bookbuilder.formats.epub.writer import check_epub

    check_epub(book, report)


def _check_pdf(book: Book, report: Report) -> None:
    from bookbuilder.formats.pdf.check import check_pdf

    check_pdf(book, report)


# What can be found without laying out a page. Raises `BookError` if it cannot go on.
CHECKS: dict[str, Callable[[Book, Report], None]] = {"epub": _check_epub, "pdf": _check_pdf}
