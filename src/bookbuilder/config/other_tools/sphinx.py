"""Read a Sphinx project: plain settings in conf.py, which is never run, and the toctrees."""

from __future__ import annotations

import ast
import dataclasses
import os
import re
from fnmatch import fnmatch
from pathlib import Path

from bookbuilder.config.chapter_list import ChapterList, Listed, ListedPart
from bookbuilder.config.other_tools.shared import config_of, report_other_tool, text_if_any, text_of
from bookbuilder.config.other_tools.toctrees import TOCTREE, Toctree, toctrees_in
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source, Span
from bookbuilder.runtime.files import is_file, is_inside, name_of, read_text
from bookbuilder.runtime.text_files import read_source
from bookbuilder.runtime.text_folder import MARKDOWN, markdown_below
from bookbuilder.text.patterns import rare_pattern

FILE_NAME = "conf.py"
FOLDERS = ("", "source", "docs", "docs/source", "content", "book", "lesson")
SUFFIXES = (*MARKDOWN, ".ipynb", ".rst", ".txt")
"""A name without a suffix may end with these; the last two are reported as not read."""
_ROOTS = ("index", "contents", "README", "intro")
_SETTING = rare_pattern(
    r"^(project|author|language|html_title|root_doc|master_doc)[ \t]*=[ \t]*(.{1,1000})$",
    re.MULTILINE,
)
_EXCLUDED = rare_pattern(r"^exclude_patterns[ \t]*=[ \t]*(\[[^\]]{0,5000}\])", re.MULTILINE)
_SOURCES = rare_pattern(r"^bibtex_bibfiles[ \t]*=[ \t]*(\[[^\]]{0,5000}\])", re.MULTILINE)
_ADDRESS = rare_pattern(r"[a-zA-Z][\w+.-]*:")
_SPHINX = rare_pattern(
    r"^(?:extensions|project|html_theme|master_doc|root_doc)[ \t]*=", re.MULTILINE
)
_MOST_NESTED = 20
_MOST_ENTRIES = 5_000


def from_sphinx(root: Path, report: Report) -> Config | None:
    """Return the plain settings of conf.py in `root`, or in a folder where Sphinx has it."""
    path = _conf(root)
    if path is None:
        return None
    name = name_of(path, root)
    report_other_tool(f"{name} is another tool's", Span(name), report)
    said = _settings(path, root)
    folder = path.parent.relative_to(root).as_posix()
    config = config_of(
        root,
        title=said.get("project") or said.get("html_title"),
        authors=said.get("author"),
        language=said.get("language", "").replace("_", "-"),
        folder="" if folder == "." else folder,
    )
    if not (sources := _sources(path, root, folder)):
        return config
    return dataclasses.replace(config, book=dataclasses.replace(config.book, bibliography=sources))


def _sources(path: Path, root: Path, folder: str) -> tuple[str, ...]:
    """Return the files of sources that conf.py names, from its folder on."""
    match = _SOURCES.search(text_if_any(path, root))
    named = _literal(match[1]) if match else None
    names = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
    return tuple(os.path.normpath(Path(folder) / name) for name in names)


def sphinx_list(config: Config, report: Report) -> ChapterList | None:
    """Return the chapters that the toctrees name, from that of the first page on."""
    path = _conf(config.root)
    if path is None:
        return None
    said = _settings(path, config.root)
    folder = path.parent
    names = filter(None, (said.get("root_doc"), said.get("master_doc"), *_ROOTS))
    first = next(filter(None, (find_page(folder, name, config) for name in names)), None)
    source = read_source(folder / first, config.folders, report) if first else None
    if source is None or first is None:
        return None
    walk = Walk(config, folder, report)
    found = ChapterList(source.name, folder, left_out=_left_out(path, folder, config))
    for tree in toctrees_in(source):
        part = ListedPart(tree.caption)
        walk.add(part.entries, tree, first, 0)
        found.numbered = found.numbered or tree.is_numbered
        found.parts.append(part)
    if not any(part.entries for part in found.parts):
        return None
    found.front.append(Listed(first))
    return found


