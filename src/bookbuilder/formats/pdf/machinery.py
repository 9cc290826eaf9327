"""Load all that lays out pages, and say what it is.

It takes as long as reading a book, so another process does it meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass

from bookbuilder.formats.pdf.weasy.engines import load_engine
from bookbuilder.formats.pdf.weasy.setup import versions
from bookbuilder.runtime.installation import installation
from bookbuilder.runtime.libraries import libraries_here


@dataclass(frozen=True, slots=True)
class Machinery:
    """Hold what pages depend on but the book; `libraries` are the system's, if they are known."""

    versions: tuple[str, ...]
    libraries: frozenset[str] | None


def machinery() -> Machinery:
    """Load WeasyPrint and its libraries. Raises `OSError` where one is missing."""
    load_engine()
    return Machinery((*versions(), installation()), libraries_here())
