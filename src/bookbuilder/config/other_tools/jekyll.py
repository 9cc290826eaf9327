"""Read the order that pages of Jekyll give themselves by `nav_order` and `parent`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bookbuilder.config.chapter_list import ChapterList, Listed, ListedPart
from bookbuilder.config.other_tools.shared import front_matter_of, text_of
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.runtime.files import name_of
from bookbuilder.runtime.text_folder import INDEX_STEMS, markdown_below, natural

_KEY = "nav_order"
_MOST_NESTED = 20


def jekyll_list(config: Config, report: Report) -> ChapterList | None:
    """Return the pages of a folder in which some page has a `nav_order`."""
    home = config.text_folder
    skipped = {(config.root / config.book.output).resolve()}
    said = {
        path: front_matter_of(path, config.folders)
        for path in markdown_below(home, config.folders, skipped)
        if not any(part.startswith("_") for part in path.relative_to(home).parts)
    }
    if not any(_KEY in data for data in said.values()):
        return None
    found = ChapterList(_KEY, home, parts=[ListedPart()])
    found.parts[0].entries += _Tree(said, home).entries()
    return found


class _Tree:
    """The pages, each below the one whose title is its `parent`."""

    def __init__(self, said: dict[Path, dict[str, Any]], home: Path) -> None:
        self.home = home
        self.said = {
            path: data for path, data in said.items() if data.get("nav_exclude") is not True
        }
        titles = {text_of(data.get("title")) for data in self.said.values()} - {""}
        self.below: dict[str, list[Path]] = defaultdict(list)
        for path, data in self.said.items():
            parent = text_of(data.get("parent"))
            is_own = parent == text_of(data.get("title"))
            if not data and path.stem.lower() == "readme":
                continue  # It tells of the repository, and is no page of the site.
            self.below[parent if parent in titles and not is_own else ""].append(path)
        self.taken: set[Path] = set()

    def entries(self) -> Iterator[Listed]:
        yield from self._entries("", 0)
        # Pages that are each other's parents.
        for path in sorted(self.said.keys() - self.taken, key=self._order):
            if self.said[path]:
                yield from self._page(path, 0)

    def _entries(self, parent: str, depth: int) -> Iterator[Listed]:
        for path in sorted(self.below[parent], key=self._order):
            yield from self._page(path, depth)

    def _page(self, path: Path, depth: int) -> Iterator[Listed]:
        if path in self.taken or depth > _MOST_NESTED:
            return
        self.taken.add(path)
        yield Listed(name_of(path, self.home), depth=depth)
        if title := text_of(self.said[path].get("title")):
            yield from self._entries(title, depth + 1)

    def _order(self, path: Path) -> tuple[Any, ...]:
        """Return what sorts pages: numbers first, then words, then those without an order."""
        value = self.said[path].get(_KEY)
        name = natural(name_of(path, self.home))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return 1, float(value), "", name
        if isinstance(value, str):
            return 2, 0.0, value.casefold(), name
        is_home = path.parent == self.home and path.stem.lower() in INDEX_STEMS
        return 0 if is_home else 3, 0.0, "", name
