"""mdBook: its file is called book.toml, as ours is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bookbuilder.config.other_tools.shared import config_of, report_other_tool, text_of
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source


def is_mdbook(data: Mapping[str, Any]) -> bool:
    """Tell by its keys whether a book.toml is mdBook's."""
    book = data.get("book")
    keys = set(book) if isinstance(book, dict) else set()
    return "part" not in data and bool(
        keys & {"src", "multilingual"} or data.keys() & {"output", "preprocessor", "build", "rust"}
    )


def from_mdbook(root: Path, source: Source, data: Mapping[str, Any], report: Report) -> Config:
    """Return what mdBook's `[book]` says."""
    book = data.get("book")
    said: Mapping[str, Any] = book if isinstance(book, dict) else {}
    report_other_tool(f"{source.name} is mdBook's", source.span_of_file(), report)
    return config_of(
        root,
        title=said.get("title"),
        description=said.get("description"),
        language=said.get("language"),
        authors=said.get("authors"),
        folder=text_of(said.get("src")) or "src",
        variables=said.get("variables"),
    )
