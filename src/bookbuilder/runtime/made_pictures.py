"""Remember pictures that are checked, drawn or changed for a book, so that its next build need not.

What is remembered of one is the value that describes it, or its bytes alone.
"""

from __future__ import annotations

import functools
from typing import TypeVar

import msgspec

from bookbuilder.runtime.cache import Cache, digest_of, users_cache
from bookbuilder.runtime.installation import installation

# What they may take of the cache, in bytes.
LARGEST_CACHE = 300_000_000

_T = TypeVar("_T")


class MadePictures:
    """Keeps pictures by what they are made of, and by what; none if `remembers` is False."""

    def __init__(self, remembers: bool) -> None:
        self._cache = users_cache("made-pictures") if remembers else Cache(None)
        self._has_new = False

    def name_of(self, *made_of: bytes) -> str:
        """Return the name of what this program makes of something."""
        return digest_of(installation().encode(), *made_of) if self._cache.remembers else ""

    def recall(self, name: str, kind: type[_T]) -> _T | None:
        """Return what was kept under `name`, which is a `kind`."""
        data = self._cache.get(name)
        if data is None:
            return None
        try:
            return msgspec.msgpack.decode(data, type=kind)
        except msgspec.MsgspecError:
            return None

    def keep(self, name: str, made: object) -> None:
        self._cache.put(name, msgspec.msgpack.encode(made))
        self._has_new = True

    def trim(self) -> None:
        """Drop the pictures that were not used for longest, if there are new ones."""
        if self._has_new:
            self._cache.trim(LARGEST_CACHE)
            self._has_new = False


@functools.cache
def made_pictures(remembers: bool) -> MadePictures:
    return MadePictures(remembers)
