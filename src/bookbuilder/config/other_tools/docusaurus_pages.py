"""Find the pages of a Docusaurus folder by their ids, and in the order that they say."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from typing import Any

from bookbuilder.config.chapter_list import Listed, ListedPart
from bookbuilder.config.other_tools.shared import front_matter_of, load_mapping, text_of
from bookbuilder.config.schema import Config
from bookbuilder.runtime.files import name_of
from bookbuilder.runtime.text_folder import markdown_below, natural
from bookbuilder.text.patterns import rare_pattern

CATEGORY_NAMES = ("_category_.json", "_category_.yml", "_category_.yaml")
_NUMBER = rare_pattern(r"^(\d{1,9})[ \t]*[-_.][ \t]*(?=.)")
_LAST = float("inf")


class Pages:
    """The pages below a folder. Names that begin with `_` are parts of pages, not pages."""

    def __init__(self, config: Config, docs: Path) -> None:
        self.config = config
        self.docs = docs
        self.unused_labels: list[str] = []
        self._labels: set[str] = set()

    @cached_property
    def _paths(self) -> list[Path]:
        skipped = {(self.config.root / self.config.book.output).resolve()}
        return [
            path
            for path in markdown_below(self.docs, self.config.folders, skipped)
            if not any(part.startswith("_") for part in path.relative_to(self.docs).parts)
        ]

    @cached_property
    def _said(self) -> dict[Path, dict[str, Any]]:
        return {path: front_matter_of(path, self.config.folders) for path in self._paths}

    @property
    def have_positions(self) -> bool:
        return any("sidebar_position" in said for said in self._said.values())

    @cached_property
    def _by_id(self) -> dict[str, Path]:
        """Map ids to pages: as Docusaurus forms them first, then in looser forms."""
        found: dict[str, Path] = {}
        for path in self._paths:
            *folders, _ = path.relative_to(self.docs).parts
            name = text_of(self._said[path].get("id")) or _without_number(path.stem)
            plain = [_without_number(folder) for folder in folders]
            for parts in ((*plain, name), (*folders, name), (*folders, path.stem)):
                found.setdefault("/".join(parts), path)
        for key, path in list(found.items()):
            found.setdefault(key.casefold(), path)
            if key.endswith(("/README", "/index")):
                found.setdefault(key.rpartition("/")[0], path)
        return found

    def find(self, name: str) -> Path | None:
        """Return the page with the id `name`."""
        return self._by_id.get(name) or self._by_id.get(name.casefold())

    def below(self, folder: str) -> list[Listed]:
        """Return all pages in `folder`, and those below it, in order."""
        home = self.docs / folder.strip("./")
        return self._flat(self._sections(home))

    def parts(self, folder: str = "") -> list[ListedPart]:
        """Return all pages in `folder`; each folder in it is a part."""
        found: list[ListedPart] = []
        for title, entries in self._sections(self.docs / folder.strip("./")):
            if title or not found or found[-1].title:
                found.append(ListedPart(title))
            found[-1].entries += entries
        return found

    def _sections(self, home: Path) -> list[tuple[str, list[Listed]]]:
        """Return the pages and folders of `home` in order, each folder with its title and pages."""
        below: dict[Path, list[Path]] = defaultdict(list)
        for path in self._paths:
            if home in path.parents:
                first = path.relative_to(home).parts[0]
                below[home / first].append(path)

        def order(path: Path) -> tuple[float, Any]:
            return self._position(path), natural(path.name)

        found: list[tuple[str, list[Listed]]] = []
        for path in sorted(below, key=order):
            if path in self._said:
                listed = Listed(name_of(path, self.docs))
                found.append(("", [listed]))
            else:
                inner = self._flat(self._sections(path))
                found.append((self._label(path), inner))
        return found

    def _flat(self, sections: list[tuple[str, list[Listed]]]) -> list[Listed]:
        """Return the pages of folders in a folder, and remember labels that no page bears."""
        for title, entries in sections:
            first = Path(entries[0].name).stem.casefold() if entries else ""
            if title in self._labels and entries and first not in ("index", "readme"):
                self.unused_labels.append(title)
        return [listed for _, entries in sections for listed in entries]

    def _position(self, path: Path) -> float:
        said = self._said[path] if path in self._said else self._category(path)
        key = "sidebar_position" if path in self._said else "position"
        value = said.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        number = _NUMBER.match(path.name)
        return int(number[1]) if number else _LAST

    def _label(self, folder: Path) -> str:
        label = text_of(self._category(folder).get("label"))
        self._labels.add(label)
        words = re.sub(r"[-_]+", " ", _without_number(folder.name))
        return label or words[:1].upper() + words[1:]

    def _category(self, folder: Path) -> dict[str, Any]:
        for name in CATEGORY_NAMES:
            if said := load_mapping(folder / name, self.config.root):
                return said
        return {}


def _without_number(name: str) -> str:
    return _NUMBER.sub("", name)
