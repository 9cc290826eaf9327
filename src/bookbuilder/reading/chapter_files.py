"""Find the files of a folder that can be chapters, in the default order of chapters."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bookbuilder.config.chapter_list import SUMMARY_NAME
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Span
from bookbuilder.runtime.files import folded, name_of
from bookbuilder.runtime.text_files import UNREADABLE
from bookbuilder.runtime.text_folder import MARKDOWN, markdown_below

SUFFIXES = (*MARKDOWN, ".ipynb")
NAMES_ALIKE = Rule(
    "B009",
    "names-alike",
    Severity.WARNING,
    "File names that differ only in capitals, or in the encoding of an accent, are the same name"
    " on Windows and macOS: one of the files is lost there, and the book cannot be built. Rename"
    " one of them.",
)


def is_chapter_file(path: Path) -> bool:
    """Return whether `path` has a suffix of files that can be chapters."""
    return path.suffix.lower() in SUFFIXES


def report_alike(names: Iterable[str], report: Report) -> None:
    """Report each of `names` that equals another one on some file systems."""
    known: dict[str, str] = {}
    for name in names:
        other = known.setdefault(folded(name), name)
        if other != name:
            message = f"`{name[:100]}` and `{other[:100]}` are the same file on Windows and macOS"
            report.add(NAMES_ALIKE, message, Span(name), "rename one of them")


def markdown_files(
    config: Config, report: Report | None = None, folder: Path | None = None
) -> list[Path]:
    """Return every file below the text folder that can be a chapter, in natural order.

    Index files come first. The folders of translations are left out. Report folders that cannot be
    read, because they may hold chapters.
    """

    def on_error(folder: Path, error: OSError) -> None:
        if report is not None:
            name = name_of(folder, config.root)
            message = f"the folder {name} cannot be read: {error.strerror}"
            report.add(UNREADABLE, message, Span(name))

    skipped = {(config.root / config.book.output).resolve()}
    skipped |= {path.resolve() for path in config.translated_texts.values()}
    found = markdown_below(
        folder or config.text_folder, config.folders, skipped, on_error, SUFFIXES
    )
    return [path for path in found if path.name.lower() != SUMMARY_NAME.lower()]
