"""Find the Markdown files of a folder, in the default order of chapters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Span
from bookbuilder.runtime.files import (
    DEEPEST_FOLDER,
    entries_of,
    folded,
    is_file,
    is_inside,
    name_of,
)
from bookbuilder.runtime.text_files import UNREADABLE

MARKDOWN = {".md", ".markdown"}
SUMMARY_NAME = "SUMMARY.md"

NAMES_ALIKE = Rule(
    "B009",
    "names-alike",
    Severity.WARNING,
    "File names that differ only in capitals, or in the encoding of an accent, are the same name"
    " on Windows and macOS: one of the files is lost there, and the book cannot be built. Rename"
    " one of them.",
)


def report_alike(names: Iterable[str], report: Report) -> None:
    """Report each of `names` that equals another one on some file systems."""
    known: dict[str, str] = {}
    for name in names:
        other = known.setdefault(folded(name), name)
        if other != name:
            message = f"`{name[:100]}` and `{other[:100]}` are the same file on Windows and macOS"
            report.add(NAMES_ALIKE, message, Span(name), "rename one of them")


def markdown_files(config: Config, report: Report | None = None) -> list[Path]:
    """Return every Markdown file below the text folder, in natural order, index files first.

    Report folders that cannot be read, because they may hold chapters.
    """
    skipped = {(config.root / config.book.output).resolve()}
    found: list[Path] = []

    def walk(folder: Path, depth: int) -> None:
        try:
            entries = entries_of(folder, *config.folders)
        except OSError as error:
            if report is not None:
                name = name_of(folder, config.root)
                message = f"the folder {name} cannot be read: {error.strerror}"
                report.add(UNREADABLE, message, Span(name))
            return
        for entry in sorted(entries, key=lambda entry: _natural(entry.name)):
            path = Path(entry.path)
            if entry.name.startswith(".") or entry.name == "node_modules":
                continue
            if entry.is_dir(follow_symlinks=False):
                if depth < DEEPEST_FOLDER and path.resolve() not in skipped:
                    walk(path, depth + 1)
            elif (
                path.suffix.lower() in MARKDOWN
                and entry.name.lower() != SUMMARY_NAME.lower()
                and is_inside(path, *config.folders)
                and is_file(path)
            ):
                found.append(path)

    if is_inside(config.text_folder, *config.folders):
        walk(config.text_folder, 0)
    return found


def _natural(name: str) -> tuple[bool, list[tuple[int, int, str]], str]:
    is_index = Path(name).stem.lower() in ("readme", "index")
    pieces = re.findall(r"\d+|\D+", name.casefold())
    key = [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in pieces]
    return (not is_index, key, name)
