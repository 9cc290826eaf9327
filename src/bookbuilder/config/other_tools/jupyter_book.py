"""Read Jupyter Book's _toc.yml and _config.yml, and myst.yml, which its second version uses."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bookbuilder.config.chapter_list import ChapterList, Listed, ListedPart, Places
from bookbuilder.config.other_tools.shared import (
    LARGEST,
    config_with_pandocs_keys,
    load_mapping,
    read_list_source,
    report_other_tool,
    table_of,
    text_of,
)
from bookbuilder.config.other_tools.sphinx import find_page, pages_like
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Span
from bookbuilder.runtime.files import is_file, is_folder, is_inside, name_of, read_file
from bookbuilder.text.plain_title import plain_title
from bookbuilder.text.plain_yaml import NotYamlError, load_yaml

FOLDERS = ("", "book", "docs", "content", "lectures", "source")
TOC_NAMES = ("_toc.yml", "_toc.yaml")
MYST_NAMES = ("myst.yml", "myst.yaml")
_CHILDREN = ("chapters", "sections", "entries", "children", "items")
_GROUPS = ("parts", "subtrees")
_MOST_NESTED = 20


def from_jupyter_book(root: Path, report: Report) -> Config | None:
    """Return what _config.yml beside a _toc.yml says, or myst.yml; None without such files."""
    if toc := _find(root, TOC_NAMES):
        said = load_mapping(toc.parent / "_config.yml", root, report)
        language = table_of(table_of(said, "sphinx"), "config").get("language")
        name = name_of(toc, root)
    elif myst := _find(root, MYST_NAMES):
        toc, name = myst, name_of(myst, root)
        said = table_of(load_mapping(myst, root, report), "project")
        language = said.get("language")
    else:
        return None
    report_other_tool(f"{name} is another tool's", Span(name), report)
    folder = toc.parent.relative_to(root).as_posix()
    keys = {key: said.get(key) for key in ("title", "subtitle", "description", "date", "keywords")}
    keys |= {"author": said.get("authors") or said.get("author"), "lang": language}
    keys |= {"bibliography": _bibliography(said, folder), "csl": said.get("csl")}
    config = config_with_pandocs_keys(root, keys, "" if folder == "." else folder)
    return dataclasses.replace(config, site_macros=_macros(said))


def _macros(said: dict[str, Any]) -> dict[str, object]:
    """Return the commands for formulas: MathJax's in `sphinx: config`, and those of `math:`."""
    sphinx = table_of(table_of(said, "sphinx"), "config")
    places = [table_of(said, "math")]
    for key in ("mathjax_config", "mathjax3_config", "mathjax4_config"):
        table = table_of(sphinx, key)
        places.append(table_of(table_of(table, "TeX"), "Macros"))
        places.append(table_of(table_of(table, "tex"), "macros"))
    found: dict[str, object] = {}
    for table in places:
        for name, value in table.items():
            found[str(name)] = value.get("macro") if isinstance(value, dict) else value
    return found


def _bibliography(said: dict[str, Any], folder: str) -> list[str]:
    """Return the files of sources, which are named from the folder of the tool's own file."""
    sphinx = table_of(table_of(said, "sphinx"), "config")
    named = said.get("bibtex_bibfiles") or sphinx.get("bibtex_bibfiles") or said.get("bibliography")
    names = [text_of(name) for name in (named if isinstance(named, list) else [named])]
    return [os.path.normpath(Path(folder) / name) for name in names if name]


def jupyter_book_list(config: Config, report: Report) -> ChapterList | None:
    """Return the chapters that _toc.yml lists, or `toc` in myst.yml."""
    root = config.root
    path = _find(root, TOC_NAMES) or _find(root, MYST_NAMES)
    if path is None:
        return None
    source = read_list_source(name_of(path, root), config, report)
    if source is None:
        return None
    data = _load(path, root)
    if path.name in MYST_NAMES:
        data = table_of(data, "project").get("toc") if isinstance(data, dict) else None
    reader = _Reader(config, path.parent, Places(source))
    found = ChapterList(source.name, path.parent)
    reader.read(found, data)
    return found if any(True for _ in found.entries) else None


