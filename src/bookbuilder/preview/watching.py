"""Say which files' changes matter to a book, and wait for them."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookbuilder.config import CONFIG_NAME
from bookbuilder.config.book_folder import read_config
from bookbuilder.model.diagnostics import BookError, Report
from bookbuilder.runtime.child_process import run_bounded
from bookbuilder.runtime.files import TEMPORARY, is_file
from bookbuilder.runtime.limits import LIMITS_TO_READ_LIMITS, LimitHit

# Milliseconds without another change that end a group of changes: editors write a file in steps.
QUIET = 20
# At the latest.
LONGEST = 400
# Milliseconds after which a wait without changes ends, to begin again.
HEARTBEAT = 200
_NOT_OF_BOOK = frozenset({"node_modules", "__pycache__"})
# Of editors that write beside the file: Vim, Emacs, and what others leave.
_SUFFIXES_OF_EDITORS = ("~", ".swp", ".swx", ".swo", ".tmp", ".part", ".crdownload")


@dataclass(frozen=True, slots=True)
class Watched:
    """Hold what is watched: the folders that a book may read, but not its `output`."""

    folders: tuple[Path, ...]
    output: Path

    def __call__(self, _change: object, path: str) -> bool:
        """Tell whether a change of `path` may change the book."""
        return self.matters(Path(path))

    def matters(self, path: Path) -> bool:
        name = path.name
        if name.endswith(_SUFFIXES_OF_EDITORS) or name.startswith((TEMPORARY[0], ".#", "#")):
            return False
        if name == "4913":  # Vim looks with it whether it may write
            return False
        if path == self.output or path.is_relative_to(self.output):
            return False
        folder = next((f for f in self.folders if path.is_relative_to(f)), None)
        parts = path.relative_to(folder).parts if folder else ()
        return not any(part.startswith(".") or part in _NOT_OF_BOOK for part in parts)


def watched(root: Path) -> Watched:
    """Return what is to be watched for the book in `root`, a folder or one file."""
    root = root.resolve()
    if is_file(root):
        return Watched((root.parent,), root.parent / "dist")
    try:
        folders, output = run_bounded(lambda: _folders(root), LIMITS_TO_READ_LIMITS)
    except (LimitHit, MemoryError):
        folders, output = (root,), "dist"
    there = tuple(folder.resolve() for folder in folders if folder.is_dir())
    return Watched(there, Path(os.path.normpath(root / output)))


def _folders(root: Path) -> tuple[tuple[Path, ...], str]:
    try:
        config = read_config(root, Report())
    except BookError:
        return (root,), "dist"
    return config.folders, config.book.output


def options_of(which: Watched) -> dict[str, Any]:
    """Return how `watchfiles` is asked to watch."""
    return {
        "watch_filter": which,
        "step": QUIET,
        "debounce": LONGEST,
        "rust_timeout": HEARTBEAT,
        "yield_on_timeout": True,
    }


def changes(root: Path, has_ended: Callable[[], bool]) -> Iterator[list[Path]]:
    """Yield the files that have changed, sorted, each time that some have; ends with Ctrl-C.

    So it does when `has_ended`. Yields an empty list first, when no change will be missed any more.
    """
    from watchfiles import watch

    which = watched(root)
    is_armed = False
    while True:
        for found in watch(*which.folders, **options_of(which), raise_interrupt=False):
            if has_ended():
                return
            if not is_armed or found:
                is_armed = True
                yield sorted({Path(path) for _, path in found})
            if has_moved(which, found, root):
                which = watched(root)
                break
        else:
            return


def has_moved(which: Watched, found: Collection[tuple[object, str]], root: Path) -> bool:
    """Tell whether the changes `found` have changed what is to be watched."""
    return any(Path(path).name == CONFIG_NAME for _, path in found) and which != watched(root)
