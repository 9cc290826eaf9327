"""Read mdBook's file, which is called book.toml, as ours is."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bookbuilder.config.parsing import parse_config
from bookbuilder.config.schema import BookConfig, Config, EpubConfig, PdfConfig
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source
from bookbuilder.runtime.files import is_file, is_inside

_TABLES = ("output", "preprocessor", "build", "rust")
# Both tools know these keys of [book].
_SHARED = {"title", "authors", "description", "language"}
_OWN_TABLES = {f.name for f in dataclasses.fields(Config)} & {
    *("series", "part", "epub", "pdf", "edition", "variables", "limits", "lint")
}


def is_mdbook(root: Path, data: Mapping[str, Any]) -> bool:
    """Tell whether a book.toml is mdBook's, by what only one of the two tools knows.

    One table of mdBook's in a file of ours is a mistake there, and does not make it mdBook's.
    """
    book = data.get("book")
    said: Mapping[str, Any] = book if isinstance(book, dict) else {}
    if "part" in data:
        return False
    if said.keys() & {"src", "multilingual", "text-direction"}:
        return True
    if not data.keys() & set(_TABLES):
        return False
    summary = root / "src" / "SUMMARY.md"
    if is_inside(summary, root) and is_file(summary):
        return True
    if said.keys() & _own_keys(BookConfig) or data.keys() & _OWN_TABLES:
        return False
    output = data.get("output")
    renderers = output if isinstance(output, dict) else {}
    settings = {key for value in renderers.values() if isinstance(value, dict) for key in value}
    if settings & (_own_keys(EpubConfig) | _own_keys(PdfConfig)):
        return False
    return "html" in renderers or "preprocessor" in data or "rust" in data


def _own_keys(cls: type[Any]) -> set[str]:
    return {f.name.replace("_", "-") for f in dataclasses.fields(cls)} - _SHARED


def from_mdbook(root: Path, source: Source, data: Mapping[str, Any], report: Report) -> Config:
    """Return what mdBook's `[book]` says, and our own tables and keys in the same file."""
    from bookbuilder.config.other_tools.shared import config_of, report_other_tool, text_of

    book = data.get("book")
    said: Mapping[str, Any] = book if isinstance(book, dict) else {}
    unused = [name for name in _TABLES if name in data]
    what = ", ".join(f"[{name}]" for name in unused)
    but = f", and {what} {'is' if len(unused) == 1 else 'are'} not" if unused else ""
    report_other_tool(f"{source.name} is mdBook's", source.span_of_file(), report, but)
    config = config_of(
        root,
        title=said.get("title"),
        description=said.get("description"),
        language=said.get("language"),
        authors=said.get("authors"),
        folder=text_of(said.get("src")) or "src",
        variables=said.get("variables"),
    )
    own = {name: data[name] for name in data if name in _OWN_TABLES}
    keys = {key: value for key, value in said.items() if key in _own_keys(BookConfig)}
    ours = parse_config(root, source, {**own, "book": keys}, report)
    taken = {key.replace("-", "_"): getattr(ours.book, key.replace("-", "_")) for key in keys}
    return dataclasses.replace(
        ours,
        book=dataclasses.replace(config.book, **taken),
        site_variables=config.site_variables,
        hidden_lines=_hidden_lines(data),
    )


def _hidden_lines(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the prefixes that `[output.html.code.hidelines]` gives, by language."""
    said: Any = data
    for key in ("output", "html", "code", "hidelines"):
        said = said.get(key) if isinstance(said, dict) else None
    pairs = said.items() if isinstance(said, dict) else ()
    return {k: v for k, v in pairs if isinstance(v, str) and re.fullmatch(r"[^\s,}`]{1,20}", v)}
