"""Read `.pages` and `.nav.yml`, by which plugins of MkDocs order each folder."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bookbuilder.config.chapter_list import Listed
from bookbuilder.config.other_tools.shared import load_mapping, text_of
from bookbuilder.config.schema import Config
from bookbuilder.runtime.files import (
    DEEPEST_FOLDER,
    entries_of,
    is_file,
    is_folder,
    is_inside,
    name_of,
)
from bookbuilder.runtime.text_folder import is_markdown, natural

FILE_NAMES = (".pages", ".nav.yml", ".nav.yaml")


class PagesFolder:
    """A folder with its pages and folders in the order that its file gives them."""

    def __init__(self, config: Config, home: Path, folder: Path, depth: int = 0) -> None:
        self.config = config
        self.home = home
        self.folder = folder
        self.depth = depth
        file = file_of(folder, config.root)
        self.said = load_mapping(file, config.root) if file else {}
        self.title = text_of(self.said.get("title"))

    def items(self) -> Iterator[Listed | tuple[str, list[Listed]]]:
        """Yield pages, and folders with a title of their own, in order."""
        if self.said.get("hide") is True or self.said.get("hidden") is True:
            return
        nav = self.said.get("nav", self.said.get("arrange"))
        for name, title in self._names(nav if isinstance(nav, list) else ["..."]):
            path = self.folder / name
            if isinstance(title, list):
                named = [(n, t) for n, t in self._names(title) if isinstance(t, str)]
                yield name, [e for n, t in named for e in self._pages(self.folder / n, t)]
            elif is_folder(path) and self._is_inside(path):
                below = PagesFolder(self.config, self.home, path, self.depth + 1)
                yield title or below.title or _title_of(name), list(below.pages())
            else:
                yield Listed(name_of(path, self.home), None, title)

    def pages(self) -> Iterator[Listed]:
        """Yield all pages, those of folders at their place."""
        if self.depth > DEEPEST_FOLDER:
            return
        for item in self.items():
            if isinstance(item, Listed):
                yield item
            else:
                yield from item[1]

    def _pages(self, path: Path, title: str) -> Iterator[Listed]:
        if is_folder(path) and self._is_inside(path):
            yield from PagesFolder(self.config, self.home, path, self.depth + 1).pages()
        else:
            yield Listed(name_of(path, self.home), None, title)

    def _names(self, nav: list[Any]) -> Iterator[tuple[str, Any]]:
        """Yield names with the titles that `nav` gives them; `...` stands for all others."""
        said = [_named(item) for item in nav]
        taken = {t if isinstance(t, str) and not n else n for n, t in said}
        rest = [name for name in self._present() if name not in taken]
        for name, title in said:
            if name == "..." or name.startswith("... |"):
                pattern = name.partition("|")[2].strip()
                chosen = [n for n in rest if not pattern or fnmatch.fnmatchcase(n, pattern)]
                rest = [n for n in rest if n not in chosen]
                yield from ((n, "") for n in chosen)
            elif name and "://" not in name:
                yield name, title

    def _present(self) -> list[str]:
        try:
            entries = entries_of(self.folder, self.config.root)
        except OSError:
            return []
        names = [
            entry.name
            for entry in entries
            if not entry.name.startswith(".")
            and (is_markdown(Path(entry.name)) or entry.is_dir(follow_symlinks=False))
        ]
        is_backwards = self.said.get("order") == "desc"
        names.sort(key=natural, reverse=is_backwards)
        names.sort(key=lambda name: (natural(name)[0], is_folder(self.folder / name)))
        return names

    def _is_inside(self, path: Path) -> bool:
        return is_inside(path, self.config.root)


def _named(item: Any) -> tuple[str, Any]:
    """Return the name and the title of an entry: `a.md`, `Title: a.md`, or `Title: [a.md]`."""
    if isinstance(item, str):
        is_pattern = any(mark in item for mark in "*?") and not item.startswith("...")
        return f"... | {item}" if is_pattern else item, ""
    if isinstance(item, dict) and isinstance(item.get("glob"), str):
        return _named(item["glob"])
    if isinstance(item, dict) and len(item) == 1:
        ((key, value),) = item.items()
        return (value, str(key)) if isinstance(value, str) else (str(key), value)
    return "", ""


def _title_of(name: str) -> str:
    """Return the title of a folder, as MkDocs makes it of the name."""
    words = name.replace("-", " ").replace("_", " ")
    return words.capitalize() if words.lower() == words else words


def file_of(folder: Path, root: Path) -> Path | None:
    """Return the file by which `folder` is ordered, if it has one."""
    paths = (folder / name for name in FILE_NAMES)
    return next((path for path in paths if is_inside(path, root) and is_file(path)), None)
