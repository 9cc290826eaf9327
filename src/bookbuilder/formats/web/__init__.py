"""Write a linked book as web pages, to read in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bookbuilder.formats.types import Format, Output

if TYPE_CHECKING:
    from bookbuilder.book import Book
    from bookbuilder.model.diagnostics import Report


def write_pages(
    book: Book, folder: Path, report: Report, *, home: str = "", url: str = ""
) -> Output:
    """Write `book` as web pages into `folder`; see `formats/web/writer.py`."""
    from bookbuilder.formats.web import writer

    return writer.write_pages(book, folder, report, home=home, url=url)


WEB = Format("web", "", lambda config: "-web", write_pages, lambda config: "web")
