"""Describe source files, and spans that point into them."""

from __future__ import annotations

import bisect
import itertools
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a source file. Lines and columns count from 1, in characters; 0 means unknown.

    `excerpt` is the text of the line, so that a diagnostic can be shown without the file. In a
    notebook, lines count in the cell with the number `cell`.
    """

    file: str
    line: int = 0
    column: int = 0
    length: int = 0
    excerpt: str = ""
    cell: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Something that takes its time, as messages call it (`“Title”`), and the file it is in."""

    name: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines of another file in a text, from line `line` of the text on.

    They are those of file `name` from its line `there` on, each with `indent` characters put before
    it; or those of a `cell` of a notebook.
    """

    line: int
    name: str
    there: int
    indent: int = 0
    cell: int = 0


@dataclass(frozen=True)
class Source:
    """A text file of the book. `name` is its POSIX path below the book's folder.

    `stretches` are the parts of the text that were included from other files, in order.
    """

    path: Path
    name: str
    text: str
    stretches: tuple[Stretch, ...] = ()

    def __hash__(self) -> int:
        # Not over thousands of stretches, each time that it is looked up.
        return hash((self.name, self.text))

    @cached_property
    def _lines(self) -> list[str]:
        # Kept, since thousands of spans may quote the same long line.
        return self.text.split("\n")

    @cached_property
    def _line_starts(self) -> list[int]:
        lengths = (len(line) + 1 for line in self._lines)
        return [0, *itertools.accumulate(lengths)][:-1]

    def line(self, number: int) -> str:
        """Return line `number` (from 1) without its newline."""
        return self._lines[number - 1] if 1 <= number <= len(self._lines) else ""

    def span(self, offset: int, length: int = 0) -> Span:
        """Return the span of `length` characters at `offset` of `text`."""
        number = bisect.bisect_right(self._line_starts, offset)
        column = offset - self._line_starts[number - 1] + 1
        return self._settled(Span(self.name, number, column, length, self.line(number)))

    def _settled(self, span: Span) -> Span:
        """Return `span` as a span of the file that its line was included from."""
        at = bisect.bisect_right(self.stretches, span.line, key=lambda stretch: stretch.line)
        if not at:
            return span
        stretch = self.stretches[at - 1]
        line = max(stretch.there + span.line - stretch.line, 1)
        column = max(span.column - stretch.indent, 1)
        return Span(
            stretch.name,
            line,
            column,
            span.length,
            _unindented(span.excerpt, stretch.indent),
            stretch.cell,
        )

    def span_of_line(self, number: int) -> Span:
        text = self.line(number)
        column = len(text) - len(text.lstrip()) + 1
        return self._settled(Span(self.name, number, column, max(1, len(text.strip())), text))

    def span_of_file(self) -> Span:
        return Span(self.name)

    @property
    def place(self) -> Place:
        return Place(self.name, self.span_of_file())


@lru_cache(maxsize=8)
def _unindented(line: str, indent: int) -> str:
    return line[indent:]
