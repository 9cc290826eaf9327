"""Read R's bookdown: _bookdown.yml, and the settings at the top of index.Rmd."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from bookbuilder.config.chapter_list import ChapterList, Listed, ListedPart, Places
from bookbuilder.config.other_tools.shared import (
    config_of,
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

FILE_NAME = "_bookdown.yml"
PART = re.compile(
    r"#[ \t]+\((?P<kind>PART|APPENDIX)(?:\\?\*)?\)[ \t]*(?P<title>[^\n{]{0,300})[^\n]*"
)
"""A heading above a chapter's own that begins a part, or the appendices."""
_LONGEST_BEGINNING = 20_000
_BLANK = re.compile(r"\s+|---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*\n|<!--.*?-->", re.DOTALL)


def from_bookdown(root: Path, report: Report) -> Config | None:
    """Return what bookdown's files in `root` say; None if it is no bookdown book."""
    if not _is_bookdown(root):
        return None
    report_other_tool(f"{FILE_NAME} is another tool's", Span(FILE_NAME), report)
    said = front_matter_of(_index(root), (root,))
    code = load_mapping(root / FILE_NAME, root, report)
    return config_of(
        root,
        title=_plain(said.get("title")) or _plain(code.get("title")),
        subtitle=_plain(said.get("subtitle")),
        authors=said.get("author"),
        when=said.get("date"),
        description=_plain(said.get("description")),
        language=said.get("lang"),
        subjects=said.get("keywords"),
    )


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
    for name in names:
        entry = Listed(name, places(name) if places else None)
        for kind, title in _parts_of(config, name):
            in_appendix = kind == "APPENDIX"
            if not in_appendix:
                found.parts.append(ListedPart(title))
        if in_appendix:
            found.back.append(entry)
        elif not found.parts and not found.front and Path(name).stem.lower() == "index":
            found.front.append(entry)
        else:
            if not found.parts:
                found.parts.append(ListedPart())
            found.parts[-1].entries.append(entry)


def _parts_of(config: Config, name: str) -> list[tuple[str, str]]:
    """Return the kinds and titles of the parts that begin above the chapter in file `name`."""
    try:
        text = read_text(config.root / name, config.folders)[:_LONGEST_BEGINNING]
    except (OSError, ValueError):
        return []
    at, found = 0, []
    while match := _BLANK.match(text, at) or PART.match(text, at):
        at = match.end()
        if "kind" in match.re.groupindex:
            found.append((match["kind"], match["title"].strip()))
    return found


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


def _plain(value: object) -> str:
    """Return text without R code, which is not run: `` `r Sys.Date()` ``."""
    return re.sub(r"`r [^`]*`", "", text_of(value)).strip()
