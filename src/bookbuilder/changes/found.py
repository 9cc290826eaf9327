"""Define what a comparison of two versions finds."""

from __future__ import annotations

from dataclasses import dataclass

from bookbuilder.changes.reading_text import Edition, Text, Thing
from bookbuilder.changes.rewording import Reworded
from bookbuilder.config.errata import Erratum


@dataclass(frozen=True, slots=True)
class Correction:
    """An erratum, and the slug of its chapter; no slug if it names a page."""

    said: Erratum
    chapter: str = ""


@dataclass(frozen=True, slots=True)
class ChapterChanges:
    """Hold what has changed in one chapter.

    `rewritten` if so much has that a list would be longer than the chapter. `small` counts
    passages in which only punctuation, spaces or capitals have changed. `moved_here` are titles of
    chapters that passages came from, with their count.
    """

    old: Text
    new: Text
    rewritten: bool = False
    small: int = 0
    sections: tuple[str, ...] = ()
    sections_gone: tuple[str, ...] = ()
    things: tuple[Thing, ...] = ()
    things_gone: tuple[Thing, ...] = ()
    reworded: tuple[Reworded, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved_here: tuple[tuple[str, int], ...] = ()

    @property
    def is_worth_telling(self) -> bool:
        """Tell whether there is anything but small corrections."""
        return self.rewritten or any(
            (*self.sections, *self.sections_gone, *self.things, *self.things_gone,
             *self.reworded, *self.added, *self.removed, *self.moved_here)
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Changes:
    """Hold what has changed in a book. Chapters are in the order of their version.

    `corrections` are the errata that readers of the old version have to know.
    """

    old: Edition
    new: Edition
    added: tuple[Text, ...] = ()
    removed: tuple[Text, ...] = ()
    renamed: tuple[tuple[Text, Text], ...] = ()
    moved: tuple[tuple[Text, Text], ...] = ()
    chapters: tuple[ChapterChanges, ...] = ()
    corrections: tuple[Correction, ...] = ()

    @property
    def is_of_one_book(self) -> bool:
        """Tell whether the two have at least a chapter in common."""
        return len(self.removed) < len(self.old.chapters) or not self.old.chapters
