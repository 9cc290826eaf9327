"""Read the configuration in the folder of a book."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bookbuilder.config import CONFIG_NAME
from bookbuilder.config.levels import levels_of_book
from bookbuilder.config.other_tools.mdbook import from_mdbook, is_mdbook
from bookbuilder.config.parsing import parse_config
from bookbuilder.config.schema import Config
from bookbuilder.config.share_address import check_share_address
from bookbuilder.config.toml_text import LARGEST_TOML, parse_toml
from bookbuilder.config.toml_variables import with_values
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.runtime.files import files_below, is_file, is_folder, is_inside, is_there
from bookbuilder.runtime.limits import Limits, limits_for
from bookbuilder.runtime.progress import working_on
from bookbuilder.runtime.text_files import read_source
from bookbuilder.runtime.text_folder import MARKDOWN
from bookbuilder.text.slugs import PLACES, places_in

BAD_FOLDER = Rule(
    "C010",
    "bad-path",
    Severity.ERROR,
    "`source` must be a folder inside the book's folder, since nothing outside that is read except"
    " the folders in `allow`, which must exist. `name` is the name of the built files, without a"
    " folder, and may have `{version}` in it; `output` is the folder that they go to.",
)
ALLOWED_FOLDER = Rule(
    "C015",
    "allowed-folder",
    Severity.NOTE,
    "`allow` in book.toml lets the book read files outside its folder. If you build somebody else's"
    " book, you should know that.",
)

# The size of the book is looked for among so many files, in the book's folder first.
MOST_FILES = 50_000  # and folders
MOST_FOLDERS = 20
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".bmp", ".tif")


def read_limits(root: str | Path) -> Limits:
    """Read `[limits]` of the book in `root`; mistakes in them are reported by `read_config`.

    What is not set there goes by the size of the book.
    """
    root = Path(root).resolve(strict=True)
    path = root / CONFIG_NAME
    data: Mapping[str, Any] = {}
    report = Report()
    source = read_source(path, (root,), report, largest=LARGEST_TOML) if is_file(path) else None
    if source is not None:
        data = parse_toml(source, report) or {}
    by_size = limits_for(*_sizes(root, data))
    if source is None or not isinstance(said := data.get("limits"), dict):
        return by_size
    limits = parse_config(root, source, {"limits": said}, report).limits
    missing = [f.name for f in dataclasses.fields(Limits) if f.name.replace("_", "-") not in said]
    return dataclasses.replace(limits, **{name: getattr(by_size, name) for name in missing})


def _sizes(root: Path, data: Mapping[str, Any]) -> tuple[int, int]:
    """Return the bytes of text and of pictures in the book's folder and those that it allows."""
    if root.is_file():
        return root.stat().st_size, 0
    book = data.get("book")
    allowed = book.get("allow", []) if isinstance(book, dict) else []
    names = [name for name in allowed if isinstance(name, str)] if isinstance(allowed, list) else []
    folders = [root, *(root / name for name in names[:MOST_FOLDERS])]
    text = pictures = 0
    files = itertools.chain.from_iterable(map(_files_in, folders))
    for suffix, size in itertools.islice(files, MOST_FILES):
        text += size if suffix in MARKDOWN else 0
        # Most of a large notebook are the pictures in it.
        pictures += size if suffix in (*PICTURE_SUFFIXES, ".ipynb") else 0
    return text, pictures


def _files_in(folder: Path) -> Iterator[tuple[str, int]]:
    """Yield the suffixes and sizes of the files below `folder`; links count as themselves."""
    for path in files_below(folder, folder):
        is_book = "node_modules" not in path.parts
        with contextlib.suppress(OSError):
            yield path.suffix.lower() if is_book else "", path.lstat().st_size


def read_config(root: Path, report: Report) -> Config:
    """Read book.toml in `root`, or else the file of another tool.

    Levels of rules go to `report`. Raises `BookError` if book.toml cannot be read.
    """
    path = root / CONFIG_NAME
    if not is_there(path):
        from bookbuilder.config.other_tools.tools import from_other_tool

        return from_other_tool(root, report)
    source = read_source(path, (root,), report, largest=LARGEST_TOML)
    data = parse_toml(source, report) if source else None
    if not (source and data):
        report.raise_for_errors()
        return Config(root)
    with working_on(source.place):
        if is_mdbook(root, data):
            config = from_mdbook(root, source, data, report)
        else:
            config = parse_config(root, source, with_values(data, source, report), report)
        _check_folders(config, report)
        check_share_address(config, report)
        report.of_book = levels_of_book(config, report)
    return config


def _check_folders(config: Config, report: Report) -> None:
    said = config.book
    for name, folder in zip(said.allow, config.folders[1:], strict=True):
        span = config.span_of("book.allow", name)
        if is_folder(folder):
            report.add(ALLOWED_FOLDER, f"the book may read everything in `{name[:200]}` too", span)
        else:
            message = f"`{name[:200]}` in `allow` is not a folder"
            report.add(BAD_FOLDER, message, span, "write the path from the folder of book.toml")
    if not (is_inside(config.text_folder, *config.folders) and is_folder(config.text_folder)):
        span = config.span_of("book.source", said.source)
        message = f"`source` is not a folder inside the book's: `{said.source[:200]}`"
        report.add(BAD_FOLDER, message, span)
    if re.search(r"[/\\]", said.name):
        span = config.span_of("book.name", said.name)
        report.add(BAD_FOLDER, f"`name` is a file name, not a path: `{said.name[:200]}`", span)
    values = {"version": said.version, "date": str(said.date or "")}
    for place in dict.fromkeys(places_in(said.name)):
        span = config.span_of("book.name", said.name)
        if place not in PLACES:
            message = f"`name` has `{{{place}}}`, which stands for nothing"
            known = ", ".join(f"`{{{known}}}`" for known in PLACES)
            report.add(BAD_FOLDER, message, span, f"it may have {known}")
        elif place in values and not values[place]:
            message = f"`name` has `{{{place}}}`, but the book has no {place}"
            report.add(BAD_FOLDER, message, span, f"add `{place}` below [book]")
