"""Describe citations as they stand in the text: one or several sources in one pair of brackets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """Say how a source is cited: in brackets, as part of the sentence, or without its author."""

    BRACKETS = "brackets"
    IN_TEXT = "in-text"
    NO_AUTHOR = "no-author"
    AUTHOR_ONLY = "author-only"
    YEAR_ONLY = "year-only"


@dataclass(slots=True)
class Cite:
    """A source in a cluster. `prefix` and `suffix` are texts with marks, `key` names the entry."""

    key: str
    mode: Mode = Mode.BRACKETS
    prefix: str = ""
    suffix: str = ""
    label: str = ""
    locator: str = ""


@dataclass(slots=True)
class Cluster:
    """Sources that are cited together. `scope` numbers the chapter, `note` the note it is in.

    After another note of the author's, "ibid." would mean that one: `after_other`.
    """

    cites: list[Cite]
    scope: int = 0
    note: int = 0
    after_other: bool = False
    bare: bool = False
    """Leave out the brackets around."""
    author: str = ""
    """The names that stand in the sentence, where a style puts the rest into a note."""
