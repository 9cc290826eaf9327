"""Describe the files that outputs carry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that outputs carry. `name` is what `src` says in every tree: `images/figure.png`.

    `change` says in words how `data` differs from the author's file.
    """

    name: str
    media_type: str
    data: bytes
    path: Path | None = None
    change: str = ""
