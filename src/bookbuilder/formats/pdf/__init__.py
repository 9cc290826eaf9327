"""Write a linked book as a PDF, for print or for the screen."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from bookbuilder.formats.types import Format, Output

if TYPE_CHECKING:
    from bookbuilder.book import Book
    from bookbuilder.config.schema import Config
    from bookbuilder.model.diagnostics import Report


def _file_ending(config: Config) -> str:
    edition = "-screen" if config.pdf.edition == "screen" else ""
    large = "-large" if config.pdf.large else ""
    sheets = "-booklet" if config.pdf.booklet else "-two-up" if config.pdf.two_up else ""
    return f"{edition}{large}{sheets}.pdf"


def _write(book: Book, path: Path, report: Report) -> Output:
    from bookbuilder.formats.pdf.writer import write_pdf

    return write_pdf(book, path, report)


def _ahead() -> AbstractContextManager[None]:
    from bookbuilder.formats.pdf.machinery import machinery
    from bookbuilder.runtime.workers import workers_ahead

    return workers_ahead(machinery)


def _check(book: Book, report: Report) -> None:
    from bookbuilder.formats.pdf.writer import check_pdf

    check_pdf(book, report)


def _audience(config: Config) -> str:
    return "screen" if config.pdf.edition == "screen" else "print"


PDF = Format("pdf", ".pdf", _file_ending, _write, _audience, _check, _ahead)
