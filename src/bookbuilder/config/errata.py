"""Read errata.toml: what was wrong in the book, and what it says now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bookbuilder.config.parsing import read_list, report_unknown
from bookbuilder.config.toml_text import LARGEST_TOML, parse_toml, span_of_key
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source, Span
from bookbuilder.runtime.files import is_there
from bookbuilder.runtime.text_files import read_source
from bookbuilder.text.patterns import rare_pattern

ERRATA_NAME = "errata.toml"
_PAGE = rare_pattern(r"\D{0,20}?(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Erratum:
    """`[[erratum]]`: `was` was wrong, `is_` is right since version `since`. `place` is a chapter's
    file or slug, also with `#` and a heading's id, or a page such as "page 57".
    """

    place: str
    was: str
    is_: str
    found_by: str = ""
    since: str = ""
    date: date | None = None

    @property
    def page(self) -> str:
        """Return the number of the page that `place` names, if it names one."""
        match = _PAGE.fullmatch(self.place)
        return match[1] if match else ""


@dataclass(frozen=True, slots=True)
class PlacedErratum:
    """An erratum, and the place of its table in the file."""

    said: Erratum
    source: Source
    table: str

    def span_of(self, key: str) -> Span:
        return span_of_key(self.source, f"{self.table}.{key}")


def read_errata(root: Path, report: Report) -> tuple[PlacedErratum, ...]:
    """Read errata.toml of the book in `root`, if there is one; report what is wrong in it."""
    path = root / ERRATA_NAME
    if not is_there(path):
        return ()
    source = read_source(path, (root,), report, largest=LARGEST_TOML)
    data = parse_toml(source, report) if source else None
    if source is None or data is None:
        return ()
    report_unknown(data, {"erratum"}, source, report)
    found = read_list(Erratum, data.get("erratum", []), "erratum", source, report)
    return tuple(PlacedErratum(said, source, table) for table, said in found)
