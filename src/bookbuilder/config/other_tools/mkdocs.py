"""Read MkDocs' mkdocs.yml."""

from __future__ import annotations

from pathlib import Path

from bookbuilder.config.other_tools.shared import config_of, read_settings
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report

FILE_NAME = "mkdocs.yml"


def from_mkdocs(root: Path, report: Report) -> Config | None:
    """Return what mkdocs.yml in `root` says; None if it is missing or unusable."""
    said = read_settings(FILE_NAME, root, report)
    if not said:
        return None
    return config_of(
        root,
        title=said.get("site_name"),
        description=said.get("site_description"),
        authors=said.get("site_author"),
        folder=said.get("docs_dir"),
    )
