"""Describe one citing of a source as citeproc-py's elements ask for it, and their shared state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from citeproc.source import VariableError

from bookbuilder.citing.entries import Entry


class Reference(dict[str, Any]):
    """Hold the variables of an entry; names have `_` or `-`, as they are asked for."""

    def __init__(self, entry: Entry, language: str) -> None:
        super().__init__({_key(name): value for name, value in entry.fields.items()})
        self.type = entry.kind
        self.language = entry.text("language") or language

    def __getitem__(self, name: str) -> Any:
        try:
            return super().__getitem__(_key(name))
        except KeyError:
            raise VariableError from None

    def __contains__(self, name: object) -> bool:
        return super().__contains__(_key(str(name)))

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(_key(name), default)


def _key(name: str) -> str:
    return name.replace("-", "_")


@dataclass(slots=True)
class Item:
    """A source as it is cited in one place, or listed in the bibliography."""

    key: str
    reference: Reference
    number: int = 0
    label: str = "page"
    locator: str = ""
    positions: frozenset[str] = frozenset({"first"})
    near: bool = False
    note: int = 0
    suffix: str = ""
    """The letter after the year that tells this source from others."""
    ambiguous: bool = False
    shown_names: int = 0
    """So many names are shown at least, so that this source can be told from others."""
    given: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Show given names where only family names would stand: 1 initials, 2 all of them."""

    @property
    def has_locator(self) -> bool:
        return bool(self.locator)


@dataclass(slots=True)
class State:
    """Follow one rendering: which variables were asked for and shown, and which are taken."""

    area: Any = None
    """The style's `citation` or `bibliography`."""
    called: int = 0
    rendered: list[str] = field(default_factory=list)
    repressed: set[str] = field(default_factory=set)
    sort_options: dict[str, str] | None = None
    marks_author: bool = True
    year_suffixed: bool = False

    def reset(self) -> None:
        self.called = 0
        self.rendered = []
        self.repressed = set()
        self.marks_author = True
        self.year_suffixed = False
