"""The configuration of a book's folder: where the book begins, and what its files say."""

from __future__ import annotations

import os
import re
from pathlib import Path

from bookbuilder.config.levels import levels_of_book
from bookbuilder.config.other_tools import from_other_tool
from bookbuilder.config.other_tools.mdbook import from_mdbook, is_mdbook
from bookbuilder.config.parsing import parse_config
from bookbuilder.config.schema import CONFIG_NAME, Config, LimitsConfig
from bookbuilder.config.toml_text import parse_toml
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.runtime.files import is_file, is_folder, is_inside
from bookbuilder.runtime.text_files import read_source

BAD_FOLDER = Rule(
    "C010",
    "bad-path",
    Severity.ERROR,
    "`source` is a folder inside the book's folder, since nothing outside it is read, but for what"
    " `allow` names: folders that are there. `name` is the file name of what is built, without a"
    " folder; `output` says where that goes.",
)
ALLOWED_FOLDER = Rule(
    "C015",
    "allowed-folder",
    Severity.NOTE,
    "`allow` in book.toml lets the book read what lies outside its folder. Whoever builds somebody"
    " else's book should know that it does.",
)


def find_root(start: str | Path) -> Path:
    """The nearest folder at or above `start` that holds a book.toml; `start` if none does."""
    start = Path(start).resolve()
    for folder in (start, *start.parents):
        if (folder / CONFIG_NAME).is_file():
            return folder
    return start


def read_limits(root: str | Path) -> LimitsConfig:
    """`[limits]` of the book in `root`; what is wrong with them `read_config` reports."""
    root = Path(root).resolve(strict=True)
    path = root / CONFIG_NAME
    report = Report()
    if not is_file(path) or not (source := read_source(path, (root,), report)):
        return LimitsConfig()
    data = parse_toml(source, report) or {}
    # Nothing else yet: what is wrong takes its time to be located, and no limits hold here.
    said = {key: value for key, value in data.items() if key == "limits"}
    return parse_config(root, source, said, report).limits


def read_config(root: Path, report: Report) -> Config:
    """Read what book.toml in `root`, or else another tool's file, says of the book.

    Levels of rules go to `report`. Raises `BookError` where book.toml cannot be read.
    """
    path = root / CONFIG_NAME
    if not os.path.lexists(path):
        return from_other_tool(root, report)
    source = read_source(path, (root,), report)
    data = parse_toml(source, report) if source else None
    if not (source and data):
        report.raise_for_errors()
        return Config(root)
    config = (from_mdbook if is_mdbook(data) else parse_config)(root, source, data, report)
    _check_folders(config, report)
    report.of_book = levels_of_book(config, report)
    return config


def _check_folders(config: Config, report: Report) -> None:
    said = config.book
    for name, folder in zip(said.allow, config.folders[1:], strict=True):
        span = config.span_of("book.allow", name)
        if is_folder(folder):
            report.add(ALLOWED_FOLDER, f"the book may read all of `{name[:200]}` too", span)
        else:
            message = f"`allow` names no folder: `{name[:200]}`"
            report.add(BAD_FOLDER, message, span, "name it as seen from the folder of book.toml")
    if not (is_folder(config.text_folder) and is_inside(config.text_folder, *config.folders)):
        span = config.span_of("book.source", said.source)
        message = f"`source` is no folder inside the book's: `{said.source[:200]}`"
        report.add(BAD_FOLDER, message, span)
    if re.search(r"[/\\]", said.name):
        span = config.span_of("book.name", said.name)
        report.add(BAD_FOLDER, f"`name` is a file name, not a path: `{said.name[:200]}`", span)
