"""Read what pandoc is given: a metadata file, and a defaults file that may list the chapters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bookbuilder.config.chapter_list import ChapterList, Listed, ListedPart, Places
from bookbuilder.config.other_tools.shared import (
    config_with_pandocs_keys,
    front_matter_of,
    load_mapping,
    read_list_source,
    report_other_tool,
    table_of,
)
from bookbuilder.config.schema import Config
from bookbuilder.config.title_block import read_title_block
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Span
from bookbuilder.runtime.files import entries_of, is_file, is_inside, names_in, read_text
from bookbuilder.runtime.text_folder import is_markdown

METADATA = ("metadata.yaml", "metadata.yml", "meta.yaml", "meta.yml", "title.txt")
_MOST_FILES = 30
_MOST_FOLDERS = 50


def from_pandoc(root: Path, report: Report) -> Config | None:
    """Return what a metadata file, or the metadata in a defaults file, says."""
    name, defaults = _defaults(root)
    # What stands for an option of the command line may stand in the metadata as well.
    options = {key: defaults[key] for key in ("bibliography", "csl") if key in defaults}
    said = options | table_of(defaults, "metadata")
    files = defaults.get("metadata-files") or defaults.get("metadata-file")
    folder, path = "", None
    for named in files if isinstance(files, list) else [files]:
        if isinstance(named, str):
            said = _metadata(root / named, root, report) | said
    if not name:
        folder, path = _metadata_file(root)
        said = _metadata(path, root, report) if path else {}
    if not (name or said):
        return None
    file = name or f"{folder}/{path.name if path else ''}".lstrip("/")
    report_other_tool(f"{file} is another tool's", Span(file), report)
    return config_with_pandocs_keys(root, said, folder)


def pandoc_list(config: Config, report: Report) -> ChapterList | None:
    """Return the files that `input-files` of a defaults file names."""
    name, data = _defaults(config.root)
    named = data.get("input-files") or data.get("input-file")
    source = read_list_source(name, config, report) if named else None
    if source is None:
        return None
    places = Places(source)
    names = [n for n in (named if isinstance(named, list) else [named]) if isinstance(n, str)]
    # A metadata file may be given among the chapters; it has been read for the settings.
    entries = [Listed(n, places(n)) for n in names if Path(n).name not in METADATA]
    return ChapterList(name, config.root, parts=[ListedPart(entries=entries)])


def _defaults(root: Path) -> tuple[str, dict[str, Any]]:
    """Return the name and content of the first defaults file that lists chapters, if any."""
    names = [n for n in names_in(root, root) if n.lower().endswith((".yaml", ".yml"))]
    for name in names[:_MOST_FILES]:
        if not name.startswith("."):
            data = load_mapping(root / name, root)
            if "input-files" in data or "input-file" in data:
                return name, data
    return "", {}


def _metadata_file(root: Path) -> tuple[str, Path | None]:
    """Return the folder and path of a metadata file: in the root, or beside all the chapters."""
    try:
        entries = sorted(entries_of(root, root), key=lambda entry: entry.name)
    except OSError:
        return "", None
    folders = [e.name for e in entries if not e.name.startswith(".") and "." not in e.name]
    for folder in ("", *folders[:_MOST_FOLDERS]):
        names = names_in(root / folder, root)
        is_home = not folder or any(map(is_markdown, map(Path, names)))
        for name in METADATA if is_home else ():
            path = root / folder / name
            if name in names and is_inside(path, root) and is_file(path):
                return folder, path
    return "", None


def _metadata(path: Path, root: Path, report: Report) -> dict[str, Any]:
    """Return the data of a metadata file: YAML, with or without the lines `---` around it."""
    if said := front_matter_of(path, (root,)):
        return said
    if path.suffix != ".txt":
        return load_mapping(path, root, report)
    try:
        return dict(read_title_block(read_text(path, (root,)))[0])
    except (OSError, ValueError):
        return {}
