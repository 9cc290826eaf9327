"""Give a folder that holds a book already its book.toml."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from bookbuilder.book import Person
from bookbuilder.build import load
from bookbuilder.config import CONFIG_NAME
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import BookError, Report
from bookbuilder.reading.chapter_files import markdown_files
from bookbuilder.reading.order import read_outline
from bookbuilder.reading.repository_files import without_repository_files
from bookbuilder.runtime.files import create_file
from bookbuilder.starter.book_toml import book_toml, says_more
from bookbuilder.starter.json_schema import SCHEMA_NAME, schema_text


def holds_a_book(folder: Path) -> bool:
    """Tell whether there are chapters in `folder`; the README of a repository is none."""
    config = Config(folder)
    paths = without_repository_files(markdown_files(config), config, Report())
    return any(path.parent != folder or path.stem.lower() != "readme" for path in paths)


def describe(folder: Path, asked: Mapping[str, str], report: Report) -> list[str]:
    """Write book.toml into `folder`, with what is read there; return lines that say so.

    `asked` is what the author says of title, author and language, which comes first. Where
    book.toml could not say all that another tool's file says, none is written.
    """
    book = load(folder, report=report, drafts=True)
    if says_more(book.config):
        return ["The book builds as it is; book.toml cannot hold its variables, so none is written"]
    metadata = book.metadata
    if title := asked.get("title"):
        metadata = dataclasses.replace(metadata, title=title)
    if author := asked.get("author"):
        metadata = dataclasses.replace(metadata, authors=(Person(author),))
    if language := asked.get("language"):
        metadata = dataclasses.replace(metadata, language=language)
    outline = read_outline(book.config, Report())
    book = dataclasses.replace(book, metadata=metadata)
    create_file(folder / ".vscode" / SCHEMA_NAME, schema_text().encode())
    if not create_file(folder / CONFIG_NAME, book_toml(book, outline).encode()):
        raise BookError(report.diagnostics)
    chapters = len(list(outline.entries))
    return [
        f"Wrote {CONFIG_NAME}: “{metadata.title}”, {chapters} chapter{'s' * (chapters != 1)},"
        " which builds as before"
    ]
