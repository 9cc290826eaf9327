"""Make the workbook: the exercises alone, as a PDF to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bookbuilder.formats.types import Format, Output

if TYPE_CHECKING:
    from bookbuilder.book import Book
    from bookbuilder.model.diagnostics import Report


def _write(book: Book, path: Path, report: Report) -> Output:
    from bookbuilder.formats.workbook.writer import write_workbook

    return write_workbook(book, path, report)


WORKBOOK = Format("workbook", ".pdf", lambda config: "-workbook.pdf", _write, lambda c: "workbook")
