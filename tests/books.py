"""Little books for tests: files in, a linked book and what was reported out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bookbuilder import Book, BookError, Report, load
from bookbuilder.model.source import Span


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, encoding="utf-8")
    return folder


def load_files(
    folder: Path, files: Mapping[str, str | bytes], part: int | None = None
) -> tuple[Book, Report]:
    report = Report()
    return load(write_files(folder, files), part, report), report


def errors_of(
    folder: Path, files: Mapping[str, str | bytes], part: int | None = None
) -> list[tuple[str, str]]:
    """Return the rules and places (`file:line:column`) of the errors that make the book fail."""
    try:
        load(write_files(folder, files), part)
    except BookError as error:
        errors = [d for d in error.diagnostics if d.severity == "error"]
        return [(d.rule.name, place_of(d.span)) for d in errors]
    raise AssertionError("the book was built")


def place_of(span: Span | None) -> str:
    """Return the parts of a place that are known, as `file:line:column`."""
    return (
        ":".join(str(part) for part in (span.file, span.line, span.column) if part) if span else ""
    )


def rules_of(report: Report) -> list[str]:
    """Return the names of the rules reported, without the note on what was assumed."""
    return [d.rule.name for d in report if d.rule.name != "assumed"]
