"""Read a book of d2lbook: its config.ini, and the fences `toc` from the first page on."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

from bookbuilder.config.chapter_list import ChapterList, Listed, ListedPart
from bookbuilder.config.other_tools.shared import config_of, report_other_tool, text_if_any, text_of
from bookbuilder.config.other_tools.sphinx import Walk, find_page
from bookbuilder.config.other_tools.toctrees import toctrees_in
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Span
from bookbuilder.runtime.files import is_file, is_inside, name_of
from bookbuilder.runtime.text_files import read_source
from bookbuilder.text.patterns import rare_pattern

FILE_NAME = "config.ini"
FOLDERS = ("", "docs", "book")
_TOC = rare_pattern(r"toc$")
_AND = rare_pattern(r"\s*(?:,\s*(?:and\s+)?|\s+and\s+)")
_SECTIONS = ("project", "build")


def from_d2lbook(root: Path, report: Report) -> Config | None:
    """Return what config.ini in `root` says, or in a folder where d2lbook has it."""
    path = _find(root)
    if path is None:
        return None
    name = name_of(path, root)
    report_other_tool(f"{name} is another tool's", Span(name), report)
    said = _read(path, root)
    folder = path.parent.relative_to(root).as_posix()
    project = said["project"]
    config = config_of(
        root,
        title=project.get("title") or project.get("name"),
        authors=_AND.split(text_of(project.get("author", ""))),
        language=project.get("lang", ""),
        folder="" if folder == "." else folder,
    )
    sources = said["pdf"].get("bibfile", "").strip() if "pdf" in said else ""
    if not sources:
        return config
    names = (os.path.normpath(Path(folder) / sources),)
    return dataclasses.replace(config, book=dataclasses.replace(config.book, bibliography=names))


def d2lbook_list(config: Config, report: Report) -> ChapterList | None:
    """Return the chapters that the fences `toc` name, from that of the first page on.

    If some of these count chapters, what the others name stands before or after the chapters.
    """
    path = _find(config.root)
    if path is None:
        return None
    index = _read(path, config.root)["build"].get("index", "").strip() or "index"
    folder = path.parent
    first = find_page(folder, index, config)
    source = read_source(folder / first, config.folders, report) if first else None
    if source is None or first is None:
        return None
    walk = Walk(config, folder, report, _TOC)
    found = ChapterList(source.name, folder)
    trees = toctrees_in(source, _TOC)
    found.numbered = any(tree.is_numbered for tree in trees)
    for tree in trees:
        entries: list[Listed] = []
        walk.add(entries, tree, first, 0)
        if tree.is_numbered or not found.numbered:
            found.parts.append(ListedPart("", entries=entries))
        elif found.parts:
            found.back += entries
        else:
            found.front += entries
    if not any(True for _ in found.entries):
        return None
    found.front.insert(0, Listed(first))
    return found


def _find(root: Path) -> Path | None:
    for folder in FOLDERS:
        path = root / folder / FILE_NAME
        if is_inside(path, root) and is_file(path) and _read(path, root):
            return path
    return None


def _read(path: Path, root: Path) -> dict[str, dict[str, str]]:
    """Return the sections of config.ini; nothing if it is not d2lbook's."""
    import configparser

    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text_if_any(path, root))
    except configparser.Error:
        return {}
    found = {name: dict(parser.items(name)) for name in parser.sections()}
    is_whole = all(name in found for name in _SECTIONS)
    is_meant = is_whole and bool({"notebooks", "tabs", "eval_notebook"} & found["build"].keys())
    return found if is_meant else {}
