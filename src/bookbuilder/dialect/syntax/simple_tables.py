"""Read pandoc's simple and multiline tables, whose columns lie below runs of dashes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import apply_attributes
from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.cells import Cell, append_table, narrowed, widened
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.lines import LineParser
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.core.taken import TakenLines
from bookbuilder.text.patterns import rare_pattern

_RUNS = rare_pattern(r"[ ]*-{2,}(?:[ ]+-{2,})+[ ]*$")
_LINE = rare_pattern(r"-{3,}$")
_ANY = re.compile(r"[ ]*-{2,}(?:[ ]+-{2,})*[ ]*$")
_CAPTION = rare_pattern(r"(?:Table)?:[ ]", re.IGNORECASE)
_MOST_HEAD = 10
_MOST_LINES = 500
Column = tuple[int, int]


class DashTable(TakenLines):
    """Hold a table. `shape` says how to read its lines."""

    def __init__(self, lines: list[str], shape: Shape, parser: LineParser) -> None:
        super().__init__(shape.count)
        self.given = [widened(line) for line in lines]
        self.shape = shape
        self.parser = parser
        self.head: list[list[Cell]] = []
        self.body: list[list[Cell]] = []

    def finish(self, state: BlockState) -> None:
        shape = self.shape
        columns = _columns(self.given[shape.runs])
        first = shape.head or shape.body[:1]
        alignments = _alignments(columns, self.given[shape.runs], [self.given[n] for n in first])
        if shape.head:
            self.head = [self._row(shape.head, columns, alignments)]
        self.body = [self._row(row, columns, alignments) for row in shape.rows(self.given)]

    def _row(
        self, numbers: Sequence[int], columns: list[Column], alignments: list[str]
    ) -> list[Cell]:
        line = self.line + numbers[0]
        cells = []
        for index, (start, _) in enumerate(columns):
            end = columns[index + 1][0] if index + 1 < len(columns) else None
            # Text that is set to the right may begin before the dashes do.
            begin = start if index else 0
            texts = [narrowed(self.given[n][begin:end]).strip() for n in numbers]
            while texts and not texts[-1]:
                texts.pop()
            content = self.parser.read(texts, line, self.depth + 1)
            cells.append(Cell(content, alignment=alignments[index]))
        return cells

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        table = append_table(conversion, parent, self.head, self.body)
        apply_attributes(table, self.attributes)


class Shape:
    """Say which lines of a table hold what; `is_multiline` tables part rows by blank lines."""

    def __init__(
        self, count: int, runs: int, head: range, body: range, *, is_multiline: bool
    ) -> None:
        self.count = count
        self.runs = runs
        self.head = head
        self.body = body
        self.is_multiline = is_multiline

    def rows(self, lines: list[str]) -> list[list[int]]:
        if not self.is_multiline:
            return [[number] for number in self.body]
        rows: list[list[int]] = [[]]
        for number in self.body:
            if lines[number].strip():
                rows[-1].append(number)
            elif rows[-1]:
                rows.append([])
        return [row for row in rows if row]


def _columns(runs: str) -> list[Column]:
    return [match.span() for match in re.finditer("-+", runs)]


def _alignments(columns: list[Column], runs: str, lines: list[str]) -> list[str]:
    """Return the alignments, by where the header's or first row's text meets the dashes."""
    found = []
    for index, (start, end) in enumerate(columns):
        stop = columns[index + 1][0] if index + 1 < len(columns) else None
        begin = start if index else 0
        texts = [line[begin:stop].rstrip() for line in lines]
        texts = [text for text in texts if text.strip()]
        at_left = any(len(t) - len(t.lstrip()) <= start - begin for t in texts)
        at_right = any(len(t) >= end - begin for t in texts)
        if not texts or (at_left and at_right):
            found.append("")
        else:
            found.append("left" if at_left else "right" if at_right else "center")
    return found


def _fits(columns: list[Column], line: str) -> bool:
    """Return whether `line` has a blank between each two columns."""
    # Cells beyond the end of a short line are empty.
    line = line.ljust(columns[-1][0] + 1)
    gaps = itertools.pairwise(columns)
    return all(" " in line[end:start] for (_, end), (start, _) in gaps)


def simple_shape(head: str, lines: list[str]) -> Shape | None:
    """Return the shape of a table whose header, if any, is `head`, and dashes come first."""
    columns = _columns(lines[0])
    count = 1
    while count < len(lines) and lines[count].strip() and not _ANY.match(lines[count]):
        count += 1
    body = lines[1:count]
    closes = count < len(lines) and bool(_ANY.match(lines[count]))
    if not body or not (head or closes):
        return None
    if not all(_fits(columns, widened(line)) for line in [head, *body] if line):
        return None
    end = count + closes
    if head:
        return Shape(end + 1, 1, range(1), range(2, count + 1), is_multiline=False)
    return Shape(end, 0, range(0), range(1, count), is_multiline=False)


def multiline_shape(lines: list[str]) -> Shape | None:
    """Return the shape of a table that begins and ends with dashes, and has blank lines."""
    runs = 0
    if not _RUNS.match(lines[0]):
        runs = next((n for n, t in enumerate(lines[: _MOST_HEAD + 2]) if n and _ANY.match(t)), 0)
        has_head = runs > 1 and all(line.strip() for line in lines[1:runs])
        if not has_head or not _RUNS.match(lines[runs]):
            return None
    last = next((n for n in range(runs + 1, len(lines)) if _ANY.match(lines[n])), 0)
    if not last or last == runs + 1 or (last + 1 < len(lines) and not _may_follow(lines[last + 1])):
        return None
    columns = _columns(lines[runs])
    content = [*lines[1:runs], *lines[runs + 1 : last]]
    if not all(_fits(columns, widened(line)) for line in content if line.strip()):
        return None
    body = range(runs + 1, last)
    return Shape(last + 1, runs, range(1, runs), body, is_multiline=True)


def _may_follow(line: str) -> bool:
    return not line.strip() or bool(_CAPTION.match(line.strip()))


class SimpleTableExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        self.parser = md.parser
        # Before setext headings and breaks, which are dashes too.
        md.parser.starts.register(self.start_table, 56, "-")

    def start_table(self, state: BlockState, container: Block) -> Started:
        line = state.line
        if line.first != "-" or not _ANY.match(line.text[line.offset :]) or line.indent > 20:
            return Started.NOTHING
        first = " " * line.indent + line.rest.rstrip()
        is_below_text = isinstance(container, Paragraph) and bool(container.lines)
        if is_below_text:
            return self._start_below(state, container, first)
        if line.indented or not (_RUNS.match(first) or _LINE.match(first.strip())):
            return Started.NOTHING
        if not _RUNS.match(first) and not any(map(_RUNS.match, state.lines_ahead(_MOST_HEAD + 2))):
            return Started.NOTHING
        lines = [first, *state.lines_ahead(_MOST_LINES)]
        shape = simple_shape("", lines) if _RUNS.match(first) else None
        shape = shape or multiline_shape(lines)
        if shape is None:
            return Started.NOTHING
        state.close_unmatched()
        state.add(DashTable(lines[: shape.count], shape, self.parser)).add_line(state)
        return Started.LEAF

    def _start_below(self, state: BlockState, container: Block, first: str) -> Started:
        """Start a table whose header was read as a paragraph of one line."""
        assert isinstance(container, Paragraph)
        if len(container.lines) != 1 or not _RUNS.match(first):
            return Started.NOTHING
        prefix = state.lines[state.index - 1][state.line.offset :]
        head = prefix.rstrip() if container.lines[0].strip() == prefix.strip() else ""
        lines = [first, *state.lines_ahead(_MOST_LINES)]
        shape = simple_shape(head, lines) if head else None
        if shape is None:
            return Started.NOTHING
        state.close_unmatched()
        parent = container.parent
        assert parent is not None
        container.lines.pop()
        parent.children.remove(container)
        state.tip = parent
        table = DashTable([head, *lines][: shape.count], shape, self.parser)
        table.lines.append(head)
        state.add(table).add_line(state)
        table.line -= 1
        return Started.LEAF
