"""Make the cover for the printer: back, spine and front on one sheet around the pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bookbuilder.formats.types import Format, Output

if TYPE_CHECKING:
    from bookbuilder.book import Book
    from bookbuilder.model.diagnostics import Report


def _write(book: Book, path: Path, report: Report) -> Output:
    from bookbuilder.formats.cover.print_cover import write_wrap

    return write_wrap(book, path, report)


def _check(book: Book, report: Report) -> None:
    from bookbuilder.formats.cover.print_cover import check_wrap

    check_wrap(book, report)


COVER = Format("cover", ".pdf", lambda config: "-cover.pdf", _write, lambda config: "print", _check)
