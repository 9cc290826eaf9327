"""Read MkDocs' mkdocs.yml: its settings and `nav`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bookbuilder.config.chapter_list import ChapterList, Listed, ListedPart, Places
from bookbuilder.config.other_tools.shared import (
    config_of,
    load_mapping,
    read_list_source,
    read_settings,
)
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report

FILE_NAME = "mkdocs.yml"


def from_mkdocs(root: Path, report: Report) -> Config | None:
    """Return what mkdocs.yml in `root` says; None if it is missing or unusable."""
    said = read_settings(FILE_NAME, root, report)
    if not said:
        return None
    theme = said.get("theme")
    return config_of(
        root,
        title=said.get("site_name"),
        description=said.get("site_description"),
        authors=said.get("site_author"),
        language=theme.get("language") if isinstance(theme, dict) else "",
        folder=said.get("docs_dir"),
    )


def mkdocs_list(config: Config, report: Report) -> ChapterList | None:
    """Return the chapters that `nav` lists; None without one."""
    data = load_mapping(config.root / FILE_NAME, config.root)
    nav = data.get("nav")
    source = read_list_source(FILE_NAME, config, report) if isinstance(nav, list) else None
    if source is None or not isinstance(nav, list):
        return None
    places = Places(source)
    found = ChapterList(FILE_NAME, config.root / str(data.get("docs_dir") or "docs"))

    def add(part: ListedPart, item: Any, title: str) -> None:
        if isinstance(item, str):
            part.entries.append(Listed(item, places(item), title))
        elif isinstance(item, dict):
            for key, value in item.items():
                add(part, value, str(key))
        elif isinstance(item, list):
            for child in item:
                add(part, child, "")

    loose: ListedPart | None = None
    for item in nav:
        if isinstance(item, dict) and all(isinstance(v, list) for v in item.values()):
            for key, value in item.items():
                part = ListedPart(str(key))
                add(part, value, "")
                found.parts.append(part)
            loose = None
        else:
            if loose is None:
                loose = ListedPart()
                found.parts.append(loose)
            add(loose, item, "")
    return found
