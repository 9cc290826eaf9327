"""Count what has a number: figures, theorems, formulas and so on, each kind by itself."""

from __future__ import annotations

from collections import Counter

from bookbuilder.book import Book, Chapter

BY_BOOK = frozenset({"figure", "table", "listing"})
"""Kinds that count through the whole book, unless book.toml says otherwise."""


class Counting:
    """Give numbers by kind: `3`, or `2.3` and `A.3` for what counts by chapter.

    Chapters without a number or letter count together, so that no number is there twice.
    """

    def __init__(self, book: Book) -> None:
        self._wish = book.config.references.numbers
        self._counts: Counter[tuple[str, str]] = Counter()

    def next(self, kind: str, chapter: Chapter) -> str:
        """Return the next number of `kind`, in `chapter`."""
        wish = self._wish if self._wish != "auto" else "book" if kind in BY_BOOK else "chapter"
        of_chapter = str(chapter.number or chapter.letter or "") if wish == "chapter" else ""
        self._counts[kind, of_chapter] += 1
        count = self._counts[kind, of_chapter]
        return f"{of_chapter}.{count}" if of_chapter else str(count)
