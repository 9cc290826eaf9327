"""Read the list of links that literate-nav for MkDocs uses in place of `nav`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bookbuilder.config.chapter_list import SUMMARY_NAME, ChapterList, Listed, ListedPart
from bookbuilder.config.other_tools.sphinx import pages_like
from bookbuilder.config.other_tools.summary import lines_of
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.runtime.files import is_file, is_inside
from bookbuilder.runtime.text_files import read_source
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.plain_title import plain_title

PLUGIN = "literate-nav"
_ITEM = rare_pattern(r"(?P<indent>[ \t]*)[*+-][ \t]+(?P<text>\S.*?)[ \t]*$")
_PATTERN = rare_pattern(r"[^\s*?]{0,200}[*?]\S*")
_LINK = rare_pattern(r"\[(?P<title>.*)\]\((?P<target>[^()\s]+)[^()]*\)$")


def literate_list(
    config: Config, data: dict[str, Any], folder: Path, report: Report
) -> ChapterList | None:
    """Return the chapters that the plugin's file lists; None if there is none."""
    name = _file_name(data)
    path = folder / name
    if not name or not (is_inside(path, config.root) and is_file(path)):
        return None
    source = read_source(path, config.folders, report)
    if source is None:
        return None
    found = ChapterList(source.name, folder, left_out=frozenset({path}))
    for number, line in lines_of(source.text):
        if not (match := _ITEM.match(line)):
            continue
        link = _LINK.match(match["text"])
        is_outer = not match["indent"]
        if not link and is_outer and not _PATTERN.fullmatch(match["text"]):
            # A title without a page begins a group.
            found.parts.append(ListedPart(plain_title(match["text"])))
            continue
        if is_outer and (not found.parts or found.parts[-1].title):
            found.parts.append(ListedPart())
        if not found.parts:
            found.parts.append(ListedPart())
        target = link["target"].split("#")[0] if link else match["text"]
        title = plain_title(link["title"]) if link else ""
        for page in _pages(target, folder, config):
            found.parts[-1].entries.append(Listed(page, source.span_of_line(number), title))
    return found if any(True for _ in found.entries) else None


def _file_name(data: dict[str, Any]) -> str:
    plugins = data.get("plugins")
    for plugin in plugins if isinstance(plugins, list) else [plugins]:
        if plugin == PLUGIN:
            return SUMMARY_NAME
        if isinstance(plugin, dict) and PLUGIN in plugin:
            said = plugin[PLUGIN]
            name = said.get("nav_file") if isinstance(said, dict) else None
            return name if isinstance(name, str) else SUMMARY_NAME
    return ""


def _pages(target: str, folder: Path, config: Config) -> Iterator[str]:
    if target.endswith("/"):
        yield from pages_like(f"{target}*", folder, config)
    elif _PATTERN.fullmatch(target):
        yield from pages_like(target, folder, config)
    else:
        yield target
