"""Read the Carpentries' config.yaml: a lesson's title and the order of its episodes."""

from __future__ import annotations

from pathlib import Path

from bookbuilder.config.chapter_list import ChapterList, Listed, ListedPart, Places
from bookbuilder.config.other_tools.shared import (
    config_of,
    load_mapping,
    read_list_source,
    read_settings,
)
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.runtime.files import is_file, is_inside
from bookbuilder.runtime.text_folder import markdown_below

FILE_NAME = "config.yaml"
FOLDERS = ("episodes", "learners", "instructors", "profiles")


def from_carpentries(root: Path, report: Report) -> Config | None:
    """Return what a lesson's config.yaml in `root` says; None if it is no lesson's."""
    if not _is_lesson(root):
        return None
    said = read_settings(FILE_NAME, root, report)
    keywords = said.get("keywords")
    return config_of(
        root,
        title=said.get("title"),
        language=said.get("lang"),
        when=said.get("created"),
        subjects=[k.strip() for k in keywords.split(",")] if isinstance(keywords, str) else None,
    )


def carpentries_list(config: Config, report: Report) -> ChapterList | None:
    """Return the introduction, the episodes, and what there is for learners and instructors.

    A list that is left blank means all files of its folder.
    """
    root = config.root
    source = read_list_source(FILE_NAME, config, report) if _is_lesson(root) else None
    if source is None:
        return None
    data = load_mapping(root / FILE_NAME, root)
    places = Places(source)
    found = ChapterList(FILE_NAME, root)
    for index in ("index.md", "index.Rmd"):
        if is_inside(root / index, *config.folders) and is_file(root / index):
            found.front.append(Listed(index))
            break
    for folder in FOLDERS:
        names = data.get(folder)
        if isinstance(names, list) and names:
            listed = [Listed(f"{folder}/{n}", places(n)) for n in names if isinstance(n, str)]
        else:
            paths = markdown_below(root / folder, config.folders)
            listed = [Listed(path.relative_to(root).as_posix()) for path in paths]
        if folder == "episodes":
            found.parts.append(ListedPart(entries=listed))
        else:
            found.back += listed
    return found


def _is_lesson(root: Path) -> bool:
    data = load_mapping(root / FILE_NAME, root)
    return "carpentry" in data or isinstance(data.get("episodes"), list)
