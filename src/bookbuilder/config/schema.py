"""`book.toml` as frozen dataclasses.

The dataclasses are the schema: a field is a key (underscores written as hyphens), its annotation
the type. Unknown and ill-typed keys are errors that name the line, all of them in one run.
"""

from __future__ import annotations

import dataclasses
import math
import os
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from bookbuilder.config.toml_text import span_of_key, without_places, without_quotes
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source, Span
from bookbuilder.runtime.limits import Limits
from bookbuilder.runtime.text_files import without_controls
from bookbuilder.text.suggest import did_you_mean

CONFIG_NAME = "book.toml"

UNKNOWN_KEY = Rule(
    "C002",
    "unknown-key",
    Severity.ERROR,
    "A key that bookbuilder does not know is nearly always a misspelt one, and a setting that is"
    " silently ignored is worse than an error.",
    stops=False,
)
WRONG_TYPE = Rule(
    "C003",
    "wrong-type",
    Severity.ERROR,
    "Every key of book.toml has one type, and no number is below 0; docs/book-toml.md lists them.",
    stops=False,
)
MISSING_KEY = Rule(
    "C004",
    "missing-key",
    Severity.ERROR,
    "Some tables mean nothing without this key: a part without a title, a person without a name.",
    stops=False,
)
NUMBER_TWICE = Rule(
    "C016",
    "part-number-twice",
    Severity.ERROR,
    "`--part N` builds the part of that number: of two that have it, one could not be asked for,"
    " and readers could not tell them apart. A part without `number` has that of its place.",
    stops=False,
)


@dataclass(frozen=True, slots=True)
class AuthorConfig:
    """`{ name = "…", role = "aut", file-as = "…" }`, or a bare string for the name."""

    name: str
    role: str = "aut"
    file_as: str = ""


@dataclass(frozen=True, slots=True)
class BookConfig:
    """`[book]`. `source` is the folder that chapter paths start from, `workbook` the title of the
    chapter that repeats all exercises; without one there is none. `allow` are folders outside the
    book's that may be read too.
    """

    title: str = ""
    subtitle: str = ""
    authors: tuple[AuthorConfig, ...] = ()
    language: str = ""
    identifier: str = ""
    publisher: str = ""
    rights: str = ""
    license: str = ""
    description: str = ""
    subjects: tuple[str, ...] = ()
    date: date | None = None
    version: str = ""
    source: str = ""
    allow: tuple[str, ...] = ()
    output: str = "dist"
    name: str = ""
    cover: str = ""
    style: tuple[str, ...] = ()
    front: tuple[str, ...] = ()
    chapters: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    workbook: str = ""


@dataclass(frozen=True, slots=True)
class SeriesConfig:
    """`[series]`: the series that the book belongs to, and its place in it."""

    name: str = ""
    position: int | float | None = None


@dataclass(frozen=True, slots=True)
class PartConfig:
    """`[[part]]`. Parts count from 1 unless `number` says otherwise."""

    title: str
    subtitle: str = ""
    number: int | None = None
    chapters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EpubConfig:
    """`[epub]`. `toc_depth` counts heading levels below the chapter; `profile` names a device;
    `picture_size` is the most pixels on a picture's long side, 0 for no limit.
    """

    toc_depth: int = 1
    profile: str = "generic"
    picture_size: int = 1600
    style: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PdfConfig:
    """`[pdf]`. `toc_depth` as for the EPUB; 0 lists parts and chapters alone.

    `edition` is `print` or `screen`; `marks` adds bleed and crop marks; `pdf_a` asks for PDF/A-2a;
    `booklet` imposes the pages for folding. `notes` is where notes are printed; `links`, whether
    outside links are notes too or a list at the end of their chapter; `qr` adds codes for them.
    The cover's spine is as wide as `pages` (0 to count them) of `paper` are thick, or `spine`
    millimetres. `cache` lets chapters that were laid out be remembered.
    """

    trim: str = "a5"
    edition: str = "print"
    marks: bool = False
    pdf_a: bool = False
    booklet: bool = False
    notes: Literal["foot", "chapter", "book"] = "foot"
    links: Literal["notes", "chapter"] = "notes"
    qr: bool = False
    paper: str = "cream-80gsm"
    spine: int | float | None = None
    pages: int = 0
    toc_depth: int = 0
    style: tuple[str, ...] = ()
    cache: bool = True


