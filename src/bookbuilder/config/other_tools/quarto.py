"""Read Quarto's _quarto.yml: a book's settings and chapters, or a website's sidebar."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from bookbuilder.config.chapter_list import ChapterList, Listed, ListedPart, Places
from bookbuilder.config.other_tools.shared import (
    config_with_pandocs_keys,
    load_mapping,
    read_list_source,
    read_settings,
    table_of,
    text_of,
)
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.runtime.files import is_file, is_inside
from bookbuilder.runtime.text_folder import INDEX_STEMS, is_markdown, markdown_below
from bookbuilder.text.plain_title import plain_title

FILE_NAMES = ("_quarto.yml", "_quarto.yaml")


def from_quarto(root: Path, report: Report) -> Config | None:
    """Return what _quarto.yml in `root` says; None if it is missing or unusable."""
    said = read_settings(_file_name(root), root, report)
    if not said:
        return None
    book = table_of(said, "book") or table_of(said, "website")

    # Quarto knows most keys in both places.
    keys = {**{k: v for k, v in said.items() if k != "book"}, **book}
    config = config_with_pandocs_keys(root, keys)
    hides_code = table_of(said, "execute").get("echo") is False
    return dataclasses.replace(config, shows_code=False) if hides_code else config


def quarto_list(config: Config, report: Report) -> ChapterList | None:
    """Return the chapters of a Quarto book, or the pages of a website's sidebar."""
    name = _file_name(config.root)
    data = load_mapping(config.root / name, config.root)
    source = read_list_source(name, config, report) if data else None
    if source is None:
        return None
    places = Places(source)
    found = ChapterList(name, config.root)
    book = table_of(data, "book")
    if isinstance(chapters := book.get("chapters"), list):
        found.numbered = _is_numbered(data)
        _add_chapters(found, chapters, places, config)
        if isinstance(appendices := book.get("appendices"), list):
            for item in appendices:
                listed = _files(item, places, config)
                found.back += [replace(entry, role="appendix") for entry in listed]
        return found
    sidebar = table_of(data, "website").get("sidebar")
    for one in sidebar if isinstance(sidebar, list) else [sidebar]:
        contents = one.get("contents") if isinstance(one, dict) else None
        if isinstance(contents, list):
            _add_chapters(found, contents, places, config)
    return found if any(True for _ in found.entries) else None


def _file_name(root: Path) -> str:
    there = (n for n in FILE_NAMES if is_inside(root / n, root) and is_file(root / n))
    return next(there, FILE_NAMES[0])


def _is_numbered(data: dict[str, Any]) -> bool:
    """Return whether chapters have numbers: a book's have them unless `number-sections` is false.

    It stands for all formats, or for some; the formats that make a book count first.
    """
    formats = table_of(data, "format")
    for name in ("epub", "pdf", "html"):
        said = formats.get(name)
        if isinstance(said, dict) and isinstance(said.get("number-sections"), bool):
            return bool(said["number-sections"])
    return data.get("number-sections") is not False


def _add_chapters(found: ChapterList, items: list[Any], places: Places, config: Config) -> None:
    """Add `items`: files, and groups of them with a title or a file of their own."""
    loose: ListedPart | None = None
    for item in items:
        children = item.get("chapters", item.get("contents")) if isinstance(item, dict) else None
        if children is not None:
            opener = text_of(item.get("part", item.get("section")))
            entries = _files(children, places, config)
            part = ListedPart(plain_title(opener))
            if _is_name(opener) or item.get("href"):
                # A part with a file of its own: the file's heading is the part's title.
                name = text_of(item.get("href")) or opener
                part.title = ""
                part.entries.append(Listed(name, places(name)))
                entries = [Listed(e.name, e.span, e.title, e.depth + 1) for e in entries]
            part.entries += entries
            found.parts.append(part)
            loose = None
        else:
            if loose is None:
                loose = ListedPart()
                found.parts.append(loose)
            loose.entries += _files(item, places, config)
    first = found.parts[0].entries if found.parts else []
    if found.numbered and first and Path(first[0].name).stem.lower() in INDEX_STEMS:
        found.front.append(first.pop(0))  # Quarto's preface, which has no number


def _files(item: Any, places: Places, config: Config) -> list[Listed]:
    """Return the files that `item` names: a name, a table with a `href`, or a list of them."""
    if isinstance(item, list):
        return [listed for child in item for listed in _files(child, places, config)]
    if isinstance(item, dict):
        if "contents" in item or "chapters" in item:
            return _files(item.get("chapters", item.get("contents")), places, config)
        name, title = text_of(item.get("href") or item.get("file")), text_of(item.get("text"))
    else:
        name, title = text_of(item), ""
    if any(mark in name for mark in "*?"):
        # Of Quarto's patterns, those that mean all files of a folder are used.
        folder = config.root / name.split("*")[0]
        paths = markdown_below(folder, config.folders)
        inner = "**" in name
        return [
            Listed(path.relative_to(config.root).as_posix(), places(name))
            for path in paths
            if inner or path.parent == folder
        ]
    return [Listed(name, places(name), title)] if _is_name(name) else []


def _is_name(text: str) -> bool:
    """Return whether `text` is the name of a file, not a title or a line (`---`)."""
    path = Path(text)
    has_suffix = bool(path.suffix) and " " not in path.suffix and path.stem != ""
    return is_markdown(path) or (has_suffix and " " not in text)
