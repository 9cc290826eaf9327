"""Read the files of other tools, and make a `Config` of what they say.

`read_settings` and `config_of` are for a tool's settings, `read_list_source` and `front_matter_of`
for its list of chapters.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bookbuilder.config.pandoc_metadata import read_metadata
from bookbuilder.config.schema import AuthorConfig, BookConfig, Config
from bookbuilder.config.toml_text import load_toml
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source, Span
from bookbuilder.runtime.files import is_file, is_folder, is_inside, is_there, read_file, read_text
from bookbuilder.runtime.text_files import read_source, without_controls
from bookbuilder.text.plain_yaml import NotYamlError, load_yaml

OTHER_TOOL = Rule(
    "C005",
    "other-tool",
    Severity.NOTE,
    "A book written for another tool, such as mdBook, MkDocs or Quarto, builds as it is: its title,"
    " authors, language and order of chapters are used, its other settings are not. To set more,"
    " write a book.toml for bookbuilder.",
)
BROKEN = Rule(
    "C009",
    "other-tool-broken",
    Severity.WARNING,
    "There is another tool's file, such as book.json or mkdocs.yml, but it cannot be read, is not"
    " YAML, or uses aliases. The book is built without it.",
)
COMPUTED = Rule(
    "B012",
    "computed-list",
    Severity.WARNING,
    "Another tool's list of chapters is a program, which is never run: only what stands there as"
    " plain text is used. Write the list as plain text, or list the chapters in book.toml.",
)
LARGEST = 1_000_000
_LONGEST_FRONT_MATTER = 100_000
_FRONT_MATTER = re.compile(
    r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)

_TOML_FRONT_MATTER = re.compile(
    r"\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)


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
    if not is_there(path):
        return {}
    try:
        if not is_inside(path, root) or not is_file(path):
            raise OSError(0, "it is not an ordinary file inside the book's folder")
        # MkDocs files carry Python tags (`!!python/name:…`), which mean nothing here.
        data = load_yaml(
            re.sub(r"!!?[\w/:.]+", "", read_file(path, LARGEST, (root,)).decode("utf-8-sig"))
        )
    except (NotYamlError, ValueError, OSError) as error:
        if report is not None:
            why = getattr(error, "strerror", None) or str(error)
            report.add(BROKEN, f"{path.name} cannot be used: {why[:200]}", Span(path.name))
        return {}
    return data if isinstance(data, dict) else {}


def read_list_source(name: str, config: Config, report: Report) -> Source | None:
    """Return the text of `name` in the book's folder, for the places of what it lists."""
    path = config.root / name
    if not (is_inside(path, config.root) and is_file(path)):
        return None
    return read_source(path, config.folders, report)


def text_if_any(path: Path, root: Path) -> str:
    """Return the text of a file in `root`; nothing if it cannot be read."""
    try:
        return read_text(path, (root,))
    except (OSError, ValueError):
        return ""


def front_matter_of(path: Path, folders: Sequence[Path]) -> dict[str, Any]:
    """Return the front matter of a file as plain data; empty if it has none that can be read."""
    try:
        text = read_text(path, folders)[:_LONGEST_FRONT_MATTER]
        if toml := _TOML_FRONT_MATTER.match(text):
            return load_toml(toml[1]) or {}
        match = _FRONT_MATTER.match(text)
        data = load_yaml(match[1]) if match else None
    except (NotYamlError, ValueError, OSError):
        return {}
    return data if isinstance(data, dict) else {}


def config_of(
    root: Path,
    *,
    title: object,
    description: object = "",
    authors: object = None,
    folder: object = "",
    language: object = "",
    variables: object = None,
) -> Config:
    """Return a `Config` of what another tool's file says; what has the wrong type is left out."""
    names = authors if isinstance(authors, list) else [authors]
    return Config(
        root,
        book=BookConfig(
            title=text_of(title),
            description=text_of(description),
            language=text_of(language),
            authors=tuple(AuthorConfig(name) for name in map(text_of, names) if name),
            source=_folder(root, folder),
        ),
        site_variables={k: str(v) for k, v in variables.items()}
        if isinstance(variables, dict)
        else {},
    )


def config_with_pandocs_keys(root: Path, said: Mapping[str, Any], folder: object = "") -> Config:
    """Return a `Config` of `said`, whose keys are those of pandoc and its kin."""
    book, _ = read_metadata(said)
    return Config(root, book=dataclasses.replace(book, source=_folder(root, folder)))


def _folder(root: Path, said: object) -> str:
    """Return the folder of the chapters, if it is one inside the book's."""
    source = text_of(said).removeprefix("./").strip("/")
    return source if is_inside(root / source, root) and is_folder(root / source) else ""


def table_of(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return the mapping at `key`; an empty one if there is none."""
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def text_of(value: object) -> str:
    """Return `value` if it is text, on one line, else an empty string."""
    return " ".join(without_controls(value).split()) if isinstance(value, str) else ""
