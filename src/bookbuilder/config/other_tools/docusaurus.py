"""Read Docusaurus' files: docusaurus.config.js, sidebars.js, and what pages and folders say."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bookbuilder.config.chapter_list import ChapterList, Listed, ListedPart, Places
from bookbuilder.config.js_literal import UNKNOWN, exported, value_after
from bookbuilder.config.other_tools.docusaurus_pages import Pages
from bookbuilder.config.other_tools.shared import (
    COMPUTED,
    config_of,
    report_other_tool,
    text_of,
)
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Span
from bookbuilder.runtime.files import is_file, is_folder, is_inside, name_of, read_text
from bookbuilder.runtime.text_files import read_source

CONFIG_NAMES = tuple(f"docusaurus.config.{suffix}" for suffix in ("js", "ts", "mjs", "cjs"))
SIDEBAR_NAMES = tuple(f"sidebars.{suffix}" for suffix in ("js", "ts", "mjs", "cjs", "json"))
SITES = ("", "website", "docs", "site")
_MOST_NESTED = 20


def from_docusaurus(root: Path, report: Report) -> Config | None:
    """Return what docusaurus.config.js says where it is plain; None for other folders."""
    site = _site(root)
    if site is None:
        return None
    config = _first(site, CONFIG_NAMES, root)
    file = config or _first(site, SIDEBAR_NAMES, root)
    name = name_of(file, root) if file else "docusaurus.config.js"
    report_other_tool(f"{name} is another tool's", Span(name), report)
    text = _read(config, root) if config else ""
    # Most files need a program for something; the strings of the settings are plain.
    settings = {key: value_after(text, rf"(?m)^[ \t]*{key}[ \t]*:") for key in ("title", "tagline")}
    locale = value_after(text, r"\bdefaultLocale[ \t]*:")
    docs = _docs(root, site, text)
    return config_of(
        root,
        title=settings["title"],
        description=settings["tagline"],
        language=locale,
        folder=name_of(docs, root) if docs and docs != root else "",
    )


def docusaurus_list(config: Config, report: Report) -> ChapterList | None:
    """Return the pages of all sidebars, or of the docs folder by its pages' own positions."""
    root = config.root
    site = _site(root)
    if site is None:
        # A folder of docs without its site: its pages may still say their positions.
        pages = Pages(config, config.text_folder)
        return _generated(pages, "sidebar_position") if pages.have_positions else None
    file = _first(site, CONFIG_NAMES, root)
    docs = _docs(root, site, _read(file, root) if file else "")
    if docs is None:
        return None
    pages = Pages(config, docs)
    path = _first(site, SIDEBAR_NAMES, root)
    if path is None:
        return _generated(pages, name_of(file, root) if file else "docusaurus.config.js")
    source = read_source(path, config.folders, report)
    if source is None:
        return None
    data = exported(source.text if path.suffix != ".json" else f"module.exports = {source.text}")
    found = ChapterList(source.name, docs)
    sidebars = _Sidebars(pages, Places(source), found)
    if isinstance(data, dict):
        for sidebar in data.values():
            sidebars.add(sidebar)
    found.unused_labels += pages.unused_labels
    if data is UNKNOWN or sidebars.has_unknown:
        message = f"`{source.name}` computes some of its entries, which are not read"
        report.add(COMPUTED, message, Span(source.name), "write them as plain names")
    return found if any(True for _ in found.entries) else _generated(pages, source.name)