class Walk:
    """Follow toctrees, whose fences have an info like `opening`, through the pages they name."""

    def __init__(
        self, config: Config, folder: Path, report: Report, opening: re.Pattern[str] = TOCTREE
    ) -> None:
        self.config = config
        self.folder = folder
        self.report = report
        self.opening = opening
        self.seen: set[str] = set()

    def add(self, entries: list[Listed], tree: Toctree, page: str, depth: int) -> None:
        """Append what `tree`, which stands in `page`, names, each with what its own trees name."""
        self.seen.add(page)
        for entry in tree.entries:
            if entry.name == "self" or _ADDRESS.match(entry.name):
                continue
            for name in self._names(entry.name, page, tree):
                if name in self.seen or len(self.seen) > _MOST_ENTRIES:
                    continue
                self.seen.add(name)
                entries.append(Listed(name, entry.span, entry.title, depth))
                if depth < _MOST_NESTED:
                    for inner in self._trees_of(name):
                        self.add(entries, inner, name, depth + 1)

    def _names(self, said: str, page: str, tree: Toctree) -> list[str]:
        start = Path() if said.startswith("/") else Path(page).parent
        name = os.path.normpath(start / said.lstrip("/"))
        if tree.has_globs and any(mark in said for mark in "*?["):
            found = pages_like(name, self.folder, self.config)
            found = [inner for inner in found if inner not in self.seen]
            return found[::-1] if tree.is_reversed else found
        return [find_page(self.folder, name, self.config) or name]

    def _trees_of(self, name: str) -> list[Toctree]:
        path = self.folder / name
        if path.suffix == ".ipynb" or not is_inside(path, *self.config.folders):
            return []
        if not is_file(path):
            return []
        try:
            text = read_text(path, self.config.folders)
        except (OSError, ValueError):
            return []
        return toctrees_in(Source(path, name_of(path, self.config.root), text), self.opening)


def find_page(folder: Path, name: str, config: Config) -> str | None:
    """Return the file in `folder` that `name`, with or without its suffix, means."""
    for suffix in ("", *SUFFIXES):
        path = Path(os.path.normpath(folder / f"{name}{suffix}"))
        if is_inside(path, *config.folders) and is_file(path) and path.suffix.lower() in SUFFIXES:
            return os.path.relpath(path, folder).replace(os.sep, "/")
    return None


def pages_below(folder: Path, config: Config) -> list[str]:
    """Return the Markdown files below `folder`, as a list of chapters names them."""
    found = markdown_below(folder, config.folders)
    return [path.relative_to(folder).as_posix() for path in found]


def pages_like(pattern: str, folder: Path, config: Config) -> list[str]:
    """Return the Markdown files below `folder` that a pattern with `*` means."""
    pages = pages_below(folder, config)
    return [
        page
        for page in pages
        if fnmatch(page, pattern) or fnmatch(page.removesuffix(Path(page).suffix), pattern)
    ]


def _conf(root: Path) -> Path | None:
    for folder in FOLDERS:
        path = root / folder / FILE_NAME
        if is_inside(path, root) and is_file(path) and _SPHINX.search(text_if_any(path, root)):
            return path
    return None


def _settings(path: Path, root: Path) -> dict[str, str]:
    found = {}
    for match in _SETTING.finditer(text_if_any(path, root)):
        value = _literal(match[2])
        if isinstance(value, str):
            found[match[1]] = text_of(value)
    return found


def _literal(text: str) -> object:
    """Return the value of a plain Python literal; None for everything that would have to run."""
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _left_out(path: Path, folder: Path, config: Config) -> frozenset[Path]:
    match = _EXCLUDED.search(text_if_any(path, config.root))
    patterns = _literal(match[1]) if match else None
    if not isinstance(patterns, list):
        return frozenset()
    names = [pattern for pattern in patterns if isinstance(pattern, str)][:200]
    return frozenset(
        folder / page
        for page in pages_below(folder, config)
        if any(fnmatch(page, name) or fnmatch(page, f"{name}/*") for name in names)
    )
