"""Describe the entries of bibliographies in the terms of CSL, whatever file they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bookbuilder.model.source import Span

PEOPLE = frozenset(
    """
    author chair collection-editor compiler composer container-author contributor curator director
    editor editorial-director executive-producer guest host illustrator interviewer narrator
    organizer original-author performer producer recipient reviewed-author script-writer
    series-creator translator
    """.split()  # noqa: SIM905 (a list would be a page long)
)
DATES = frozenset(
    {"accessed", "available-date", "event-date", "issued", "original-date", "submitted"}
)
OTHERS = "others"
"""The family name of those who are not named: BibTeX's `and others`."""


@dataclass(frozen=True, slots=True)
class Name:
    """A person; an organisation has a `literal` only."""

    family: str = ""
    given: str = ""
    dropping: str = ""
    particle: str = ""
    suffix: str = ""
    comma_suffix: bool = False
    literal: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A date of which the month and the day may be unknown (0). A season is month 13 to 16."""

    year: int
    month: int = 0
    day: int = 0


@dataclass(frozen=True, slots=True)
class When:
    """A day, a stretch of time with an `end`, or a date in words (`literal`)."""

    start: Day | None = None
    end: Day | None = None
    literal: str = ""
    circa: bool = False

    @property
    def sort_key(self) -> str:
        day = self.start
        return f"{day.year + 10000:05}{day.month:02}{day.day:02}" if day else self.literal


@dataclass(frozen=True, slots=True)
class Entry:
    """A source: its type and its variables in CSL's names.

    Values are texts with marks, tuples of `Name`, or `When`. `span` is where it stands.
    """

    key: str
    kind: str
    fields: Mapping[str, Any]
    span: Span | None = field(default=None, compare=False)

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def people(self, name: str) -> tuple[Name, ...]:
        value = self.fields.get(name)
        return value if isinstance(value, tuple) else ()

    def when(self, name: str) -> When | None:
        value = self.fields.get(name)
        return value if isinstance(value, When) else None
