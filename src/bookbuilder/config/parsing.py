"""Parse the data of `book.toml` into the dataclasses of its schema.

Unknown keys and wrong types are errors that name the line, all of them in one run.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

from bookbuilder.config.dates import either_date, read_date
from bookbuilder.config.meant_keys import meant_key
from bookbuilder.config.schema import AuthorConfig, Config, PartConfig
from bookbuilder.config.toml_text import span_of_key, without_places, without_quotes
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source
from bookbuilder.runtime.text_files import without_controls
from bookbuilder.text.suggest import did_you_mean

_T = TypeVar("_T")

UNKNOWN_KEY = Rule(
    "C002",
    "unknown-key",
    Severity.ERROR,
    "A key that bookbuilder does not know is nearly always misspelt, and a setting that is silently"
    " ignored is worse than an error.",
    stops=False,
)
WRONG_TYPE = Rule(
    "C003",
    "wrong-type",
    Severity.ERROR,
    "Every key of book.toml has one type, and no number is below 0; docs/book-toml.md lists all"
    " keys.",
    stops=False,
)
MISSING_KEY = Rule(
    "C004",
    "missing-key",
    Severity.ERROR,
    "A part needs a title, and a person needs a name. Without this key, the table means nothing.",
    stops=False,
)
NUMBER_TWICE = Rule(
    "C016",
    "part-number-twice",
    Severity.ERROR,
    "`--part N` builds the part with that number. If two parts have it, one of them could never be"
    " built alone, and readers could not tell them apart. A part without `number` is numbered by"
    " its place.",
    stops=False,
)


NOT_KEYS = {"root", "source", "site_variables", "site_macros", "hidden_lines", "asked", "audience"}
NOT_KEYS |= {"moved", "not_in_edition", "shows_code", "original"}
"""Fields of `Config` that are no keys of book.toml."""


def parse_config(root: Path, source: Source, data: Mapping[str, Any], report: Report) -> Config:
    """Make a `Config` of `data`, read from `source`: report what is wrong, keep what is right."""
    known = {f.name for f in dataclasses.fields(Config)} - NOT_KEYS
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
    # A field whose name is a word of Python's has an underscore at its end.
    keys = {name.rstrip("_").replace("_", "-"): name for name in sorted(known)}
    values: dict[str, Any] = {}
    for key, value in data.items():
        dotted = f"{path}.{key}" if path else key
        if key not in keys:
            hint = meant_key(key, value, without_places(path), keys)
            where = f"[{without_places(path)}]" if path else source.name
            report.add(
                UNKNOWN_KEY, f"unknown key `{key}` in {where}", span_of_key(source, dotted), hint
            )
            continue
        converted = _convert(hints[keys[key]], value, dotted, source, report)
        if converted is not _BAD:
            values[keys[key]] = converted
    return values


def read_list(
    cls: type[_T], value: Any, path: str, source: Source, report: Report
) -> list[tuple[str, _T]]:
    """Return the tables of a list that stands at `path` of another file, each with its place."""
    if not isinstance(value, list):
        _wrong(f"a list of tables, [[{path}]]", value, path, source, report)
        return []
    places = (f"{path}[{n}]" for n in range(len(value)))
    found = [
        (at, _convert(cls, one, at, source, report)) for at, one in zip(places, value, strict=False)
    ]
    return [(at, one) for at, one in found if one is not _BAD]


def report_unknown(
    data: Mapping[str, Any], known: set[str], source: Source, report: Report
) -> None:
    """Report the keys at the top of another file that are not `known`."""
    for key in data:
        if key not in known:
            message = f"unknown key `{key}` in {source.name}"
            report.add(UNKNOWN_KEY, message, span_of_key(source, key), did_you_mean(key, known))


def _report_numbers_twice(parts: Any, source: Source, report: Report) -> None:
    """Report parts that have the same number. Values that are not numbers were reported before."""
    seen: set[int] = set()
    for n, part in enumerate(parts if isinstance(parts, list) else []):
        number = part.get("number", n + 1) if isinstance(part, dict) else None
        if not isinstance(number, int) or isinstance(number, bool):
            continue
        if number in seen:
            span = span_of_key(source, f"part[{n}].number" if "number" in part else f"part[{n}]")
            hint = "give one of the two another `number`"
            report.add(NUMBER_TWICE, f"an earlier part has the number {number} already", span, hint)
        seen.add(number)


LARGEST_NUMBER = 10**15
"""Python does not write numbers of thousands of digits, which hexadecimal ones can have."""
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
    """Return `value` as the annotated type, or `_BAD` after reporting why it is not."""
    args = typing.get_args(hint)
    # Thirteen figures and no hyphens: an ISBN without quotes.
    value = str(value) if path.endswith(".identifier") and type(value) is int else value
    if typing.get_origin(hint) is Mapping:
        return _convert_names(args[1], value, path, source, report)
    if typing.get_origin(hint) is tuple:
        return _convert_list(args[0], value, path, source, report)
    if typing.get_origin(hint) is Literal:
        if value in args:
            return value
        return _wrong(" or ".join(f'"{word}"' for word in args), value, path, source, report)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _convert_table(hint, value, path, source, report)
    allowed = args or (hint,)
    if date in allowed and (typed := read_date(value)):
        return typed
    if isinstance(value, str) and str in allowed:
        if without_controls(value) != value:
            return _wrong("text without control characters", value, path, source, report)
        return value.strip()
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        return _wrong(f"at most {LARGEST_NUMBER:,}", value, path, source, report)
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


def _convert_list(hint: Any, value: Any, path: str, source: Source, report: Report) -> Any:
    """Return a list, each item as the annotated type; a bare one is a list of one."""
    if isinstance(value, str) and hint in (str, AuthorConfig):
        value = [value]
    if not isinstance(value, list):
        return _wrong(f"a list of {_describe(hint)}", value, path, source, report)
    of_tables = dataclasses.is_dataclass(hint)
    paths = [f"{path}[{n}]" if of_tables else path for n in range(len(value))]
    items = [
        _convert(hint, item, item_path, source, report)
        for item, item_path in zip(value, paths, strict=True)
    ]
    return tuple(item for item in items if item is not _BAD)


def _convert_names(hint: Any, value: Any, path: str, source: Source, report: Report) -> Any:
    """Return a table whose keys authors choose, each value as the annotated type."""
    if not isinstance(value, dict):
        return _wrong("a table", value, path, source, report)
    named = {k: _convert(hint, v, f"{path}.{k}", source, report) for k, v in value.items()}
    return {key: converted for key, converted in named.items() if converted is not _BAD}


def _about_quotes(value: Any, allowed: tuple[Any, ...]) -> str:
    if date in allowed and isinstance(value, str):
        return either_date(value)
    if str in allowed and isinstance(value, int | float | date) and not isinstance(value, bool):
        return "text needs quotes"
    bare = without_quotes(value) if isinstance(value, str) and len(value) < 100 else None
    if bare is None or type(bare) not in allowed:
        return ""
    return f"it is written without quotes: {value.strip()}"


def _convert_table(cls: type[Any], value: Any, path: str, source: Source, report: Report) -> Any:
    if isinstance(value, str) and cls is AuthorConfig:
        return AuthorConfig(value)
    if not isinstance(value, dict):
        return _wrong("a table", value, path, source, report)
    values = _table(cls, value, path, {f.name for f in dataclasses.fields(cls)}, source, report)
    for f in dataclasses.fields(cls):
        required = f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        if required and f.name not in values:
            if f.name.rstrip("_") not in value:
                report.add(
                    MISSING_KEY,
                    f"`{f.name.rstrip('_')}` is missing in [{without_places(path)}]",
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
    if isinstance(value, list):
        got = "a list"
    elif isinstance(value, dict):
        got = "a table"
    elif isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        got = "a number that is larger"
    else:
        got = repr(value)
    span = span_of_key(source, path)
    report.add(WRONG_TYPE, f"`{without_places(path)}` must be {wanted}, not {got}", span, hint)
    return _BAD
