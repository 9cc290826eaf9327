"""Read GitBook's files, and those of its successor HonKit: book.json, .gitbook.yaml, LANGS.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from bookbuilder.config.other_tools.shared import (
    config_of,
    load_mapping,
    read_settings,
    report_other_tool,
    table_of,
    text_of,
)
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Span
from bookbuilder.runtime.files import is_file, is_folder, is_inside, read_text
from bookbuilder.text.language import is_language
from bookbuilder.text.patterns import rare_pattern

FILE_NAME = "book.json"
NEW_NAMES = (".gitbook.yaml", ".gitbook.yml")
LANGUAGES_NAME = "LANGS.md"

LANGUAGES = Rule(
    "B011",
    "several-languages",
    Severity.WARNING,
    "LANGS.md names a folder for each language. Each is a book of its own, and only the first is"
    " built here. To build another, give its folder to the command.",
)
_MOST_NAMED = 60
_LANGUAGE = rare_pattern(r"(?m)^[ \t]{0,20}[-*+][ \t]+\[([^\]\n]{0,200})\]\(([^)\n]{1,200})\)")


def from_gitbook(root: Path, report: Report) -> Config | None:
    """Return what GitBook's files in `root` say; None if there are none that can be used."""
    said = read_settings(FILE_NAME, root, report)
    new = _settings(root)
    languages = _languages(root)
    if not (said or new or languages):
        return None
    if not said:
        name = next((n for n in NEW_NAMES if is_file(root / n)), LANGUAGES_NAME)
        report_other_tool(f"{name} is another tool's", Span(name), report)
    folder, language = said.get("root") or new.get("root"), said.get("language")
    if languages:
        folder = languages[0]
        language = folder if is_language(folder) else language
        said = load_mapping(root / folder / FILE_NAME, root) | said
        if len(languages) > 1:
            message = f"`{LANGUAGES_NAME}` lists {len(languages)} languages; this is `{folder}`"
            hint = f"to build another, name its folder: {', '.join(languages[1:_MOST_NAMED])}"
            report.add(LANGUAGES, message, Span(LANGUAGES_NAME), hint)
    return config_of(
        root,
        title=said.get("title"),
        description=said.get("description"),
        language=language,
        authors=said.get("author"),
        folder=folder,
        variables=said.get("variables"),
    )


def structure_of(root: Path) -> dict[str, str]:
    """Return the names that GitBook's files give SUMMARY.md (`summary`) and README.md (`readme`).

    It is empty if there is none of them.
    """
    for data in (load_mapping(root / FILE_NAME, root), _settings(root)):
        if data:
            said = table_of(data, "structure")
            return {key: text_of(value) for key, value in said.items() if isinstance(value, str)}
    return {}


def is_gitbook(root: Path) -> bool:
    """Return whether there is a file that only GitBook and HonKit have."""
    names = (FILE_NAME, *NEW_NAMES, LANGUAGES_NAME)
    return any(is_inside(root / name, root) and is_file(root / name) for name in names)


def _settings(root: Path) -> dict[str, Any]:
    return next(filter(None, (load_mapping(root / name, root) for name in NEW_NAMES)), {})


def _languages(root: Path) -> list[str]:
    """Return the folders that LANGS.md names, in order."""
    path = root / LANGUAGES_NAME
    try:
        text = read_text(path, (root,)) if is_inside(path, root) and is_file(path) else ""
    except (OSError, ValueError):
        return []
    names = [_folder_of(match[2]) for match in _LANGUAGE.finditer(text)]
    return [n for n in names if n and is_inside(root / n, root) and is_folder(root / n)]


def _folder_of(address: str) -> str:
    """Return the folder that an entry of LANGS.md leads to, also by a file in it."""
    path = address.split("#", maxsplit=1)[0].strip(" <>")
    return re.sub(r"(?:^|/)[^/]*\.md$", "", path).strip("./ ")
