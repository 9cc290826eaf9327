"""Books written for other tools: what mdBook's, HonKit's and MkDocs' own files say of the book."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bookbuilder.config.schema import AuthorConfig, BookConfig, Config
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source, Span
from bookbuilder.runtime.files import is_file, is_folder, is_inside, read_file
from bookbuilder.text.plain_yaml import load_yaml

OTHER_TOOL = Rule(
    "C005",
    "other-tool",
    Severity.NOTE,
    "A book written for mdBook, HonKit or MkDocs builds as it is: its title, authors, language and"
    " order of chapters are used, its other settings are not. Write a book.toml of bookbuilder's"
    " own to say more.",
)
BROKEN = Rule(
    "C009",
    "other-tool-broken",
    Severity.WARNING,
    "A book.json or mkdocs.yml is there, but it cannot be read, is not YAML, or uses aliases. The"
    " book is built as if it were not there.",
)
LARGEST = 1_000_000


def is_mdbook(data: Mapping[str, Any]) -> bool:
    """Whether a book.toml is mdBook's, which has the same name as ours."""
    book = data.get("book")
    keys = set(book) if isinstance(book, dict) else set()
    return "part" not in data and bool(
        keys & {"src", "multilingual"} or data.keys() & {"output", "preprocessor", "build", "rust"}
    )


def from_mdbook(root: Path, source: Source, data: Mapping[str, Any], report: Report) -> Config:
    book = data.get("book")
    said: Mapping[str, Any] = book if isinstance(book, dict) else {}
    report.add(OTHER_TOOL, f"{source.name} is mdBook's; {_USED}", source.span_of_file())
    authors = said.get("authors")
    return _config(root, said, "language", authors, _text(said, "src") or "src")


def from_other_tool(root: Path, report: Report) -> Config:
    """The configuration of a folder without book.toml, from `book.json` or `mkdocs.yml` if any."""
    for name, language, folder in (
        ("book.json", "language", "root"),
        ("mkdocs.yml", "", "docs_dir"),
    ):
        said = load_mapping(root / name, root, report)
        if said:
            report.add(OTHER_TOOL, f"{name} is another tool's; {_USED}", Span(name))
            titles = {"title": said.get("title") or said.get("site_name")}
            authors = said.get("author") or said.get("site_author")
            more = {"description": said.get("description") or said.get("site_description")}
            return _config(root, {**said, **titles, **more}, language, authors, _text(said, folder))
    return Config(root)


_USED = "its title, authors, language and order are used"


def load_mapping(path: Path, root: Path, report: Report | None = None) -> dict[str, Any]:
    """A YAML or JSON mapping; what is broken, missing or outside `root` is an empty one.

    What is broken goes to `report`.
    """
    if not os.path.lexists(path):
        return {}
    try:
        if not is_file(path) or not is_inside(path, root):
            raise OSError(0, "it is no ordinary file inside the book's folder")
        # MkDocs files carry Python tags (`!!python/name:…`), which mean nothing here.
        data = load_yaml(re.sub(r"!!?[\w/:.]+", "", read_file(path, LARGEST).decode("utf-8-sig")))
    except (yaml.YAMLError, ValueError, OSError) as error:
        if report is not None:
            why = getattr(error, "problem", None) or getattr(error, "strerror", None) or str(error)
            report.add(BROKEN, f"{path.name} cannot be used: {str(why)[:200]}", Span(path.name))
        return {}
    return data if isinstance(data, dict) else {}


def _config(
    root: Path, said: Mapping[str, Any], language: str, authors: object, folder: str
) -> Config:
    variables = said.get("variables")
    names = authors if isinstance(authors, list) else [authors]
    folder = folder.removeprefix("./").strip("/")
    return Config(
        root,
        book=BookConfig(
            title=_text(said, "title"),
            description=_text(said, "description"),
            language=_text(said, language),
            authors=tuple(AuthorConfig(name) for name in names if isinstance(name, str)),
            source=folder if is_folder(root / folder) and is_inside(root / folder, root) else "",
        ),
        variables={k: str(v) for k, v in variables.items()} if isinstance(variables, dict) else {},
    )


def _text(said: Mapping[str, Any], key: str) -> str:
    value = said.get(key)
    return value if isinstance(value, str) else ""
