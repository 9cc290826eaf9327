"""Read a Jupyter notebook as Markdown: its text, its code, and the outputs stored in it.

Nothing is run. The result's lines keep the numbers of their cells, for findings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source, Span, Stretch
from bookbuilder.reading.cell_options import CellOptions, options_of
from bookbuilder.reading.cell_outputs import LEFT_OUT, Outputs, fenced, joined, picture_of
from bookbuilder.reading.front_matter import read_front_matter
from bookbuilder.runtime.files import LARGEST_TEXT, is_file, is_inside, name_of, read_file
from bookbuilder.runtime.text_files import UNREADABLE, without_controls
from bookbuilder.text.patterns import rare_pattern

SUFFIX = ".ipynb"
LARGEST = 50_000_000
MOST_CELLS = 5_000
BAD_NOTEBOOK = Rule(
    "C018",
    "bad-notebook",
    Severity.ERROR,
    "A Jupyter notebook is JSON in the form `nbformat` 4. Open older ones in Jupyter and save them"
    f" again. More than {MOST_CELLS:,} cells or {LARGEST_TEXT:,} characters of text are refused.",
    stops=False,
)
_ATTACHMENT = rare_pattern(r"attachment:([^\s()<>\"']{1,300})")
_LANGUAGE = rare_pattern(r"[\w+#.-]{1,40}")


class Notebook(Struct):
    """A notebook as text. `pictures` are those in it, by the names that the text calls them."""

    source: Source
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def read_notebook(path: Path, folders: Sequence[Path], report: Report) -> Notebook | None:
    """Return the notebook at `path`; report and return None if it cannot be read."""
    name = name_of(path, folders[0])
    if not is_inside(path, *folders) or not is_file(path):
        report.add(UNREADABLE, f"{name} is not a file inside the book's folder", Span(name))
        return None
    try:
        data = json.loads(read_file(path, LARGEST, folders).decode("utf-8-sig"))
    except OSError as error:
        report.add(UNREADABLE, f"{name} cannot be read: {error.strerror}", Span(name))
        return None
    except (ValueError, RecursionError):
        report.add(BAD_NOTEBOOK, f"{name} is not a notebook: it is not JSON", Span(name))
        return None
    cells = data.get("cells") if isinstance(data, dict) else None
    why = ""
    if not isinstance(cells, list):
        is_old = isinstance(data, dict) and "worksheets" in data
        why = "is of an old form: save it again in Jupyter" if is_old else "has no cells"
    elif len(cells) > MOST_CELLS:
        why = f"has {len(cells):,} cells; the limit is {MOST_CELLS:,}"
    if why or not isinstance(cells, list):
        report.add(BAD_NOTEBOOK, f"{name} {why}", Span(name))
        return None
    text = _Text(path, name, _language(data), report)
    for number, cell in enumerate(cells, 1):
        if isinstance(cell, dict):
            text.add(number, cell)
    return text.notebook()


class _Text:
    """Gather the Markdown of a notebook, cell by cell."""

    def __init__(self, path: Path, name: str, language: str, report: Report) -> None:
        self.path = path
        self.name = name
        self.language = language
        self.report = report
        self.pieces: list[str] = []
        self.stretches: list[Stretch] = []
        self.pictures: dict[str, bytes] = {}
        self.outputs = Outputs(self.pictures, self._left_out)
        self.defaults = CellOptions()
        self.line = 1
        self.cell = self.options_lines = 0
        self.has_code = self.has_outputs = False

    def add(self, number: int, cell: dict[str, Any]) -> None:
        self.cell = number
        source = without_controls(joined(cell.get("source"))).replace("\r\n", "\n")
        kind = cell.get("cell_type")
        lines = source.count("\n")
        options, source = options_of(cell, source, self.defaults)
        self.options_lines = lines - source.count("\n")
        if options.is_removed:
            return
        if kind == "markdown":
            self._append(self._with_attachments(source, cell))
        elif kind == "code":
            self._code(source, cell, options)
        elif kind == "raw":
            self._raw(source, cell)

    def _raw(self, source: str, cell: dict[str, Any]) -> None:
        """Add a raw cell: front matter, Markdown or HTML; other formats are not a book's."""
        metadata = cell.get("metadata")
        said = metadata if isinstance(metadata, dict) else {}
        form = str(said.get("raw_mimetype") or said.get("format") or "")
        if not self.pieces and (front := self._front_matter(source)):
            execute = front.get("execute")
            self.defaults = CellOptions().with_said(execute if isinstance(execute, dict) else {})
            self._append(source)
        elif "markdown" in form or "html" in form:
            self._append(source)
        elif source.strip():
            self._left_out("a raw cell for other programs")

    def _front_matter(self, source: str) -> Mapping[Any, Any]:
        # What is wrong with it is reported where the whole text is read.
        return read_front_matter(Source(self.path, self.name, f"{source}\n"), Report()).data

    def _code(self, source: str, cell: dict[str, Any], options: CellOptions) -> None:
        outputs = cell.get("outputs")
        listed = outputs if isinstance(outputs, list) else []
        self.has_code = self.has_code or bool(source.strip())
        self.has_outputs = self.has_outputs or bool(listed)
        if options.code and source.strip():
            self._append(fenced(source, self.language), first=self.options_lines)
        if options.output:
            for piece in self.outputs.texts(listed, self.cell, options):
                self._append(piece)

    def _with_attachments(self, source: str, cell: dict[str, Any]) -> str:
        attachments = cell.get("attachments")
        if not isinstance(attachments, dict) or not attachments:
            return source

        def put(match: re.Match[str]) -> str:
            bundle = attachments.get(match[1])
            data = picture_of(bundle) if isinstance(bundle, dict) else None
            if data is None:
                return match[0]
            name = f"cell-{self.cell}-{re.sub(r'[^A-Za-z0-9._-]+', '-', match[1])}"
            self.pictures[name] = data
            return name

        return _ATTACHMENT.sub(put, source)

    def _append(self, piece: str, first: int = 1) -> None:
        """Add a block; its first line is line `first` of the cell."""
        piece = piece.strip("\n") + "\n\n"
        if piece.strip():
            self.stretches.append(Stretch(self.line, self.name, first, cell=self.cell))
            self.pieces.append(piece)
            self.line += piece.count("\n")

    def _left_out(self, what: str) -> None:
        span = Span(self.name, cell=self.cell)
        message = f"{what} is left out"
        self.report.add(LEFT_OUT, message, span, alike=what)

    def notebook(self) -> Notebook | None:
        text = "".join(self.pieces)
        if len(text) > LARGEST_TEXT:
            message = f"{self.name} holds {len(text):,} characters; the limit is {LARGEST_TEXT:,}"
            self.report.add(BAD_NOTEBOOK, message, Span(self.name))
            return None
        if self.has_code and not self.has_outputs:
            message = f"{self.name} holds no outputs, only code"
            hint = "to have them in the book, run it and save it with its outputs"
            self.report.add(LEFT_OUT, message, Span(self.name), hint)
        source = Source(self.path, self.name, text, tuple(self.stretches))
        return Notebook(source, self.pictures)


def _language(data: dict[str, Any]) -> str:
    """Return the language of the code cells, as highlighting knows it."""
    metadata = data.get("metadata")
    said = metadata if isinstance(metadata, dict) else {}
    for table, key in (("language_info", "name"), ("kernelspec", "language")):
        entry = said.get(table)
        name = entry.get(key) if isinstance(entry, dict) else None
        if isinstance(name, str) and _LANGUAGE.fullmatch(name):
            return name.lower()
    return "python"
