"""Tell by a digest in a PDF whether it was made from the book as it is now.

The digest is of all that the pages depend on: the linked book, the stylesheets, the author's fonts,
and the versions of bookbuilder and WeasyPrint. It says nothing of files, folders and times.
"""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Mapping
from pathlib import Path

from bs4 import Tag

from bookbuilder import __version__
from bookbuilder.book import Asset, Book, Chapter
from bookbuilder.config.schema import PdfConfig
from bookbuilder.formats.pdf.compose.font_faces import author_faces
from bookbuilder.formats.pdf.compose.styles import author_styles, built_in_styles
from bookbuilder.formats.pdf.joining.information import version_of_weasyprint
from bookbuilder.formats.pdf.weasy.setup import own_fonts
from bookbuilder.model.diagnostics import Report
from bookbuilder.runtime.cache import digest_of
from bookbuilder.runtime.files import read_own_file
from bookbuilder.trees.serializing import serialize

LARGEST_PDF = 500_000_000
# Of the document information.
DIGEST_KEY = "BookbuilderDigest"
# Fields that no page depends on, and those whose content the stylesheets have. All others count.
_LEFT_OUT: dict[type, frozenset[str]] = {
    Book: frozenset({"config", "asked", "pagination", "named", "elsewhere"}),
    Chapter: frozenset({"source", "levels", "left_out", "kinds"}),
    Asset: frozenset({"path", "change"}),
    PdfConfig: frozenset(
        {"trim", "style", "marks", "pdf_a", "paper", "spine", "pages", "cache", "live_links"}
    ),
}


def fingerprint(book: Book) -> str:
    """Return the digest of what the pages of `book` are made from, in hexadecimal digits."""
    config, report = book.config, Report()
    pdf = dataclasses.replace(config.pdf, marks=False)
    if "pdf.qr" in config.asked:
        # `cover` has no such option: the book that it goes around is the one that was asked for.
        pdf = dataclasses.replace(pdf, qr=False)
    config = dataclasses.replace(config, pdf=pdf)
    made_from = {
        "versions": [__version__, version_of_weasyprint()],
        "book": _plain(book),
        "settings": _plain(pdf),
        "styles": [
            *built_in_styles(dataclasses.replace(book, config=config), report),
            *author_styles(config, report),
        ],
        "fonts": [(name, digest_of(data)) for name, data in own_fonts(config.folders, report)],
        "faces": [(name, digest_of(data)) for name, _, data in author_faces(config)],
    }
    return digest_of(json.dumps(made_from, sort_keys=True, default=str).encode())


def pages_if_made_from(book: Book, path: Path) -> int:
    """Return how many pages the PDF at `path` has if it was made from `book` as it is, else 0.

    It lies where `output` of book.toml says, which may be outside the book's folder. So only a file
    that we could have written counts, and nothing of it is used but its digest and this number.
    """
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(read_own_file(path, LARGEST_PDF))) as pdf:
            return len(pdf.pages) if pdf.docinfo.get(f"/{DIGEST_KEY}") == fingerprint(book) else 0
    except (OSError, pikepdf.PdfError):
        return 0


def _plain(value: object) -> object:
    """Return `value` as JSON has it.

    Fields that say nothing are left out, so that a new one changes no digest until a book uses it.
    """
    if isinstance(value, Tag):
        return serialize(value)
    if isinstance(value, bytes):
        return digest_of(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    if dataclasses.is_dataclass(value):
        names = {field.name for field in dataclasses.fields(value)}
        names -= _LEFT_OUT.get(type(value), frozenset())
        held = {name: _plain(getattr(value, name)) for name in names}
        return {name: plain for name, plain in held.items() if _says_something(plain)}
    return value


def _says_something(plain: object) -> bool:
    # A part with the number 0 is not one without a number.
    return bool(plain) or (plain == 0 and plain is not False)
