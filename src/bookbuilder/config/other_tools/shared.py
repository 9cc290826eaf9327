"""Read the files of other tools, and make a `Config` of what they say."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import yaml

from bookbuilder.config.schema import AuthorConfig, BookConfig, Config
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Span
from bookbuilder.runtime.files import is_file, is_folder, is_inside, read_file
from bookbuilder.text.plain_yaml import load_yaml

OTHER_TOOL = Rule(
    "C005",
    "other-tool",
    Severity.NOTE,
    "A book written for mdBook, HonKit or MkDocs builds as it is: its title, authors, language and"
    " order of chapters are used, its other settings are not. To set more, write a book.toml for"
    " bookbuilder.",
)
BROKEN = Rule(
    "C009",
    "other-tool-broken",
    Severity.WARNING,
    "There is a book.json or mkdocs.yml, but it cannot be read, is not YAML, or uses aliases. The"
    " book is built without it.",
)
LARGEST = 1_000_000


def report_other_tool(what: str, span: Span, report: Report, but: str = "") -> None:
    """Report that the book is another tool's; `what` begins the message, and `but` ends it."""
    message = f"{what}; its title, authors, language and order are used{but}"
    report.add(OTHER_TOOL, message, span)


def read_settings(name: str, root: Path, report: Report) -> dict[str, Any]:
    """Read the file `name` in `root`, and report that the book is another tool's.

    The result is empty if the file is missing or unusable.
    """
    said = load_mapping(root / name, root, report)
    if said:
        report_other_tool(f"{name} is another tool's", Span(name), report)
    return said


def load_mapping(path: Path, root: Path, report: Report | None = None) -> dict[str, Any]:
    """Read a YAML or JSON mapping; one that is broken, missing or outside `root` is empty.

    A broken one is reported.
    """
    if not os.path.lexists(path):
        return {}
    try:
        if not is_inside(path, root) or not is_file(path):
            raise OSError(0, "it is not an ordinary file inside the book's folder")
        # MkDocs files carry Python tags (`!!python/name:…`), which mean nothing here.
        data = load_yaml(
            re.sub(r"!!?[\w/:.]+", "", read_file(path, LARGEST, (root,)).decode("utf-8-sig"))
        )
    except (yaml.YAMLError, ValueError, OSError) as error:
        if report is not None:
            why = getattr(error, "problem", None) or getattr(error, "strerror", None) or str(error)
            report.add(BROKEN, f"{path.name} cannot be used: {str(why)[:200]}", Span(path.name))
        return {}
    return data if isinstance(data, dict) else {}


def config_of(
    root: Path,
    *,
    title: object,
    description: object,
    authors: object,
    folder: object,
    language: object = "",
    variables: object = None,
) -> Config:
    """Return a `Config` of what another tool's file says; what has the wrong type is left out."""
    names = authors if isinstance(authors, list) else [authors]
    source = text_of(folder).removeprefix("./").strip("/")
    return Config(
        root,
        book=BookConfig(
            title=text_of(title),
            description=text_of(description),
            language=text_of(language),
            authors=tuple(AuthorConfig(name) for name in names if isinstance(name, str)),
            source=source if is_inside(root / source, root) and is_folder(root / source) else "",
        ),
        variables={k: str(v) for k, v in variables.items()} if isinstance(variables, dict) else {},
    )


def text_of(value: object) -> str:
    """Return `value` if it is text, else an empty string."""
    return value if isinstance(value, str) else ""
