"""Read pandoc's grid tables: cells drawn with `+---+` and `|`, which hold blocks and may span."""

from __future__ import annotations

from collections import defaultdict
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import apply_attributes
from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.cells import BROKEN_TABLE, Cell, append_table, narrowed, widened
from bookbuilder.dialect.core.code import code_block
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.lines import LineParser
from bookbuilder.dialect.core.taken import MOST_LINES, TakenLines
from bookbuilder.text.patterns import rare_pattern

_BORDER = rare_pattern(r"\+(?::?[-=]+:?\+)+[ \t]*$")
_SEGMENTS = rare_pattern(r"\+(?::?[-=]+:?\+)+")
_LOOKS_DRAWN = rare_pattern(r"\+[-=:]{2,}[-=:+ ]*$")
MOST_COLUMNS = 100
MOST_CHARACTERS = 2_000


class BrokenGridError(Exception):
    """The drawing is no table; the text says why."""


class GridTable(TakenLines):
    def __init__(self, count: int, parser: LineParser) -> None:
        super().__init__(count)
        self.parser = parser
        self.parts: list[list[list[Cell]]] | None = None

    def finish(self, state: BlockState) -> None:
        try:
            grid = self._grid()
            self.parts = [
                [[self._cell(grid, area) for area in row] for row in rows] for rows in grid.parts()
            ]
        except BrokenGridError as broken:
            message = f"this drawing is no table, so it is kept as code: {broken}"
            hint = "let each `|` stand below and above a `+`"
            state.problems.add(BROKEN_TABLE, message, self.line, self.lines[0].strip(), hint)

    def _grid(self) -> Grid:
        """Return the grid, in columns as an editor shows them, or else as many as characters."""
        wide = [widened(line) for line in self.lines]
        try:
            return Grid(wide)
        except BrokenGridError:
            if wide == self.lines:
                raise
            return Grid([line.expandtabs(4) for line in self.lines])

    def _cell(self, grid: Grid, area: Area) -> Cell:
        top, left, bottom, right = area
        lines = grid.text_of(area)
        first_line = self.line + grid.numbers[grid.rows[top]] + 1
        content = self.parser.read(lines, first_line, self.depth + 1, is_drawn=True)
        return Cell(content, bottom - top, right - left, grid.alignments[left])

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        if self.parts is None:
            code_block(conversion, parent, "\n".join(self.lines) + "\n", "", self.attributes)
            return
        head, body, foot = self.parts
        apply_attributes(append_table(conversion, parent, head, body, foot), self.attributes)


Area = tuple[int, int, int, int]
"""The top, left, bottom and right of a cell, counted in rows and columns."""


