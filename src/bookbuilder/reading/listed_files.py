"""Find the files that a list of chapters names, and report those that cannot be chapters."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Span
from bookbuilder.reading.chapter_files import is_chapter_file, markdown_files
from bookbuilder.reading.outline import Entry
from bookbuilder.runtime.files import is_file, is_folder, is_inside
from bookbuilder.runtime.text_folder import MARKDOWN
from bookbuilder.text.suggest import did_you_mean

MISSING_CHAPTER = Rule(
    "B001",
    "missing-chapter",
    Severity.ERROR,
    "book.toml lists a file that does not exist. A book that silently lacks a chapter is worse"
    " than no book.",
    stops=False,
)
MISSING_IN_LIST = Rule(
    "B002",
    "missing-in-summary",
    Severity.WARNING,
    "Another tool's list of chapters, such as SUMMARY.md or mkdocs.yml, names a file that does not"
    " exist; the book is built without it.",
)
TWICE = Rule(
    "B003",
    "chapter-twice",
    Severity.WARNING,
    "The list of chapters names a file twice. Only its first place counts; delete the other.",
)
OUTSIDE = Rule(
    "B004",
    "chapter-outside",
    Severity.ERROR,
    "Only files inside the book's folder are read, so that a book cannot pick up other files of"
    " its author. Copy the file into the folder, or open its folder with `allow` in book.toml.",
    stops=False,
)
NOT_A_CHAPTER = Rule(
    "B005",
    "not-a-chapter",
    Severity.WARNING,
    "A chapter is a Markdown file or a Jupyter notebook. Folders, web addresses and other files"
    " cannot be one.",
)
NOT_READ = Rule(
    "B010",
    "listed-not-read",
    Severity.WARNING,
    "Another tool's list of chapters names files that are no Markdown. The book is built without"
    " them. Write them as Markdown, or export them to it.",
)
MOST_MISSING = 5
"""Missing files that are reported one by one; of more, one finding says how many there are."""
MOST_NAMED = 5


class ListedFiles:
    """Check the files that a list names, and remember which were named before.

    `file` is the other tool's file that the list is in; without it, the list is that of book.toml.
    """

    def __init__(
        self,
        config: Config,
        report: Report,
        *,
        file: str = "",
        suffixes: tuple[str, ...] = (),
        bare: bool = False,
    ) -> None:
        self.config = config
        self.report = report
        self.file = file
        self.suffixes = suffixes
        self.bare = bare
        self.seen: set[Path] = set()
        self._missing: list[tuple[Path, str, Span | None]] = []
        self._unread: list[tuple[str, Span | None]] = []
        self._files: list[Path] | None = None

    def entry(
        self,
        folder: Path,
        name: str,
        span: Span | None,
        title: str = "",
        depth: int = 0,
        role: str = "",
    ) -> Entry | None:
        """Return the chapter that `name`, seen from `folder`, means; report it if it is none."""
        if re.match(r"[a-zA-Z][\w+.-]*:", name):
            self.report.add(NOT_A_CHAPTER, f"`{name}` is a web address, not a chapter", span)
            return None
        path = self._path_of(folder, name)
        folders = self.config.folders
        if is_inside(path, *folders) and is_folder(path):
            index = next(filter(self._is_ours, _index_files(path)), None)
            if index is None:
                self.report.add(NOT_A_CHAPTER, f"`{name}` is a folder without README.md", span)
                return None
            path = index
        if not is_inside(path, *folders):
            rule = NOT_A_CHAPTER if self.file else OUTSIDE
            self.report.add(rule, f"`{name}` lies outside the book's folder", span)
            return None
        if not is_file(path):
            if self.file:
                self._missing.append((folder, name, span))
            else:
                self._report_missing(folder, name, span)
            return None
        if not is_chapter_file(path) and path.suffix.lower() not in self.suffixes:
            if self.file:
                self._unread.append((name, span))
            else:
                self.report.add(NOT_A_CHAPTER, f"`{name}` is not a Markdown file", span)
            return None
        if path in self.seen:
            self.report.add(TWICE, f"`{name}` is listed twice", span, "remove one of the two")
            return None
        self.seen.add(path)
        return Entry(path, title, depth, role)

    def _path_of(self, folder: Path, name: str) -> Path:
        path = Path(os.path.normpath(folder / name.lstrip("/")))
        if not self.bare or self._is_ours(path):
            return path
        beside = (path.with_name(f"{path.name}{suffix}") for suffix in (*MARKDOWN, ".ipynb"))
        return next(filter(self._is_ours, beside), path)

    def _is_ours(self, path: Path) -> bool:
        return is_inside(path, *self.config.folders) and is_file(path)

    def report_rest(self) -> None:
        """Report the files that are missing and those that are not read, once all are known."""
        if len(self._missing) > MOST_MISSING:
            names = named([name for _, name, _ in self._missing])
            message = f"`{self.file}` names {len(self._missing)} files that do not exist: {names}"
            self.report.add(MISSING_IN_LIST, message, self._missing[0][2])
        else:
            for folder, name, span in self._missing:
                self._report_missing(folder, name, span)
        if self._unread:
            names = named([name for name, _ in self._unread])
            verb = "are" if len(self._unread) > 1 else "is"
            message = f"`{self.file}` names {names}, which {verb} not read"
            if [Path(self.file).name] == [name for name, _ in self._unread]:
                message = f"of `{self.file}`, the list of chapters is used; its text is not read"
            hint = "only Markdown and Jupyter notebooks are read"
            self.report.add(NOT_READ, message, self._unread[0][1], hint)

    def _report_missing(self, folder: Path, name: str, span: Span | None) -> None:
        rule = MISSING_IN_LIST if self.file else MISSING_CHAPTER
        hint = did_you_mean(name, self._names_in(folder))
        self.report.add(rule, f"no file `{name[:200]}`", span, hint)

    def _names_in(self, folder: Path) -> list[str]:
        """Return the names that a list could have meant, relative to `folder`."""
        if self._files is None:
            self._files = markdown_files(self.config)
        return [p.relative_to(folder).as_posix() for p in self._files if folder in p.parents]


def _index_files(folder: Path) -> Iterator[Path]:
    for stem in ("README", "index", "readme"):
        for suffix in MARKDOWN:
            yield folder / f"{stem}{suffix}"


def named(names: list[str]) -> str:
    """Return the first of `names` as a list in words, and how many there are besides."""
    shown = [f"`{name[:200]}`" for name in names[:MOST_NAMED]]
    if more := len(names) - len(shown):
        return f"{', '.join(shown)} and {more} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
