"""Load all that lays out pages, and say what it is.

It takes as long as reading a book, so another process does it meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import bookbuilder
from bookbuilder.formats.pdf.weasy.engines import load_engine
from bookbuilder.formats.pdf.weasy.setup import versions
from bookbuilder.runtime.cache import digest_of
from bookbuilder.runtime.libraries import libraries_here


@dataclass(frozen=True, slots=True)
class Machinery:
    """Hold what pages depend on but the book; `libraries` are the system's, if they are known."""

    versions: tuple[str, ...]
    libraries: frozenset[str] | None


def machinery() -> Machinery:
    """Load WeasyPrint and its libraries. Raises `OSError` where one is missing."""
    load_engine()
    return Machinery((*versions(), _digest_of_program()), libraries_here())


def _digest_of_program() -> str:
    """Return a digest of all modules of bookbuilder and its fonts: records depend on most of them.

    Stylesheets are counted as they are used.
    """
    own = sorted(Path(bookbuilder.__file__).parent.rglob("*.py"))
    fonts = resources.files("bookbuilder").joinpath("fonts").iterdir()
    named = sorted((font.name, font.read_bytes()) for font in fonts)
    code = (path.read_bytes() for path in own)
    return digest_of(*code, *(piece for name, data in named for piece in (name.encode(), data)))
