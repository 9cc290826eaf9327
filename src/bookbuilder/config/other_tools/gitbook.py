"""Read book.json of GitBook and its successor HonKit."""

from __future__ import annotations

from pathlib import Path

from bookbuilder.config.other_tools.shared import config_of, read_settings
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report

FILE_NAME = "book.json"


def from_gitbook(root: Path, report: Report) -> Config | None:
    """Return what book.json in `root` says; None if it is missing or unusable."""
    said = read_settings(FILE_NAME, root, report)
    if not said:
        return None
    return config_of(
        root,
        title=said.get("title"),
        description=said.get("description"),
        language=said.get("language"),
        authors=said.get("author"),
        folder=said.get("root"),
        variables=said.get("variables"),
    )
