"""Read MkDocs' mkdocs.yml: its settings and `nav`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from bookbuilder.config.chapter_list import ChapterList, Listed, ListedPart, Places
from bookbuilder.config.other_tools.awesome_pages import PagesFolder, file_of
from bookbuilder.config.other_tools.literate_nav import literate_list
from bookbuilder.config.other_tools.shared import (
    config_of,
    load_mapping,
    read_list_source,
    read_settings,
    table_of,
    text_of,
)
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.runtime.files import is_folder, is_inside
from bookbuilder.runtime.text_folder import markdown_below

FILE_NAME = "mkdocs.yml"


def from_mkdocs(root: Path, report: Report) -> Config | None:
    """Return what mkdocs.yml in `root` says; None if it is missing or unusable."""
    said = read_settings(FILE_NAME, root, report)
    if not said:
        return None
    theme = said.get("theme")
    config = config_of(
        root,
        title=_value(said.get("site_name")),
        description=_value(said.get("site_description")),
        authors=_value(said.get("site_author")),
        language=theme.get("language") if isinstance(theme, dict) else "",
        folder=said.get("docs_dir"),
    )
    return _with_sources(config, said.get("plugins"))


def _with_sources(config: Config, plugins: Any) -> Config:
    """Return `config` with the bibliography that the plugin mkdocs-bibtex is told of."""
    listed = plugins if isinstance(plugins, list) else [plugins]
    told = [table_of(one, "bibtex") for one in listed if isinstance(one, dict)]
    said = next(filter(None, told), {})
    files, csl = said.get("bib_file"), text_of(said.get("csl_file"))
    names = [text_of(name) for name in (files if isinstance(files, list) else [files])]
    if not any(names):
        return config
    sources = tuple(name for name in names if name)
    return dataclasses.replace(
        config, book=dataclasses.replace(config.book, bibliography=sources, csl=csl)
    )


def _value(said: Any) -> Any:
    """Return a value, of `!ENV [NAME, value]` the value that counts where NAME is not set."""
    return said[-1] if isinstance(said, list) and len(said) > 1 else said


def mkdocs_list(config: Config, report: Report) -> ChapterList | None:
    """Return the chapters that `nav` lists; without one, all in the folder, by their names."""
    data = load_mapping(config.root / FILE_NAME, config.root)
    if not data:
        return None
    nav = data.get("nav")
    folder = config.root / str(data.get("docs_dir") or "docs")
    if not isinstance(nav, list):
        return literate_list(config, data, folder, report) or _from_folder(config, folder)
    source = read_list_source(FILE_NAME, config, report)
    if source is None:
        return None
    places = Places(source)
    found = ChapterList(FILE_NAME, folder)

    def add(part: ListedPart, item: Any, title: str) -> None:
        if isinstance(item, str):
            part.entries.append(Listed(item, places(item), title))
        elif isinstance(item, dict):
            for key, value in item.items():
                if isinstance(value, list) and value and not _is_index(value[0]):
                    found.unused_labels.append(str(key))
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


def _is_index(item: Any) -> bool:
    """Return whether a section's first item is its own page."""
    name = item.rpartition("/")[2] if isinstance(item, str) else ""
    return name.casefold() in ("index.md", "readme.md")


def _from_folder(config: Config, folder: Path) -> ChapterList | None:
    """Return all pages of `folder`, in the order that its files `.pages` or their names give."""
    if not (is_inside(folder, config.root) and is_folder(folder)):
        return None
    folders = (folder, *sorted(_folders_in(folder, config)))
    file = next(filter(None, (file_of(path, config.root) for path in folders)), None)
    if file is None:
        paths = markdown_below(folder, config.folders)
        listed = [Listed(path.relative_to(folder).as_posix()) for path in paths]
        return ChapterList(FILE_NAME, folder, parts=[ListedPart(entries=listed)])
    found = ChapterList(file.name, folder)
    for item in PagesFolder(config, folder, folder).items():
        if isinstance(item, Listed):
            if not found.parts or found.parts[-1].title:
                found.parts.append(ListedPart())
            found.parts[-1].entries.append(item)
        elif item[1]:
            found.parts.append(ListedPart(*item))
    return found


def _folders_in(folder: Path, config: Config) -> set[Path]:
    return {path.parent for path in markdown_below(folder, config.folders)}
