"""GitBook and its successor HonKit: book.json."""

from __future__ import annotations

from pathlib import Path

from bookbuilder.config.other_tools.shared import config_of, load_mapping, report_other_tool
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Span

FILE_NAME = "book.json"


def from_gitbook(root: Path, report: Report) -> Config | None:
    """Return what book.json in `root` says; None where there is none that can be used."""
    said = load_mapping(root / FILE_NAME, root, report)
    if not said:
        return None
    report_other_tool(f"{FILE_NAME} is another tool's", Span(FILE_NAME), report)
    return config_of(
        root,
        title=said.get("title"),
        description=said.get("description"),
        language=said.get("language"),
        authors=said.get("author"),
        folder=said.get("root"),
        variables=said.get("variables"),
    )
