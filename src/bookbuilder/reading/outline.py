"""Hold the outline of a book: its files in their order, before any of them is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from bookbuilder.reading.front_matter import FrontMatter


class Entry(Struct, frozen=True):
    """Name a chapter to read, with the `title` and the nesting `depth` that the list gives it.

    So with the `role` (`appendix`), which front matter may overrule. In a translation, `original`
    is what this is translated from; a chapter that is not translated has the `language` of the
    book's own text. `twin` is the file of the same chapter in the other of the two folders.
    """

    path: Path
    title: str = ""
    depth: int = 0
    role: str = ""
    original: FrontMatter | None = None
    language: str = ""
    twin: Path | None = None


class PartOutline(Struct):
    title: str = ""
    subtitle: str = ""
    number: int | None = None
    entries: list[Entry] = field(default_factory=list)


class Outline(Struct):
    """List the chapters of a book. `numbered` is True if its list has them numbered.

    `marks` matches lines of a chapter that are for the list, not for readers. `left_out` are those
    that a translation lacks.
    """

    front: list[Entry] = field(default_factory=list)
    parts: list[PartOutline] = field(default_factory=list)
    back: list[Entry] = field(default_factory=list)
    numbered: bool = False
    marks: re.Pattern[str] | None = None
    left_out: list[Path] = field(default_factory=list)

    @property
    def entries(self) -> Iterator[Entry]:
        yield from self.front
        for part in self.parts:
            yield from part.entries
        yield from self.back
