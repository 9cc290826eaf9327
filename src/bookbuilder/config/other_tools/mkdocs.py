"""MkDocs: mkdocs.yml."""

from __future__ import annotations

from pathlib import Path

from bookbuilder.config.other_tools.shared import config_of, load_mapping, report_other_tool
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Span

FILE_NAME = "mkdocs.yml"


def from_mkdocs(root: Path, report: Report) -> Config | None:
    """Return what mkdocs.yml in `root` says; None where there is none that can be used."""
    said = load_mapping(root / FILE_NAME, root, report)
    if not said:
        return None
    report_other_tool(f"{FILE_NAME} is another tool's", Span(FILE_NAME), report)
    return config_of(
        root,
        title=said.get("site_name"),
        description=said.get("site_description"),
        authors=said.get("site_author"),
        folder=said.get("docs_dir"),
    )
