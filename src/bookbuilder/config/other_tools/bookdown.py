"""Read R's bookdown: _bookdown.yml, and the settings at the top of index.Rmd."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from bookbuilder.config.chapter_list import ChapterList, Listed, ListedPart, Places, prose_lines
from bookbuilder.config.other_tools.shared import (
    config_with_pandocs_keys,
    front_matter_of,
    load_mapping,
    read_list_source,
    report_other_tool,
    text_of,
)
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Span
from bookbuilder.runtime.files import is_file, is_inside, name_of, names_in, read_text
from bookbuilder.runtime.text_folder import markdown_below
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.plain_title import plain_title

FILE_NAME = "_bookdown.yml"
PART = rare_pattern(
    r"#[ \t]+\((?P<kind>PART|APPENDIX)(?:\\?\*)?\)[ \t]*(?P<title>[^\n{]{0,300})[^\n]*"
)
"""A heading that begins a part, or the appendices."""


def from_bookdown(root: Path, report: Report) -> Config | None:
    """Return what bookdown's files in `root` say; None if it is no bookdown book."""
    if not _is_bookdown(root):
        return None
    report_other_tool(f"{FILE_NAME} is another tool's", Span(FILE_NAME), report)
    said = front_matter_of(_index(root), (root,))
    code = load_mapping(root / FILE_NAME, root, report)
    keys = {key: _plain(value) for key, value in {**code, **said}.items()}
    return config_with_pandocs_keys(root, keys)


def bookdown_list(config: Config, report: Report) -> ChapterList | None:
    """Return the files of `rmd_files`, or else all of the folder, index.Rmd first."""
    root = config.root
    if not _is_bookdown(root):
        return None
    data = load_mapping(root / FILE_NAME, root)
    found = ChapterList(FILE_NAME, root, numbered=True, marks=PART)
    source = read_list_source(FILE_NAME, config, report) if data else None
    names = _names(data.get("rmd_files"))
    places = Places(source) if source and names else None
    # Files are looked for in sub-folders only if those are named; what begins with `_` is left out.
    subfolders = data.get("rmd_subdir")
    files = [
        name_of(path, root)
        for path in markdown_below(root, config.folders)
        if path.suffix.lower() == ".rmd" and not path.name.startswith("_")
    ]
    if not names:
        files.sort(key=lambda name: name.lower() != "index.rmd")
        names = [name for name in files if "/" not in name]
    if isinstance(subfolders, str | list):
        wanted = tuple(f"{s.strip('/')}/" for s in _names(subfolders))
        names += [name for name in files if name.startswith(wanted) and name not in names]
    elif subfolders is True:
        names += [name for name in files if "/" in name and name not in names]
    _add(found, names, places, config)
    return found


def _add(found: ChapterList, names: list[str], places: Places | None, config: Config) -> None:
    """Add the files `names`; parts begin where a file begins with a heading `# (PART) …`."""
    in_appendix = False
    begun: list[tuple[str, str]] = []
    for name in names:
        entry = Listed(name, places(name) if places else None)
        above, below = _parts_of(config, name)
        for kind, title in (*begun, *above):
            in_appendix = kind == "APPENDIX"
            if not in_appendix:
                found.parts.append(ListedPart(title))
        if in_appendix:
            found.back.append(replace(entry, role="appendix"))
        elif not found.parts and not found.front and Path(name).stem.lower() == "index":
            found.front.append(entry)
        else:
            if not found.parts:
                found.parts.append(ListedPart())
            found.parts[-1].entries.append(entry)
        begun = below


def _parts_of(config: Config, name: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the parts that begin in file `name`, by kind and title.

    First those above its chapter, then those below, which begin with the next file.
    """
    try:
        text = read_text(config.root / name, config.folders)
    except (OSError, ValueError):
        return [], []
    above: list[tuple[str, str]] = []
    below: list[tuple[str, str]] = []
    found = above
    for _, line in prose_lines(text):
        if match := PART.fullmatch(line.rstrip()):
            found.append((match["kind"], plain_title(match["title"])))
        elif line.startswith("# "):
            found = below
    return above, below


def _is_bookdown(root: Path) -> bool:
    return _is_there(root / FILE_NAME, root) or "bookdown_site" in text_of(
        front_matter_of(_index(root), (root,)).get("site")
    )


def _index(root: Path) -> Path:
    name = next((n for n in names_in(root, root) if n.lower() == "index.rmd"), "index.Rmd")
    return root / name


def _is_there(path: Path, root: Path) -> bool:
    return is_inside(path, root) and is_file(path)


def _names(said: Any) -> list[str]:
    """Return the names in `said`: a list, one name, or a list for each format."""
    if isinstance(said, dict):
        said = said.get("epub") or said.get("latex") or said.get("html")
    return [n for n in (said if isinstance(said, list) else [said]) if isinstance(n, str)]


def _plain(value: Any) -> Any:
    """Return text without R code, which is not run (`` `r Sys.Date()` ``), or none at all."""
    if not isinstance(value, str):
        return value
    return re.sub(r"`r [^`]*`", "", value).strip() or None
