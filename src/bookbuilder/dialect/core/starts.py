"""Choose by its first character which block starts may read a line.

There are some seventy, and nearly all of them begin with a mark: a line need not ask the others.
"""

from __future__ import annotations

from bookbuilder.dialect.core.blocks import BlockStart

LETTER, DIGIT = "a", "0"


class BlockStarts:
    """Hold block starts; those of a higher priority are tried first."""

    def __init__(self) -> None:
        self._all: list[tuple[float, BlockStart, str]] = []
        self._by_first: dict[str, tuple[BlockStart, ...]] = {}

    def register(self, start: BlockStart, priority: float, first: str = "") -> None:
        """Try `start` on lines that begin with one of the characters `first`, or else on all.

        `LETTER` stands for all letters, and `DIGIT` for all digits.
        """
        self._all.append((-priority, start, first))

    def at(self, character: str) -> tuple[BlockStart, ...]:
        """Return the starts to try on a line that begins, after its indent, with `character`."""
        starts = self._by_first.get(character)
        if starts is None:
            starts = self._by_first[character] = self._chosen(character)
        return starts

    def _chosen(self, character: str) -> tuple[BlockStart, ...]:
        kind = LETTER if character.isalpha() else DIGIT if character.isdecimal() else character
        # Some starts skip blanks of any kind, such as a form feed.
        takes_all = kind.isspace()
        found = [one for one in self._all if takes_all or not one[2] or kind in one[2]]
        return tuple(start for _, start, _ in sorted(found, key=lambda one: one[0]))
