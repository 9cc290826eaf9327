"""Word what title and copyright pages say of translators, and of the book before them."""

from __future__ import annotations

from collections.abc import Sequence

from bookbuilder.book import Metadata, Person
from bookbuilder.config.translations import TRANSLATOR
from bookbuilder.text.words import Words


def contributors(people: Sequence[Person], words: Words) -> list[str]:
    """Return the names of `people` other than authors, translators together and as such."""
    translators = [person.name for person in people if person.role == TRANSLATOR]
    others = [person.name for person in people if person.role != TRANSLATOR]
    return [words.translated_by.format(", ".join(translators)), *others] if translators else others


def original_title(said: Metadata, words: Words) -> str:
    """Return the line with the title that a translated book has in its own language."""
    return words.original_title.format(said.original.title) if said.original else ""
