"""Tell this program from others and from its other versions, for what is remembered."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import bookbuilder
from bookbuilder.runtime.cache import digest_of

Stamp = tuple[str, int, int]
"""The name, size and time of change of a file of the machine's own."""


@cache
def installation() -> str:
    """Return a digest of Python, of the packages that it can import and of our own files."""
    told = [sys.version, *sorted(_packages()), *stamps(_own_files())]
    return digest_of(repr(told).encode("utf-8", "surrogatepass"))


def stamps(paths: Iterable[Path]) -> Iterator[Stamp]:
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            yield str(path), 0, 0
        else:
            yield str(path), status.st_size, status.st_mtime_ns


def _packages() -> Iterator[str]:
    """Yield the names of all packages that can be imported, with their versions."""
    for folder in filter(Path.is_dir, map(Path, sys.path)):
        yield from (path.name for path in folder.glob("*.dist-info"))


def _own_files() -> Iterator[Path]:
    own = Path(bookbuilder.__file__).parent
    return (path for path in sorted(own.rglob("*")) if path.suffix not in ("", ".pyc"))
