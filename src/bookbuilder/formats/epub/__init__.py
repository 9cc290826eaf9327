"""Write the EPUB: one XHTML file per chapter, with what e-readers of each maker need."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bookbuilder.formats.types import Format, Output

if TYPE_CHECKING:
    from bookbuilder.book import Book
    from bookbuilder.config.schema import Config
    from bookbuilder.model.diagnostics import Report


def _file_ending(config: Config) -> str:
    from bookbuilder.formats.epub.devices import devices

    device = devices().get(config.epub.profile)
    return device.suffix if device else ".epub"


def _write(book: Book, path: Path, report: Report) -> Output:
    from bookbuilder.formats.epub.writer import write_epub

    return write_epub(book, path, report)


def _check(book: Book, report: Report) -> None:
    from bookbuilder.formats.epub.writer import check_epub

    check_epub(book, report)


EPUB = Format("epub", ".epub", _file_ending, _write, lambda config: "epub", _check)
