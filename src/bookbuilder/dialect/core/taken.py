"""Hold blocks whose number of lines is known when they start."""

from __future__ import annotations

from collections.abc import Callable

from bookbuilder.dialect.core.blocks import Block, BlockState, Continue

MOST_LINES = 2_000
"""Such a block may have so many lines, its first included."""


class TakenLines(Block):
    """Hold the line that starts it and `count - 1` more, whatever they are."""

    accepts_lines = True
    verbatim = True
    hides_blank_lines = True

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.lines: list[str] = []

    def continues(self, state: BlockState) -> Continue:
        return Continue.YES if len(self.lines) < self.count else Continue.NO

    def add_line(self, state: BlockState) -> None:
        self.lines.append(state.line.remainder())


def count_to(state: BlockState, is_last: Callable[[str], bool], most: int = MOST_LINES) -> int:
    """Return how many lines there are up to the first below this one that `is_last`, or 0."""
    for number, line in enumerate(state.lines_ahead(most - 1), 2):
        if is_last(line):
            return number
    return 0
