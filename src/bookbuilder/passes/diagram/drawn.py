"""Describe a diagram that is drawn, and why one cannot be; remember drawings between builds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from bookbuilder.runtime.cache import Cache, digest_of, users_cache

LARGEST_SOURCE = 50_000
"""Characters of a diagram's source. Hundreds of lines; nobody can read a larger one in a book."""
LARGEST_DRAWING = 5_000_000
LARGEST_CACHE = 50_000_000
_VERSION = b"diagrams 4"


class NotDrawnError(Exception):
    """A diagram that cannot be drawn, and why; `line` is the line of its source, from 1."""

    def __init__(self, message: str, line: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.hint = hint


class TooLargeError(NotDrawnError):
    """A diagram that would take more than there is for one."""


class RefusedError(NotDrawnError):
    """A diagram that asks for what a book does not do, such as reading a file."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Hold a drawing as plain SVG, its width in em of its text, and what its source says of it."""

    svg: str
    em: float
    title: str = ""
    description: str = ""

    @property
    def alternative(self) -> str:
        """Return the words for the drawing that its source gives, if any."""
        return ": ".join(filter(None, (self.title, self.description)))


class Drawings:
    """Remember drawings by what they are made of; nothing that failed is kept."""

    def __init__(self, remembers: bool) -> None:
        self._cache = users_cache("diagrams") if remembers else Cache(None)
        self._has_new = False

    def get(self, draw: Callable[[], Drawn], *made_of: bytes) -> Drawn:
        """Return the drawing of what it is `made_of`, by `draw` if it is new."""
        name = digest_of(_VERSION, *made_of)
        if (data := self._cache.get(name)) is not None:
            try:
                return msgspec.msgpack.decode(data, type=Drawn)
            except msgspec.MsgspecError:
                pass
        drawn = draw()
        self._cache.put(name, msgspec.msgpack.encode(drawn))
        self._has_new = True
        return drawn

    def trim(self) -> None:
        """Drop the drawings that were not used for longest, if there are new ones."""
        if self._has_new:
            self._cache.trim(LARGEST_CACHE)
