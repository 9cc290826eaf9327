"""Hold the outline of a book: its files in their order, before any of them is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Entry:
    """Name a chapter to read, with the `title` and the nesting `depth` that the list gives it.

    So with the `role` (`appendix`), which front matter may overrule.
    """

    path: Path
    title: str = ""
    depth: int = 0
    role: str = ""


@dataclass(slots=True)
class PartOutline:
    title: str = ""
    subtitle: str = ""
    number: int | None = None
    entries: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class Outline:
    """List the chapters of a book. `numbered` is True if its list has them numbered.

    `marks` matches lines of a chapter that are for the list, not for readers.
    """

    front: list[Entry] = field(default_factory=list)
    parts: list[PartOutline] = field(default_factory=list)
    back: list[Entry] = field(default_factory=list)
    numbered: bool = False
    marks: re.Pattern[str] | None = None

    @property
    def entries(self) -> Iterator[Entry]:
        yield from self.front
        for part in self.parts:
            yield from part.entries
        yield from self.back
