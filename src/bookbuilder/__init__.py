"""bookbuilder: a folder of Markdown chapters in, an EPUB and a print PDF out.

import bookbuilder
book = bookbuilder.load("my-book")            # BookError carries every diagnostic
bookbuilder.write(book, "dist/my-book.epub")  # format from the suffix
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bookbuilder.book import Book as Book
    from bookbuilder.build import load as load
    from bookbuilder.build import write as write
    from bookbuilder.formats.types import Output as Output
    from bookbuilder.model.audience import Audience as Audience
    from bookbuilder.model.diagnostics import BookError as BookError
    from bookbuilder.model.diagnostics import Diagnostic as Diagnostic
    from bookbuilder.model.diagnostics import Report as Report

__version__ = "0.2.0"
__all__ = ["Audience", "Book", "BookError", "Diagnostic", "Output", "Report", "load", "write"]

_HOMES = {
    "Audience": "model.audience",
    "Book": "book",
    "BookError": "model.diagnostics",
    "Diagnostic": "model.diagnostics",
    "Output": "formats.types",
    "Report": "model.diagnostics",
    "load": "build",
    "write": "build",
}


def __getattr__(name: str) -> Any:
    """Import on first use, so that `bookbuilder --help` does not wait for parsers."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"bookbuilder.{_HOMES[name]}"), name)
