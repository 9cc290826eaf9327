"""Hold another tool's list of chapters as it stands in that tool's file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct, field

from bookbuilder.model.source import Source, Span
from bookbuilder.text.patterns import rare_pattern

SUMMARY_NAME = "SUMMARY.md"
_FRONT_MATTER = rare_pattern(r"---[ \t]*\n.*?^(?:---|\.\.\.)[ \t]*\n", re.DOTALL | re.MULTILINE)
_FENCE = rare_pattern(r" {0,3}(`{3,}|~{3,})(.*)")


class Listed(Struct, frozen=True):
    """Name a chapter as its list does, with the title, nesting and role that the list gives it."""

    name: str
    span: Span | None = None
    title: str = ""
    depth: int = 0
    role: str = ""


class ListedPart(Struct):
    """Group chapters under a title; without one, they are merely chapters."""

    title: str = ""
    entries: list[Listed] = field(default_factory=list)


class ChapterList(Struct):
    """List the chapters of a book, by another tool's file.

    `file` is what messages call that file. Names start at `folder`; `bare` ones may lack their
    suffix, and `suffixes` are read as Markdown besides the usual ones. `numbered` is True if the
    tool numbers chapters. `left_out` are files that the tool itself keeps out of the book. `marks`
    matches lines of a chapter that are for the list, not for readers. `unused_labels` are those of
    groups within groups, which have no page that could bear them.
    """

    file: str
    folder: Path
    front: list[Listed] = field(default_factory=list)
    parts: list[ListedPart] = field(default_factory=list)
    back: list[Listed] = field(default_factory=list)
    bare: bool = False
    suffixes: tuple[str, ...] = ()
    numbered: bool = False
    left_out: frozenset[Path] = frozenset()
    marks: re.Pattern[str] | None = None
    unused_labels: list[str] = field(default_factory=list)

    @property
    def entries(self) -> Iterator[Listed]:
        yield from self.front
        for part in self.parts:
            yield from part.entries
        yield from self.back


def prose_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines of `text`, from 0, outside of its front matter and its fences."""
    start = match.end() if (match := _FRONT_MATTER.match(text)) else 0
    first = text.count("\n", 0, start)
    fence = ""
    for index, line in enumerate(text[start:].split("\n"), first):
        match = _FENCE.match(line)
        if fence:
            fence = "" if match and match[1].startswith(fence) and not match[2].strip() else fence
        elif match:
            fence = match[1]
        else:
            yield index, line


class Places:
    """Find names in the text of a list, whose parser keeps no positions, each time a later one."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._ends: dict[str, int] = {}

    def __call__(self, name: str) -> Span:
        """Return the next place of `name`; the whole file if it stands nowhere as it is."""
        at = self._source.text.find(name, self._ends.get(name, 0))
        if at < 0:
            at = self._source.text.find(name)
        if at < 0 or not name:
            return self._source.span_of_file()
        self._ends[name] = at + len(name)
        return self._source.span(at, len(name))