@dataclass(frozen=True, slots=True)
class LintConfig:
    """`[lint]`: rules by name or code, and what becomes of what they find."""

    allow: tuple[str, ...] = ()
    warn: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """A whole `book.toml`. `root` is the book's folder; `source` is None where there is no file.

    `variables` are those of a book written for HonKit, `{{ book.name }}` in its text. `asked` are
    the keys that the command line says, whatever stands in the file.
    """

    root: Path
    source: Source | None = None
    book: BookConfig = field(default_factory=BookConfig)
    series: SeriesConfig = field(default_factory=SeriesConfig)
    part: tuple[PartConfig, ...] = ()
    epub: EpubConfig = field(default_factory=EpubConfig)
    pdf: PdfConfig = field(default_factory=PdfConfig)
    limits: Limits = field(default_factory=Limits)
    lint: LintConfig = field(default_factory=LintConfig)
    variables: Mapping[str, str] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()

    @property
    def text_folder(self) -> Path:
        """The folder that chapter paths start from."""
        return self.root / self.book.source if self.book.source else self.root

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that may be read, the book's own first."""
        allowed = (Path(os.path.normpath(self.root / name)) for name in self.book.allow)
        return self.root, *allowed

    def with_asked(self, table: str, settings: Mapping[str, Any]) -> Config:
        """This, with what the command line says before what `[table]` does."""
        changed = {table: dataclasses.replace(getattr(self, table), **settings)}
        keys = {f"{table}.{name.replace('_', '-')}" for name in settings}
        return dataclasses.replace(self, asked=self.asked | keys, **changed)

    def span_of(self, key: str, value: str = "", nth: int = 0) -> Span | None:
        """Where `key` (dotted, with hyphens) is set; with `value`, where that string stands.

        `nth` (from 0) says which of several equal ones is meant. None where the command line sets
        the key: the line in the file is not to blame.
        """
        if key in self.asked:
            return None
        if self.source is None:
            return Span(CONFIG_NAME)
        return span_of_key(self.source, key, value, nth)


def parse_config(root: Path, source: Source, data: Mapping[str, Any], report: Report) -> Config:
    """`data`, read from `source`, as a `Config`. What is wrong is reported, what is right kept."""
    known = {f.name for f in dataclasses.fields(Config)} - {"root", "source", "variables", "asked"}
    values = _table(Config, data, "", known, source, report)
    _report_numbers_twice(data.get("part"), source, report)
    return Config(root=root, source=source, **values)


def _table(
    cls: type[Any],
    data: Mapping[str, Any],
    path: str,
    known: set[str],
    source: Source,
    report: Report,
) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    keys = {name.replace("_", "-"): name for name in sorted(known)}
    values: dict[str, Any] = {}
    for key, value in data.items():
        dotted = f"{path}.{key}" if path else key
        if key not in keys:
            known_keys = ", ".join(f"`{k}`" for k in keys)
            home = "" if path else _home_of(key)
            hint = did_you_mean(key, keys) or f"the keys here are {known_keys}"
            hint = f"`{key}` belongs below [{home}]" if home else hint
            where = f"[{without_places(path)}]" if path else source.name
            report.add(
                UNKNOWN_KEY, f"unknown key `{key}` in {where}", span_of_key(source, dotted), hint
            )
            continue
        converted = _convert(hints[keys[key]], value, dotted, source, report)
        if converted is not _BAD:
            values[keys[key]] = converted
    return values


def _report_numbers_twice(parts: Any, source: Source, report: Report) -> None:
    """Looks at what is written: a number that is none has been reported, and is nobody's."""
    seen: set[int] = set()
    for n, part in enumerate(parts if isinstance(parts, list) else []):
        number = part.get("number", n + 1) if isinstance(part, dict) else None
        if not isinstance(number, int) or isinstance(number, bool):
            continue
        if number in seen:
            span = span_of_key(source, f"part[{n}].number" if "number" in part else f"part[{n}]")
            hint = "give one of them another `number`"
            report.add(NUMBER_TWICE, f"there is a part {number} before this one", span, hint)
        seen.add(number)


