"""Say what to cut out of a book, and what a book was cut out of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Cut(StrEnum):
    """Name what is cut out of a book: a part, one chapter, or some chapters as a book."""

    VOLUME = "volume"
    HANDOUT = "handout"
    COURSEPACK = "coursepack"


@dataclass(frozen=True, slots=True)
class Selection:
    """Hold what is asked for: the `part` of a volume, or `chapters` by their slugs, in this order.

    `title` is a course pack's.
    """

    kind: Cut
    part: int | None = None
    chapters: tuple[str, ...] = ()
    title: str = ""

    @classmethod
    def of_part(cls, number: int) -> Selection:
        return cls(Cut.VOLUME, part=number)

    @classmethod
    def of_chapter(cls, slug: str) -> Selection:
        return cls(Cut.HANDOUT, chapters=(slug,))


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Say what a book is that was cut out of `whole`, a title; `name` ends its files' names."""

    kind: Cut
    name: str
    whole: str
