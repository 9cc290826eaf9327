"""Books written for other tools: what the tool's own file says of the book, one module a tool."""

from __future__ import annotations

from pathlib import Path

from bookbuilder.config.other_tools.gitbook import from_gitbook
from bookbuilder.config.other_tools.mkdocs import from_mkdocs
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report


def from_other_tool(root: Path, report: Report) -> Config:
    """Return the configuration of a folder that has no book.toml, by another tool's file if any.

    mdBook's file is called book.toml as well: whoever reads that asks `is_mdbook` first.
    """
    return from_gitbook(root, report) or from_mkdocs(root, report) or Config(root)
