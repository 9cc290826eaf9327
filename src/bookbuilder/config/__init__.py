"""Find the folder of a book. What is in the folder's configuration takes longer to import."""

from __future__ import annotations

from pathlib import Path

from bookbuilder.runtime.files import is_file

CONFIG_NAME = "book.toml"


def find_root(start: str | Path) -> Path:
    """Return the nearest folder at or above `start` that has a book.toml; `start` if none has."""
    start = Path(start).resolve()
    for folder in (start, *start.parents):
        if is_file(folder / CONFIG_NAME):
            return folder
    return start
