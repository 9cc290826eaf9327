"""Read VitePress' config, and its predecessor VuePress', where they are plain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bookbuilder.config.chapter_list import ChapterList, Listed, ListedPart, Places
from bookbuilder.config.js_literal import UNKNOWN, value_after
from bookbuilder.config.other_tools.shared import (
    COMPUTED,
    config_of,
    read_list_source,
    report_other_tool,
    text_of,
)
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Span
from bookbuilder.runtime.files import is_file, is_folder, is_inside, read_text

FOLDERS = ("", "docs", "src", "website")
TOOLS = (".vitepress", ".vuepress")
SUFFIXES = ("js", "ts", "mts", "mjs", "cjs")
_SIDEBAR = r"\bsidebar[ \t]*:"
_DEEPEST = 20


def from_vitepress(root: Path, report: Report) -> Config | None:
    """Return the title, description and language of a site; None for other folders."""
    home, name = _file_name(root)
    if not name:
        return None
    report_other_tool(f"{name} is another tool's", Span(name), report)
    try:
        text = read_text(root / name, (root,))
    except (OSError, ValueError):
        text = ""
    said = {
        key: value_after(text, rf"(?m)^[ \t]*{key}[ \t]*:")
        for key in ("title", "description", "lang", "srcDir")
    }
    folder = "/".join(filter(None, (home, text_of(said["srcDir"]).strip("./"))))
    return config_of(
        root,
        title=said["title"],
        description=said["description"],
        language=said["lang"],
        folder=folder,
    )


def vitepress_list(config: Config, report: Report) -> ChapterList | None:
    """Return the pages of the sidebars; None if there is none that is plain."""
    _, name = _file_name(config.root)
    source = read_list_source(name, config, report) if name else None
    if source is None or not re.search(_SIDEBAR, source.text):
        return None
    sidebar = value_after(source.text, _SIDEBAR)
    found = ChapterList(name, config.text_folder, bare=True)
    reader = _Reader(Places(source), config.text_folder)
    for items, base in _sidebars(sidebar):
        for item in items:
            reader.add(found, item, base)
    found.unused_labels += reader.unused_labels
    if sidebar is UNKNOWN or reader.has_unknown:
        message = f"`{name}` computes its sidebar or some of it, which is not read"
        report.add(COMPUTED, message, source.span_of_file(), "write it as a plain list")
    return found if any(True for _ in found.entries) else None


def _sidebars(said: Any) -> Iterator[tuple[list[Any], str]]:
    """Yield the items of each sidebar: there is one, or one for each folder of the site."""
    if isinstance(said, list):
        yield said, ""
    elif isinstance(said, dict):
        for key, value in said.items():
            base = text_of(value.get("base")) if isinstance(value, dict) else ""
            items = value.get("items") if isinstance(value, dict) else value
            yield (
                items if isinstance(items, list) else [UNKNOWN],
                base or _vuepress_base(items, key),
            )


def _vuepress_base(items: Any, key: str) -> str:
    """Return the folder that names without a slash start from: VuePress' sidebars have such."""
    is_old = isinstance(items, list) and any(isinstance(i, str) for i in items)
    return key if is_old else ""


class _Reader:
    def __init__(self, places: Places, home: Path) -> None:
        self.places = places
        self.home = home
        self.home_is_readme = is_file(home / "README.md") and not is_file(home / "index.md")
        self.has_unknown = False
        self.taken: set[str] = set()
        self.unused_labels: list[str] = []

    def add(self, found: ChapterList, item: Any, base: str) -> None:
        """Add an item of the outermost list; a group is a part."""
        items = _items_of(item)
        if items is None:
            if not found.parts or found.parts[-1].title:
                found.parts.append(ListedPart())
            found.parts[-1].entries += self._entries(item, base, 0)
            return
        title = _plain(item.get("text", item.get("title")))
        part = ListedPart(title, list(self._entries(item, base, 0)))
        found.parts.append(part)

    def _entries(self, item: Any, base: str, depth: int) -> Iterator[Listed]:
        if item is UNKNOWN:
            self.has_unknown = True
        elif isinstance(item, str):
            yield from self._page(item, "", base, depth)
        elif isinstance(item, list):  # VuePress: [address, title]
            said = [text_of(part) for part in item]
            if len(said) == 2:
                yield from self._page(said[0], said[1], base, depth)
        elif isinstance(item, dict) and depth < _DEEPEST:
            inner = text_of(item.get("base")) or base
            link = item.get("link", item.get("path"))
            if "path" in item and _items_of(item) and not self._has_index(text_of(link)):
                link = ""
            pages = list(self._page(text_of(link), _plain(item.get("text")), inner, depth))
            yield from pages
            for child in _items_of(item) or []:
                below = list(self._entries(child, inner, depth + len(pages)))
                if below and _items_of(child) is not None:
                    self._note_label(child)
                yield from below

    def _note_label(self, group: dict[str, Any]) -> None:
        """Remember the label of a group in another, unless a page bears that."""
        label = _plain(group.get("text", group.get("title")))
        if label and not group.get("link", group.get("path")):
            self.unused_labels.append(label)

    def _has_index(self, folder: str) -> bool:
        """Return whether the address of VuePress' group is a page."""
        path = self.home / folder.strip("/")
        if not is_inside(path, self.home):
            return False
        names = (path / "README.md", path / "index.md", path.with_name(f"{path.name}.md"))
        return any(is_file(name) for name in names)

    def _page(self, link: str, title: str, base: str, depth: int) -> Iterator[Listed]:
        if not link or re.match(r"[a-zA-Z][\w+.-]*:|//|#", link):
            return
        path = re.split(r"[?#]", base + link if base and not link.startswith("/") else link)[0]
        path = re.sub(r"\.html$", "", path.lstrip("/"))
        name = f"{path}index" if not path or path.endswith("/") else path
        if name.endswith("/index"):
            name = name.removesuffix("/index") or name  # README.md does in VuePress
        elif name == "index" and self.home_is_readme:
            name = "README"
        if name not in self.taken:
            self.taken.add(name)
            yield Listed(name, self.places(link), title, depth)


def _items_of(item: Any) -> list[Any] | None:
    """Return the items of a group; None if `item` is a page."""
    if not isinstance(item, dict):
        return None
    items = item.get("items", item.get("children"))
    if items is UNKNOWN and ("items" in item or "children" in item):
        return [UNKNOWN]
    return items if isinstance(items, list) else None


def _plain(value: Any) -> str:
    return " ".join(re.sub(r"<[^<>]*>", "", text_of(value)).split())


def _file_name(root: Path) -> tuple[str, str]:
    """Return the folder that has a site, and the name of its settings; empty if there is none."""
    for folder in FOLDERS:
        for tool in TOOLS:
            settings = f"{folder}/{tool}".lstrip("/")
            if not (is_inside(root / settings, root) and is_folder(root / settings)):
                continue
            for suffix in SUFFIXES:
                name = f"{settings}/config.{suffix}"
                if is_inside(root / name, root) and is_file(root / name):
                    return folder, name
    return "", ""
