"""Tell this program from others and from its other versions, for what is remembered."""

from __future__ import annotations

import os
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
    told = [sys.version, *sorted(_packages()), *sorted(stamps(_own_files(bookbuilder.__path__[0])))]
    return digest_of(repr(told).encode("utf-8", "surrogatepass"))


def stamps(files: Iterable[Path | os.DirEntry[str]]) -> Iterator[Stamp]:
    for file in files:
        name = os.fspath(file)
        try:
            status = file.stat()
        except OSError:
            yield name, 0, 0
        else:
            yield name, status.st_size, status.st_mtime_ns


def _packages() -> Iterator[str]:
    """Yield the names of all packages that can be imported, with their versions."""
    for folder in filter(Path.is_dir, map(Path, sys.path)):
        yield from (path.name for path in folder.glob("*.dist-info"))


def _own_files(folder: str) -> Iterator[os.DirEntry[str]]:
    """Yield the files below `folder`, but bytecode: hundreds, so that paths would take long."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _own_files(entry.path)
            elif not entry.name.endswith(".pyc"):
                yield entry
