"""A copy of a book that is edited between builds."""

from __future__ import annotations

import shutil
from pathlib import Path

import bookbuilder

# Left out of the copy: what no book is made of.
_NO_BOOK = shutil.ignore_patterns(".git", ".venv", ".*_cache", "build", "dist", "node_modules")
_SENTENCE = "This sentence is one of those that fill a page, and move what follows. "


class Edited:
    """The book of `root` in `folder`; one chapter in its middle changes."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(root, folder, ignore=_NO_BOOK, symlinks=True)
        chapters = [c for part in bookbuilder.load(folder).parts for c in part.chapters]
        self._chapter = folder / chapters[len(chapters) // 2].source.path
        self._text = self._chapter.read_text("utf-8").rstrip()
        self._edits = 100
        self._more = ""

    def change_sentence(self) -> None:
        """Put another sentence at the end of the chapter, as long as the last."""
        self._edits += 1
        text = f"{self._text}{self._more}\n\nThis is edit {self._edits}.\n"
        self._chapter.write_text(text, "utf-8")

    def add_page(self) -> None:
        """Add two pages, or as much text, to the chapter."""
        self._more += "\n\n" + _SENTENCE * 60
        self.change_sentence()