class _Sidebars:
    """Turn the items of sidebars into parts: those of the outermost categories."""

    def __init__(self, pages: Pages, places: Places, found: ChapterList) -> None:
        self.pages = pages
        self.places = places
        self.found = found
        self.has_unknown = False
        self.taken: set[str] = set()

    def add(self, items: Any) -> None:
        """Add one sidebar; the old short form is an object of categories."""
        if isinstance(items, dict) and "type" not in items:
            items = [{"type": "category", "label": k, "items": v} for k, v in items.items()]
        loose: ListedPart | None = None
        for item in items if isinstance(items, list) else [items]:
            if isinstance(item, dict) and _is_category(item):
                for label, category in _categories(item):
                    part = ListedPart(label, list(self._category(category, 0)))
                    # A page that stands for the category is its opening, with the same title.
                    self.found.parts.append(part)
                loose = None
            else:
                if loose is None:
                    loose = ListedPart()
                    self.found.parts.append(loose)
                loose.entries += self._entries(item, 0)

    def _category(self, item: dict[str, Any], depth: int) -> Iterator[Listed]:
        link = item.get("link")
        inner = depth
        if isinstance(link, dict) and link.get("type") == "doc":
            yield from self._page(text_of(link.get("id")), text_of(item.get("label")), depth)
            inner = depth + 1
        items = item.get("items")
        for child in items if isinstance(items, list) else [items]:
            yield from self._entries(child, inner)

    def _entries(self, item: Any, depth: int) -> Iterator[Listed]:
        if item is UNKNOWN:
            self.has_unknown = True
        elif depth > _MOST_NESTED:
            return
        elif isinstance(item, str):
            yield from self._page(item, "", depth)
        elif isinstance(item, list):
            for child in item:
                yield from self._entries(child, depth)
        elif isinstance(item, dict):
            kind = item.get("type")
            if kind in ("doc", "ref") or (kind is None and "id" in item):
                yield from self._page(text_of(item.get("id")), text_of(item.get("label")), depth)
            elif kind == "autogenerated":
                folder = text_of(item.get("dirName"))
                for listed in self.pages.below(folder):
                    yield from self._once(listed, depth)
            elif kind == "category" or kind is None:
                for label, category in _categories(item):
                    entries = list(self._category(category, depth))
                    if label and entries and not _has_page(category):
                        self.found.unused_labels.append(label)
                    yield from entries

    def _page(self, name: str, title: str, depth: int) -> Iterator[Listed]:
        path = self.pages.find(name)
        file = name_of(path, self.pages.docs) if path else name
        if name:
            yield from self._once(Listed(file, self.places(name), title), depth)

    def _once(self, listed: Listed, depth: int) -> Iterator[Listed]:
        # Several sidebars often share a page.
        if listed.name not in self.taken:
            self.taken.add(listed.name)
            yield Listed(listed.name, listed.span, listed.title, depth + listed.depth)


def _has_page(category: dict[str, Any]) -> bool:
    link = category.get("link")
    return isinstance(link, dict) and link.get("type") == "doc"


def _is_category(item: dict[str, Any]) -> bool:
    return item.get("type") == "category" or "type" not in item


def _categories(item: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the label and data of a category, or of each in the short form `{Label: […]}`."""
    if item.get("type") == "category":
        yield text_of(item.get("label")), item
    else:
        for label, items in item.items():
            yield label, {"items": items}


def _generated(pages: Pages, file: str) -> ChapterList | None:
    """Return the list that Docusaurus makes itself of a folder, its folders being parts."""
    parts = pages.parts()
    found = ChapterList(file, pages.docs, parts=parts, unused_labels=pages.unused_labels)
    return found if any(True for _ in found.entries) else None


def _site(root: Path) -> Path | None:
    """Return the folder of the site: the book's, or one below it."""
    for name in SITES:
        site = root / name
        if _first(site, (*CONFIG_NAMES, *SIDEBAR_NAMES[:2]), root):
            return site
    return None


def _first(folder: Path, names: tuple[str, ...], root: Path) -> Path | None:
    paths = (folder / name for name in names)
    return next((p for p in paths if is_inside(p, root) and is_file(p)), None)


def _docs(root: Path, site: Path, text: str) -> Path | None:
    """Return the folder of the pages: as the settings say, or beside them, or above."""
    said = re.search(r"\bdocs\s*:\s*\{[^{}]*?\bpath\s*:\s*['\"]([^'\"\n]+)['\"]", text[:500_000])
    named = [said[1]] if said else []
    for name in (*named, "docs", "../docs"):
        path = Path(os.path.normpath(site / name))
        if is_inside(path, root) and is_folder(path):
            return path
    return None


def _read(path: Path, root: Path) -> str:
    try:
        return read_text(path, (root,))
    except (OSError, ValueError):
        return ""
