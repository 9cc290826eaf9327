"""Read the files of a bibliography into a library, in which entries are looked up by key."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bookbuilder.citing.biblatex import translate, with_parents
from bookbuilder.citing.bibtex import RawEntry, read_bibtex
from bookbuilder.citing.csl_data import read_item
from bookbuilder.citing.entries import Entry
from bookbuilder.citing.ris import read_ris
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source, Span
from bookbuilder.runtime.files import is_file, is_inside, is_there, name_of, read_file
from bookbuilder.runtime.text_files import without_controls
from bookbuilder.text.plain_yaml import NotYamlError, load_yaml

BAD_FILE = Rule(
    "K002",
    "bibliography-file",
    Severity.WARNING,
    "A file named under `bibliography` must be inside the book's folder, and be BibTeX or BibLaTeX"
    " (.bib), CSL data (.json, .yaml) or RIS (.ris) in UTF-8. The book is built without it.",
)
BAD_ENTRY = Rule(
    "K003",
    "bibliography-syntax",
    Severity.WARNING,
    "An entry of a bibliography has a mistake: a brace that is never closed, a missing comma, a key"
    " that is not there. The rest of the file is read.",
)
DUPLICATE = Rule(
    "K004",
    "duplicate-entry",
    Severity.WARNING,
    "Two entries of a bibliography have the same key. The first one is used.",
)
LARGEST = 20_000_000
_MOST_ENTRIES = 100_000
SUFFIXES = {
    ".bib": "bibtex", ".bibtex": "bibtex", ".biblatex": "bibtex", ".json": "json", ".csljson":
    "json", ".yaml": "yaml", ".yml": "yaml", ".ris": "ris",
}  # fmt: skip
_MOST_SAID = 20


@dataclass(slots=True)
class Library:
    """Hold the entries of a book or of a chapter by key; each is translated when it is needed."""

    language: str = "en"
    parent: Library | None = None
    """Hold what can be cited besides: the book's bibliography, in a chapter with its own."""
    _makers: dict[str, Callable[[], Entry]] = field(default_factory=dict)
    _made: dict[str, Entry] = field(default_factory=dict)
    _spans: dict[str, Span | None] = field(default_factory=dict)
    _aliases: dict[str, str] = field(default_factory=dict)

    def __contains__(self, key: str) -> bool:
        own = key in self._makers or key in self._aliases
        return own or (self.parent is not None and key in self.parent)

    @property
    def keys(self) -> Iterable[str]:
        return [*self._makers, *(self.parent.keys if self.parent else ())]

    @property
    def names(self) -> Iterable[str]:
        """Return all that can be cited: the keys of entries, and their other names."""
        return [*self._makers, *self._aliases, *(self.parent.names if self.parent else ())]

    def get(self, key: str) -> Entry | None:
        """Return the entry with `key`; one of another library only if there is none here."""
        if self.parent is not None and not (key in self._makers or key in self._aliases):
            return self.parent.get(key)
        key = key if key in self._makers else self._aliases.get(key, key)
        if key not in self._made and key in self._makers:
            self._made[key] = self._makers[key]()
        return self._made.get(key)

    def add_file(
        self, name: str, folder: Path, folders: Sequence[Path], span: Span | None, report: Report
    ) -> None:
        """Add the entries of file `name`; report what is wrong with it, at `span` or in it."""
        path = folder / name
        kind = SUFFIXES.get(path.suffix.lower(), "")
        why = ""
        if not is_inside(path, *folders):
            why = "it is outside the book's folder"
        elif not is_there(path):
            why = "there is no such file"
        elif not is_file(path):
            why = "it is not an ordinary file"
        elif not kind:
            why = "its name ends with none of .bib, .json, .yaml and .ris"
        if why:
            report.add(BAD_FILE, f"the bibliography `{name[:200]}` cannot be read: {why}", span)
            return
        try:
            text = read_file(path, LARGEST, folders).decode("utf-8-sig")
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it is not UTF-8"
            report.add(BAD_FILE, f"the bibliography `{name[:200]}` cannot be read: {why}", span)
            return
        text = without_controls(text.replace("\r\n", "\n").replace("\r", "\n"))
        source = Source(path, name_of(path, folders[0]), text)
        if kind == "bibtex":
            self._add_bibtex(source, report)
        elif kind == "ris":
            for key, csl, fields, line in read_ris(text)[:_MOST_ENTRIES]:
                self._add(key, Entry(key, csl, fields, source.span_of_line(line)), report)
        else:
            self._add_data(source, kind, report)

    def _add_bibtex(self, source: Source, report: Report) -> None:
        said = 0

        def complain(message: str, at: int, hint: str) -> None:
            nonlocal said
            said += 1
            if said <= _MOST_SAID:
                report.add(BAD_ENTRY, message, source.span(at, 1), hint)

        entries = read_bibtex(source.text, complain)[:_MOST_ENTRIES]
        known: dict[str, RawEntry] = {}
        for entry in entries:
            known.setdefault(entry.key, entry)
        if not entries and source.text.strip() and not said:
            report.add(BAD_ENTRY, f"{source.name} has no entry", source.span_of_line(1))
        for entry in entries:
            if entry.kind in ("xdata", "set"):
                continue
            at = source.text.find(entry.key, entry.at)
            span = source.span(at, len(entry.key))
            made = partial(_translated, entry, known, self.language, span)
            if self._is_new(entry.key, span, report):
                self._makers[entry.key] = made
                for alias in entry.fields.get("ids", "").split(","):
                    self._aliases.setdefault(alias.strip(), entry.key)

    def _add_data(self, source: Source, kind: str, report: Report) -> None:
        try:
            data = json.loads(source.text) if kind == "json" else load_yaml(source.text)
        except (ValueError, RecursionError, NotYamlError) as error:
            line = getattr(error, "lineno", 0)
            place = getattr(error, "place", None)
            line = line or (place[0] + 1 if place else 1)
            what = "JSON" if kind == "json" else "YAML"
            why = getattr(error, "msg", None) or getattr(error, "problem", None) or "it is broken"
            span = source.span_of_line(line)
            report.add(BAD_FILE, f"{source.name} is not {what}: {str(why)[:200]}", span)
            return
        if isinstance(data, dict):
            data = data.get("references", data.get("items", [data] if "type" in data else []))
        if not isinstance(data, list):
            message = f"{source.name} holds no list of entries"
            report.add(BAD_FILE, message, source.span_of_line(1))
            return
        self.add_items(data[:_MOST_ENTRIES], source, report)

    def add_items(self, data: Iterable[Any], source: Source, report: Report) -> None:
        """Add the items of CSL data, which stand in `source`."""
        position = 0
        for item in data:
            if not isinstance(item, dict):
                continue
            key, csl, fields = read_item(item)
            at = source.text.find(key, position) if key else -1
            span = source.span(at, len(key)) if at >= 0 else source.span_of_line(1)
            position = max(position, at + 1)
            if not key:
                report.add(BAD_ENTRY, f"an entry of {source.name} has no `id`", span)
                continue
            self._add(key, Entry(key, csl, fields, span), report)

    def _add(self, key: str, entry: Entry, report: Report) -> None:
        if self._is_new(key, entry.span, report):
            self._makers[key] = lambda: entry

    def _is_new(self, key: str, span: Span | None, report: Report) -> bool:
        if key not in self._makers:
            self._spans[key] = span
            return True
        first = self._spans[key]
        where = f" in line {first.line}" if first and span and first.file == span.file else ""
        where = where or (f" in {first.file}" if first else "")
        message = f"the bibliography has an entry `{key[:100]}` already{where}"
        report.add(DUPLICATE, message, span, "give one of them another key, or delete it")
        return False


def _translated(entry: RawEntry, known: dict[str, RawEntry], language: str, span: Span) -> Entry:
    kind, fields = translate(entry.kind, with_parents(entry, known), language)
    return Entry(entry.key, kind, fields, span)
