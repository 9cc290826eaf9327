"""Render diagnostics as text, in one of several message formats.

`full` is for people; the others are for programs, so their form must not change.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable
from enum import StrEnum

import click
from rich.cells import cell_len

from bookbuilder.cli.terminal import printable
from bookbuilder.model.diagnostics import Diagnostic, Severity
from bookbuilder.model.source import Span

TAB = 4
EXCERPT_CELLS = 96
"""Markdown paragraphs are often one long line; an excerpt shows this much of it."""
CONTEXT_CELLS = 48
LONGEST_EXCERPT = 300
"""Characters on each side that are looked at: many of them may take no cell."""

COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


class MessageFormat(StrEnum):
    FULL = "full"
    CONCISE = "concise"
    JSON = "json"
    GITHUB = "github"


def render(
    diagnostics: Iterable[Diagnostic],
    message_format: MessageFormat = MessageFormat.FULL,
    *,
    color: bool = False,
    folder: str = "",
) -> str:
    """Return `diagnostics` as lines, each with its newline.

    `folder` is the path from the working folder to the book's. It is put before every file name, so
    that a terminal or an editor can open the file.
    """
    found = list(diagnostics)
    if message_format is MessageFormat.FULL:
        return _full(found, folder, color)
    one_line = _ONE_LINE[message_format]
    return "".join(one_line(diagnostic, folder) + "\n" for diagnostic in found)


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """Return a count such as `2 errors, 1 warning`; empty if there are none."""
    counts = Counter(diagnostic.severity for diagnostic in diagnostics)
    return ", ".join(
        f"{counts[severity]} {severity}{'' if counts[severity] == 1 else 's'}"
        for severity in Severity
        if counts[severity]
    )


def _full(diagnostics: list[Diagnostic], folder: str, color: bool) -> str:
    if not diagnostics:
        return ""

    def paint(text: str, foreground: str | None = None) -> str:
        return click.style(text, fg=foreground, bold=True) if color else text

    blocks = [_full_block(diagnostic, folder, paint) for diagnostic in diagnostics]
    worst = next(s for s in Severity if any(d.severity is s for d in diagnostics))
    return "\n".join([*blocks, paint(summary(diagnostics), COLORS[worst]) + "\n"])


def _full_block(diagnostic: Diagnostic, folder: str, paint: Callable[..., str]) -> str:
    foreground = COLORS[diagnostic.severity]
    label = f"{diagnostic.severity}[{diagnostic.rule.code}]"
    lines = [f"{paint(label, foreground)}{paint(f': {printable(diagnostic.message)}')}"]
    span = diagnostic.span
    number = str(span.line) if span and span.line and span.excerpt.strip() else ""
    margin = " " * max(1, len(number))
    if span:
        lines.append(f"{margin}{paint('-->', 'blue')} {_place(span, folder)}")
    if span and number:
        text, indent, width = _excerpt(span)
        bar = paint("|", "blue")
        lines += [f"{margin} {bar}", f"{paint(number, 'blue')} {bar} {text}"]
        if width:
            lines.append(f"{margin} {bar} {' ' * indent}{paint('^' * width, foreground)}")
    if diagnostic.hint:
        lines.append(f"{margin} {paint('hint')}: {printable(diagnostic.hint)}")
    return "\n".join(lines) + "\n"


def _excerpt(span: Span) -> tuple[str, int, int]:
    """Return the line to show, and where the carets below it start and how many, in cells."""
    start = max(0, min(span.column - 1, len(span.excerpt)))
    end = min(start + max(1, span.length), len(span.excerpt))
    # No more than could be shown: a line may have as many characters as a chapter, and findings.
    before = _expanded(span.excerpt[max(0, start - LONGEST_EXCERPT) : start])
    marked = _expanded(span.excerpt[start : min(end, start + LONGEST_EXCERPT)], cell_len(before))
    after = _expanded(span.excerpt[end : end + LONGEST_EXCERPT], cell_len(before + marked))
    if cell_len(before + marked + after) > EXCERPT_CELLS:
        before = _last_cells(before, CONTEXT_CELLS)
        marked = _first_cells(marked, EXCERPT_CELLS - CONTEXT_CELLS)
        after = _first_cells(after, EXCERPT_CELLS - cell_len(before + marked))
    width = max(1, cell_len(marked)) if span.column else 0
    return (before + marked + after).rstrip(), cell_len(before), width


def _expanded(text: str, column: int = 0) -> str:
    """Return `text`, which starts at `column`, with its tabs as spaces."""
    cells: list[str] = []
    for piece in re.split(r"(\t)", printable(text, keep="\t")):
        filled = " " * (TAB - column % TAB) if piece == "\t" else piece
        cells.append(filled)
        column += cell_len(filled)
    return "".join(cells)


def _first_cells(text: str, cells: int) -> str:
    if cell_len(text) <= cells:
        return text
    shown = text[: max(0, cells - 1)]
    while cell_len(shown) > max(0, cells - 1):
        shown = shown[:-1]
    return shown + "…"


def _last_cells(text: str, cells: int) -> str:
    if cell_len(text) <= cells:
        return text
    shown = text[1 - cells :]
    while cell_len(shown) > cells - 1:
        shown = shown[1:]
    return "…" + shown


def _file(span: Span, folder: str) -> str:
    return posixpath.normpath(posixpath.join(folder, span.file))


def _place(span: Span, folder: str) -> str:
    numbers = [str(n) for n in (span.line, span.column if span.line else 0) if n]
    cell = [f"cell {span.cell}"] if span.cell else []
    return ":".join([printable(_file(span, folder)), *cell, *numbers])


def _concise(diagnostic: Diagnostic, folder: str) -> str:
    place = f"{_place(diagnostic.span, folder)}: " if diagnostic.span else ""
    hint = f"; {printable(diagnostic.hint)}" if diagnostic.hint else ""
    message = printable(diagnostic.message)
    return f"{place}{diagnostic.severity}[{diagnostic.rule.code}]: {message}{hint}"


def _json(diagnostic: Diagnostic, folder: str) -> str:
    span = diagnostic.span
    # Only findings in a notebook have this key.
    cell = {"cell": span.cell} if span and span.cell else {}
    return json.dumps(
        {
            "severity": diagnostic.severity,
            "code": diagnostic.rule.code,
            "name": diagnostic.rule.name,
            "message": diagnostic.message,
            "hint": diagnostic.hint or None,
            "file": _file(span, folder) if span else None,
            "line": (span.line or None) if span else None,
            "column": (span.column or None) if span else None,
            "length": (span.length or None) if span else None,
            **cell,
        }
    )


def _github(diagnostic: Diagnostic, folder: str) -> str:
    """Return a workflow command.

    GitHub decodes `%25`, `%0D`, `%0A`, and in properties `%3A` and `%2C`.
    """
    commands = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
    span = diagnostic.span
    properties = {}
    if span:
        properties["file"] = _file(span, folder)
        # GitHub counts the lines of the file, which are not those of a cell.
        if span.line and not span.cell:
            properties["line"] = str(span.line)
        if span.line and span.column and not span.cell:
            properties["col"] = str(span.column)
            properties["endColumn"] = str(span.column + max(1, span.length))
    properties["title"] = f"{diagnostic.rule.code} {diagnostic.rule.name}"
    listed = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items())
    cell = f"cell {span.cell}: " if span and span.cell else ""
    text = cell + diagnostic.message + (f"\n{diagnostic.hint}" if diagnostic.hint else "")
    return f"::{commands[diagnostic.severity]} {listed}::{_escaped(text)}"


def _escaped(text: str, more: str = "") -> str:
    return re.sub(
        rf"[%\r\n{more}]", lambda match: f"%{ord(match[0]):02X}", printable(text, keep="\r\n")
    )


_ONE_LINE: dict[MessageFormat, Callable[[Diagnostic, str], str]] = {
    MessageFormat.CONCISE: _concise,
    MessageFormat.JSON: _json,
    MessageFormat.GITHUB: _github,
}
