"""The outputs, one package each. A writer reads a linked `Book` and knows nothing of the others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Output:
    """What a writer wrote: `size` in bytes, `count` of `unit` ("chapters", "pages")."""

    path: Path
    size: int
    count: int
    unit: str
