"""Find the Markdown files of a folder, in the order that their names give them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from pathlib import Path

from bookbuilder.runtime.files import DEEPEST_FOLDER, entries_of, is_file, is_inside

MARKDOWN = (".md", ".markdown", ".qmd", ".rmd", ".mdx", ".mkd", ".mdown")
"""Suffixes in small letters; those of Quarto, R Markdown and MDX are Markdown to us."""
INDEX_STEMS = ("readme", "index")


def is_markdown(path: Path) -> bool:
    """Return whether `path` has the suffix of a Markdown file."""
    return path.suffix.lower() in MARKDOWN


def natural(name: str) -> tuple[bool, list[tuple[int, int, str]], str]:
    """Return the key that sorts names naturally: `2` before `10`, README and index first."""
    is_index = Path(name).stem.lower() in INDEX_STEMS
    pieces = re.findall(r"\d+|\D+", name.casefold())
    key = [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in pieces]
    return (not is_index, key, name)


def markdown_below(
    folder: Path,
    folders: tuple[Path, ...],
    skipped: Collection[Path] = (),
    on_error: Callable[[Path, OSError], None] | None = None,
) -> list[Path]:
    """Return every Markdown file below `folder`, in natural order; hidden ones are left out.

    `skipped` are resolved folders that are not entered; `on_error` hears of those that cannot be
    read.
    """
    found: list[Path] = []

    def walk(folder: Path, depth: int) -> None:
        try:
            entries = entries_of(folder, *folders)
        except OSError as error:
            if on_error is not None:
                on_error(folder, error)
            return
        for entry in sorted(entries, key=lambda entry: natural(entry.name)):
            path = Path(entry.path)
            if entry.name.startswith(".") or entry.name == "node_modules":
                continue
            if entry.is_dir(follow_symlinks=False):
                if depth < DEEPEST_FOLDER and path.resolve() not in skipped:
                    walk(path, depth + 1)
            elif is_markdown(path) and is_inside(path, *folders) and is_file(path):
                found.append(path)

    if is_inside(folder, *folders):
        walk(folder, 0)
    return found
