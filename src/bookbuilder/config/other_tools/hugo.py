"""Read Hugo's settings, and the order that its pages give themselves by `weight`."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from bookbuilder.config.chapter_list import ChapterList, Listed, ListedPart
from bookbuilder.config.other_tools.shared import (
    config_of,
    front_matter_of,
    load_mapping,
    report_other_tool,
    text_of,
)
from bookbuilder.config.schema import Config
from bookbuilder.config.toml_text import load_toml
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Span
from bookbuilder.runtime.files import is_file, is_folder, is_inside, name_of, read_text
from bookbuilder.runtime.text_folder import markdown_below, natural
from bookbuilder.text.patterns import rare_pattern

_NAMES = tuple(
    f"{folder}{stem}.{suffix}"
    for folder in ("", "config/_default/")
    for stem in ("hugo", "config")
    for suffix in ("toml", "yaml", "yml", "json")
)
_KEY = "weight"
_SECTION = "_index"
_LAST = float("inf")
_FRONT_MATTER = rare_pattern(r"(---|\+\+\+)[ \t]*\n.*?^\1[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


def from_hugo(root: Path, report: Report) -> Config | None:
    """Return the title, language and folder of a site of Hugo; None for other folders."""
    name, said = _settings(root)
    if not name:
        return None
    report_other_tool(f"{name} is another tool's", Span(name), report)
    folder = text_of(said.get("contentdir")) or "content"
    language = said.get("languagecode") or said.get("locale") or said.get("defaultcontentlanguage")
    return config_of(root, title=said.get("title"), language=language, folder=folder)


def _settings(root: Path) -> tuple[str, dict[str, Any]]:
    """Return the name of the site's settings, and what they say, by keys in small letters."""
    for name in _NAMES:
        path = root / name
        if not (is_inside(path, root) and is_file(path)):
            continue
        if name.endswith(".toml"):
            try:
                data = load_toml(read_text(path, (root,))) or {}
            except (OSError, ValueError):
                data = {}
        else:
            data = load_mapping(path, root)
        said = {str(key).lower(): value for key, value in data.items()}
        # Other tools have files called config.toml too.
        if "baseurl" in said or name.startswith(("hugo.", "config/")):
            folder = text_of(said.get("contentdir")) or "content"
            if is_inside(root / folder, root) and is_folder(root / folder):
                return name, said
    return "", {}


def hugo_list(config: Config, report: Report) -> ChapterList | None:
    """Return the pages of a site, or of a folder in which some page has a `weight`."""
    name, _ = _settings(config.root)
    pages = _Pages(config, config.text_folder)
    if not name and not pages.have_weights:
        return None
    found = ChapterList(name or _KEY, config.text_folder)
    pages.fill(found)
    taken = {found.folder / entry.name for entry in found.entries}
    found.left_out = frozenset(p for p in pages.said if p.stem == _SECTION and p not in taken)
    return found if any(True for _ in found.entries) else None


class _Pages:
    """The pages of a folder. `_index.md` opens its folder; `index.md` makes a page of it."""

    def __init__(self, config: Config, home: Path) -> None:
        skipped = {(config.root / config.book.output).resolve()}
        self.config = config
        self.home = home
        paths = markdown_below(home, config.folders, skipped)
        self.said = {path: front_matter_of(path, config.folders) for path in paths}
        self.below: dict[Path, set[Path]] = defaultdict(set)
        for path in paths:
            child = path
            while child != home:
                self.below[child.parent].add(child)
                child = child.parent

    @property
    def have_weights(self) -> bool:
        """Return whether most pages have a weight; in a single one it may be something else's."""
        heavy = sum(_weight(said) != _LAST for said in self.said.values())
        return heavy > 0 and heavy * 2 >= len(self.said)

    def fill(self, found: ChapterList) -> None:
        """Add the pages to a list; each folder of the outermost ones is a part."""
        if opening := self._opening(self.home):
            found.parts.append(ListedPart(entries=[Listed(name_of(opening, self.home))]))
        for path in self._children(self.home):
            if path in self.said or self._bundle(path):
                if not found.parts or found.parts[-1].title:
                    found.parts.append(ListedPart())
                found.parts[-1].entries += self._entries(path, 0, found)
                continue
            part = ListedPart(self._title(path) or _words(path.name))
            if opening := self._opening(path):
                part.entries.append(Listed(name_of(opening, self.home)))
            for child in self._children(path):
                part.entries += self._entries(child, 0, found)
            found.parts.append(part)

    def _entries(self, path: Path, depth: int, found: ChapterList) -> list[Listed]:
        page = path if path in self.said else self._bundle(path)
        if page is not None:
            return [Listed(name_of(page, self.home), depth=depth)]
        opening = self._opening(path)
        entries = [Listed(name_of(opening, self.home), depth=depth)] if opening else []
        below = [
            entry
            for child in self._children(path)
            for entry in self._entries(child, depth + len(entries), found)
        ]
        if below and not opening and (title := self._title(path)):
            found.unused_labels.append(title)
        return entries + below

    def _children(self, folder: Path) -> list[Path]:
        """Return the pages and folders of a folder in order, but for what opens it."""
        children = (path for path in self.below[folder] if path.stem != _SECTION)
        return sorted(children, key=lambda path: (self._weight(path), natural(path.name)))

    def _weight(self, path: Path) -> float:
        if path in self.said:
            return _weight(self.said[path])
        opening = self._file(path, _SECTION) or self._bundle(path)
        return _weight(self.said[opening]) if opening else _LAST

    def _title(self, folder: Path) -> str:
        opening = self._file(folder, _SECTION)
        return text_of(self.said[opening].get("title")) if opening else ""

    def _opening(self, folder: Path) -> Path | None:
        """Return the `_index.md` of a folder, if it has text."""
        path = self._file(folder, _SECTION)
        try:
            text = read_text(path, self.config.folders) if path else ""
        except (OSError, ValueError):
            return None
        return path if _FRONT_MATTER.sub("", text, count=1).strip() else None

    def _bundle(self, folder: Path) -> Path | None:
        """Return the page that a folder with an `index.md` is."""
        return None if self._file(folder, _SECTION) else self._file(folder, "index")

    def _file(self, folder: Path, stem: str) -> Path | None:
        found = (path for path in self.below.get(folder, ()) if path.stem == stem)
        return next((path for path in found if path in self.said), None)


def _weight(said: dict[str, Any]) -> float:
    """Return the weight of a page; those without one, or with 0, come last."""
    value = said.get(_KEY)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and value else _LAST


def _words(name: str) -> str:
    words = re.sub(r"[-_]+", " ", name)
    return words[:1].upper() + words[1:]