class Grid:
    """Find the cells of a drawing. `rows` and `columns` are the places of all its lines.

    `numbers` says which of the drawing's lines each one of `lines` is.
    """

    def __init__(self, lines: list[str]) -> None:
        width = max(len(line) for line in lines)
        if width > MOST_CHARACTERS:
            raise BrokenGridError("it is too wide")
        lines = [line.rstrip().ljust(width) for line in lines]
        # Two borders with nothing between them are one, which is thick. That of a head stays.
        self.numbers = [n for n, line in enumerate(lines) if not _is_doubled(lines, n)]
        self.lines = [lines[number] for number in self.numbers]
        segments = {
            number: [m.span() for m in _SEGMENTS.finditer(line)]
            for number, line in enumerate(self.lines)
        }
        self.rows = [number for number, spans in segments.items() if spans]
        self.columns = sorted(
            {
                at
                for number, spans in segments.items()
                for start, end in spans
                for at in range(start, end)
                if self.lines[number][at] == "+"
            }
        )
        self._check(width)
        self.alignments = self._alignments()

    def _check(self, width: int) -> None:
        if len(self.rows) < 2 or self.rows[0] != 0 or self.rows[-1] != len(self.lines) - 1:
            raise BrokenGridError("its first and last lines must be `+---+`")
        if len(self.columns) > MOST_COLUMNS or len(self.columns) * len(self.rows) > 20_000:
            raise BrokenGridError("it has too many cells")
        first, last = self.columns[0], self.columns[-1]
        for number in (0, len(self.lines) - 1):
            if not _BORDER.match(self.lines[number].strip()):
                raise BrokenGridError("its first and last lines must be `+---+`")
        for line in self.lines:
            if line[first] not in "|+" or line[last] not in "|+" or line[last + 1 : width].strip():
                raise BrokenGridError(f"`{narrowed(line).strip()[:60]}` does not reach both edges")

    def _alignments(self) -> list[str]:
        """Return the columns' alignments by the colons below the header, or at the top."""
        heads = [n for n in self.rows if "=" in self.lines[n] and _BORDER.match(self.lines[n])]
        line = self.lines[heads[0] if heads else 0]
        found = []
        for left, right in zip(self.columns, self.columns[1:], strict=False):
            starts, ends = line[left + 1] == ":", line[right - 1] == ":"
            found.append(_alignment(starts=starts, ends=ends))
        return found

    def _is_wall_right(self, row: int, column: int) -> bool:
        at = self.columns[column + 1]
        between = range(self.rows[row] + 1, self.rows[row + 1])
        return all(self.lines[number][at] in "|+" for number in between) and bool(between)

    def _is_wall_below(self, row: int, column: int) -> bool:
        line = self.lines[self.rows[row + 1]]
        between = line[self.columns[column] + 1 : self.columns[column + 1]]
        return bool(between) and not between.strip("-=:+")

    def areas(self) -> list[Area]:
        """Return the cells by their tops, then by their left sides."""
        height, width = len(self.rows) - 1, len(self.columns) - 1
        group = {(r, c): (r, c) for r in range(height) for c in range(width)}

        def root(cell: tuple[int, int]) -> tuple[int, int]:
            while group[cell] != cell:
                group[cell] = group[group[cell]]
                cell = group[cell]
            return cell

        for row, column in list(group):
            if column + 1 < width and not self._is_wall_right(row, column):
                group[root((row, column + 1))] = root((row, column))
            if row + 1 < height and not self._is_wall_below(row, column):
                group[root((row + 1, column))] = root((row, column))
        members: defaultdict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for cell in group:
            members[root(cell)].append(cell)
        found = []
        for cells in members.values():
            top, left = min(r for r, _ in cells), min(c for _, c in cells)
            bottom, right = max(r for r, _ in cells) + 1, max(c for _, c in cells) + 1
            if len(cells) != (bottom - top) * (right - left):
                raise BrokenGridError("one of its cells is no rectangle")
            found.append((top, left, bottom, right))
        return sorted(found)

    def parts(self) -> list[list[list[Area]]]:
        """Return the rows of head, body and foot, which lines of `=` part."""
        height = len(self.rows) - 1
        marks = [
            n
            for n, at in enumerate(self.rows)
            if "=" in self.lines[at] and _BORDER.match(self.lines[at].strip())
        ]
        head_end = marks[0] if marks and marks[0] not in (0, height) else 0
        foot_start = height
        if len(marks) > 1 and marks[-1] == height and marks[-2] > head_end:
            foot_start = marks[-2]
        rows: list[list[Area]] = [[] for _ in range(height)]
        for area in self.areas():
            if any(area[0] < end < area[2] for end in (head_end, foot_start)):
                raise BrokenGridError("a cell reaches from its head into its body")
            rows[area[0]].append(area)
        return [rows[:head_end], rows[head_end:foot_start], rows[foot_start:]]

    def text_of(self, area: Area) -> list[str]:
        top, left, bottom, right = area
        lines = self.lines[self.rows[top] + 1 : self.rows[bottom]]
        cut = [line[self.columns[left] + 1 : self.columns[right]].rstrip() for line in lines]
        filled = [len(line) - len(line.lstrip()) for line in cut if line]
        indent = min(filled, default=0)
        return [narrowed(line[indent:]) for line in cut]


def _is_doubled(lines: list[str], number: int) -> bool:
    """Return whether the border in this line is the lesser of two that follow each other."""
    if number and "=" not in lines[number] and _are_borders(lines[number - 1 : number + 1]):
        return True
    below = lines[number : number + 2]
    return _are_borders(below) and "=" in below[1] and "=" not in below[0]


def _are_borders(lines: list[str]) -> bool:
    if len(lines) < 2 or not all(_BORDER.match(line.strip()) for line in lines):
        return False
    corners = [[at for at, character in enumerate(line) if character == "+"] for line in lines]
    return corners[0] == corners[1]


def _alignment(*, starts: bool, ends: bool) -> str:
    return "center" if starts and ends else "left" if starts else "right" if ends else ""


class GridTableExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        self.parser = md.parser
        md.parser.starts.register(self.start_grid, 60, "+")

    def start_grid(self, state: BlockState, container: Block) -> Started:
        line = state.line
        rest = line.rest.rstrip()
        if line.indented or line.first != "+" or not _LOOKS_DRAWN.match(rest):
            return Started.NOTHING
        count, is_border = 1, False
        for ahead in state.lines_ahead(MOST_LINES):
            text = ahead.strip()
            # A drawing that has not come to its lower border goes on in whatever follows.
            if not text or (not text.startswith(("|", "+")) and (is_border or count == 1)):
                break
            is_border = bool(_LOOKS_DRAWN.match(text))
            count += 1
        if count == 1:
            return Started.NOTHING
        state.close_unmatched()
        state.add(GridTable(count, self.parser)).add_line(state)
        return Started.LEAF
