"""List the formats that a book is written in, one package each.

A writer reads a linked `Book`; EPUB and PDF know nothing of each other.
"""

from __future__ import annotations

from bookbuilder.formats.cover import COVER
from bookbuilder.formats.epub import EPUB
from bookbuilder.formats.pdf import PDF
from bookbuilder.formats.types import Format
from bookbuilder.formats.web import WEB
from bookbuilder.formats.workbook import WORKBOOK

FORMATS = (EPUB, PDF, COVER, WORKBOOK, WEB)


def find_format(name: str) -> Format | None:
    """Return the format of this name."""
    return next((known for known in FORMATS if known.name == name), None)
