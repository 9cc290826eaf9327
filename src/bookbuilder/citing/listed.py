"""Describe an entry of the list of sources, as it is to be printed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of the list of sources: its text, and the label that stands before it."""

    key: str
    text: str
    label: str = ""