def _home_of(key: str) -> str:
    """The table that has `key`, the first of several; empty where none does."""
    name = key.replace("-", "_")
    tables = {t: h for t, h in typing.get_type_hints(Config).items() if dataclasses.is_dataclass(h)}
    known = {table: {f.name for f in dataclasses.fields(h)} for table, h in tables.items()}
    return next((t for t in known if name in known[t]), "")


_BAD: Any = object()
_NAMES = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a date, such as 2026-01-31",
    types.NoneType: "",
}


def _convert(hint: Any, value: Any, path: str, source: Source, report: Report) -> Any:
    """`value` as the annotated type, or `_BAD` after reporting why not."""
    args = typing.get_args(hint)
    if typing.get_origin(hint) is tuple:
        if isinstance(value, str) and args[0] in (str, AuthorConfig):
            value = [value]
        if isinstance(value, list):
            of_tables = dataclasses.is_dataclass(args[0])
            paths = [f"{path}[{n}]" if of_tables else path for n in range(len(value))]
            items = [
                _convert(args[0], item, item_path, source, report)
                for item, item_path in zip(value, paths, strict=True)
            ]
            return tuple(item for item in items if item is not _BAD)
        return _wrong(f"a list of {_describe(args[0])}", value, path, source, report)
    if typing.get_origin(hint) is Literal:
        if value in args:
            return value
        return _wrong(" or ".join(f'"{word}"' for word in args), value, path, source, report)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _convert_table(hint, value, path, source, report)
    allowed = args or (hint,)
    if isinstance(value, str) and str in allowed:
        if without_controls(value) != value:
            return _wrong("text without control characters", value, path, source, report)
        return value.strip()
    is_bool = isinstance(value, bool)
    is_number = isinstance(value, int | float) and not is_bool
    if is_number and value < 0 and {int, float} & set(allowed):
        return _wrong("0 or more", value, path, source, report)
    # TOML has `inf` and `nan`, which are no lengths and no places.
    is_endless = is_number and not value < math.inf
    if any(isinstance(value, t) and (t is bool or not is_bool) for t in allowed) and not is_endless:
        return value.date() if date in allowed and hasattr(value, "date") else value
    wanted = " or ".join(filter(None, (_NAMES.get(t, t.__name__) for t in allowed)))
    return _wrong(wanted, value, path, source, report, _about_quotes(value, allowed))


def _about_quotes(value: Any, allowed: tuple[Any, ...]) -> str:
    if str in allowed and isinstance(value, int | float | date) and not isinstance(value, bool):
        return "text needs quotes"
    bare = without_quotes(value) if isinstance(value, str) else None
    if bare is None or type(bare) not in allowed:
        return ""
    what = "dates are" if isinstance(bare, date) else "it is"
    return f"{what} written without quotes: {value.strip()}"


def _convert_table(cls: type[Any], value: Any, path: str, source: Source, report: Report) -> Any:
    if isinstance(value, str) and cls is AuthorConfig:
        return AuthorConfig(value)
    if not isinstance(value, dict):
        return _wrong("a table", value, path, source, report)
    values = _table(cls, value, path, {f.name for f in dataclasses.fields(cls)}, source, report)
    for f in dataclasses.fields(cls):
        required = f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        if required and f.name not in values:
            if f.name not in value:
                report.add(
                    MISSING_KEY,
                    f"`{f.name}` is missing in [{without_places(path)}]",
                    span_of_key(source, path),
                )
            if cls is not PartConfig:
                return _BAD
            # Its chapters are the book's all the same: without them, links to them would be broken.
            values[f.name] = ""
    return cls(**values)


def _describe(hint: Any) -> str:
    return _NAMES.get(hint, "a table").removeprefix("a ") + "s"


def _wrong(
    wanted: str, value: Any, path: str, source: Source, report: Report, hint: str = ""
) -> Any:
    got = (
        "a list"
        if isinstance(value, list)
        else "a table"
        if isinstance(value, dict)
        else repr(value)
    )
    span = span_of_key(source, path)
    report.add(WRONG_TYPE, f"`{without_places(path)}` must be {wanted}, not {got}", span, hint)
    return _BAD
