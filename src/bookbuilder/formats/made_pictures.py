"""Remember pictures that are drawn or changed for a book, so that its next build need not."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable
from pathlib import Path

import PIL

from bookbuilder.runtime.cache import Cache, digest_of, users_cache

# What they may take of the cache, in bytes.
LARGEST_CACHE = 300_000_000


class MadePictures:
    """Keeps pictures by what they are made of, and by what; none if `remembers` is False."""

    def __init__(self, remembers: bool) -> None:
        self._cache = users_cache("made-pictures") if remembers else Cache(None)
        self._has_new = False

    def name_of(self, makers: Iterable[Path], *made_of: bytes) -> str:
        """Return the name of what the modules `makers` make of something."""
        if not self._cache.remembers:
            return ""
        # Pillow's version covers the libraries that do its work: they come with it.
        versions = f"{sys.version} {PIL.__version__}".encode()
        return digest_of(versions, *(path.read_bytes() for path in makers), *made_of)

    def get(self, name: str) -> bytes | None:
        return self._cache.get(name)

    def put(self, name: str, data: bytes) -> None:
        self._cache.put(name, data)
        self._has_new = True

    def trim(self) -> None:
        """Drop the pictures that were not used for longest, if there are new ones."""
        if self._has_new:
            self._cache.trim(LARGEST_CACHE)
            self._has_new = False


@functools.cache
def made_pictures(remembers: bool) -> MadePictures:
    return MadePictures(remembers)