class _Reader:
    """Turn the data of a list into parts: those with a caption, and what stands outside."""

    def __init__(self, config: Config, folder: Path, places: Places) -> None:
        self.config = config
        self.folder = folder
        self.places = places

    def read(self, found: ChapterList, data: Any) -> None:
        if isinstance(data, list):
            self._read_list(found, data)
            return
        if not isinstance(data, dict):
            return
        if root := text_of(data.get("root") or data.get("file")):
            found.front += [Listed(e.name, e.span) for e in self._files({"file": root}, 0)]
        settings = (data, data.get("defaults"), data.get("options"))
        found.numbered = any(isinstance(s, dict) and s.get("numbered") for s in settings)
        for key in _GROUPS:
            for group in _list(data.get(key)):
                if isinstance(group, dict):
                    found.numbered = found.numbered or bool(group.get("numbered"))
                    self._add_part(found, plain_title(text_of(group.get("caption"))), group)
        self._add_part(found, "", data)

    def _read_list(self, found: ChapterList, items: list[Any]) -> None:
        """Read the old form of _toc.yml, or that of myst.yml: a list whose first file is the root.

        An item with a title or a `part`, and no file, is a part.
        """
        loose = ListedPart()
        for item in items:
            if not isinstance(item, dict):
                continue
            said = text_of(item.get("part") or item.get("header") or item.get("title"))
            title = plain_title(said)
            is_group = any(key in item for key in _CHILDREN) and not _has_page(item)
            if is_group or (item.keys() & {"part", "header"} and not _has_page(item)):
                loose = ListedPart(title)
                found.parts.append(loose)
                for child in self._children(item):
                    loose.entries += self._files(child, 0)
                if is_group:
                    loose = ListedPart()
                continue
            if loose not in found.parts:
                found.parts.append(loose)
            loose.entries += self._files(item, 0)
        first = found.parts[0] if found.parts else None
        if first and not first.title and first.entries and not first.entries[0].title:
            entry = first.entries[0]
            if len(first.entries) < 2 or first.entries[1].depth <= entry.depth:
                found.front.append(first.entries.pop(0))

    def _add_part(self, found: ChapterList, title: str, holder: dict[str, Any]) -> None:
        part = ListedPart(title)
        for child in self._children(holder):
            part.entries += self._files(child, 0)
        if part.entries:
            found.parts.append(part)

    def _children(self, holder: dict[str, Any]) -> Iterator[Any]:
        for key in _CHILDREN:
            yield from _list(holder.get(key))

    def _files(self, item: Any, depth: int) -> list[Listed]:
        """Return the pages that `item` names, with those below it."""
        if isinstance(item, str):
            item = {"file": item}
        if not isinstance(item, dict) or depth > _MOST_NESTED:
            return []
        entries: list[Listed] = []
        said = text_of(item.get("file"))
        pattern = text_of(item.get("glob") or item.get("pattern"))
        if said:
            title = text_of(item.get("title"))
            name = find_page(self.folder, said, self.config) or said
            entries.append(Listed(name, self.places(said), title, depth))
        elif pattern:
            wanted = os.path.normpath(pattern)
            entries += [
                Listed(page, self.places(pattern), "", depth)
                for page in pages_like(wanted, self.folder, self.config)
            ]
        deeper = depth + 1 if said else depth
        for key in _GROUPS:
            for group in _list(item.get(key)):
                if isinstance(group, dict):
                    for child in self._children(group):
                        entries += self._files(child, deeper)
        for child in self._children(item):
            entries += self._files(child, deeper)
        return entries


def _has_page(item: dict[str, Any]) -> bool:
    return any(item.get(key) for key in ("file", "url", "glob", "pattern"))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _find(root: Path, names: tuple[str, ...]) -> Path | None:
    for folder in FOLDERS:
        if not (is_inside(root / folder, root) and is_folder(root / folder)):
            continue
        for name in names:
            path = root / folder / name
            if is_inside(path, root) and is_file(path):
                return path
    return None


def _load(path: Path, root: Path) -> Any:
    """Return the data of a list, which is a mapping or, in its old form, a list."""
    try:
        return load_yaml(read_file(path, LARGEST, (root,)).decode("utf-8-sig"))
    except (NotYamlError, ValueError, OSError):
        return None
