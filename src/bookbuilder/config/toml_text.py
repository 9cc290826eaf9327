"""Read the text of a TOML file: its data, its mistakes, and the places of its keys."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source, Span
from bookbuilder.text.patterns import rare_pattern

BAD_TOML = Rule(
    "C001",
    "bad-toml",
    Severity.ERROR,
    "book.toml must be valid TOML (https://toml.io). Nothing can be built until it is.",
)

LARGEST_TOML = 200_000
"""Bytes. A list of two thousand chapters takes 100,000."""
MOST_PARTS_OF_KEY = 20
"""`tomllib` takes time and memory squared to the parts of a dotted key. Ours have two, mdBook's
four or five.
"""

# What may hold dots that are in no key, and keys that may.
_STRING_OR_COMMENT = re.compile(
    r'"""(?:[^\\"]|\\.|"(?!""))*+(?:"""|\Z)'
    r"|'''(?:[^']|'(?!''))*+(?:'''|\Z)"
    r'|"(?:[^"\\\n]|\\[^\n])*+"?'
    r"|'[^'\n]*+'?|#[^\n]*+",
    re.DOTALL,
)
_DEEP_KEY = re.compile(rf"(?<![\w-])[\w-]++(?:[ \t]*+\.[ \t]*+[\w-]++){{{MOST_PARTS_OF_KEY}}}")


def parse_toml(source: Source, report: Report) -> dict[str, Any] | None:
    """Return the data in `source`; None if it is not TOML, which is reported."""
    if deep := _DEEP_KEY.search(_STRING_OR_COMMENT.sub(_of_same_length, source.text)):
        message = f"{source.name} has a key of more than {MOST_PARTS_OF_KEY} parts"
        report.add(BAD_TOML, message, source.span(deep.start(), 1))
        return None
    try:
        return tomllib.loads(source.text)
    except RecursionError:
        report.add(BAD_TOML, f"{source.name} is nested too deeply", source.span_of_file())
        return None
    except ValueError as error:
        match = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line = int(match[1]) if match else source.text.count("\n") + 1
        span = replace(source.span_of_line(line), column=int(match[2]) if match else 1, length=1)
        message = re.sub(r"\s*\(at .*\)$", "", str(error))
        hint = _hint_for(message, source.line(line), span.column)
        if message == "Cannot overwrite a value" and (key := _key_above(source, line)):
            span = key
            name = key.excerpt[key.column - 1 :][: key.length]
            hint = f"`{name}` is given twice: keep one of the two"
        report.add(BAD_TOML, f"{source.name} does not parse: {message}", span, hint)
        return None


def load_toml(text: str) -> dict[str, Any] | None:
    """Return the data in `text`; None if it is too long, or no TOML."""
    if len(text) > LARGEST_TOML:
        return None
    return parse_toml(Source(Path(), "", text), Report())


def _of_same_length(match: re.Match[str]) -> str:
    """Return something like a bare key in place of a string, and blanks in place of a comment."""
    return (" " if match[0].startswith("#") else "x") * len(match[0])


def _key_above(source: Source, line: int) -> Span | None:
    """Return the key whose value ends in `line`, and may have begun some lines before."""
    for number in range(line, 0, -1):
        text = source.line(number)
        if match := re.match(r"\s*(?:([\w.-]+|\"[^\"]*\")\s*=|\[([\w.-]+)\])", text):
            at, end = match.span(match.lastindex or 0)
            return Span(source.name, number, at + 1, end - at, text)
    return None


def _hint_for(problem: str, line: str, column: int) -> str:
    """Return how to mend what `tomllib` found at `column` of `line`; empty if it says enough."""
    rest = line[column - 1 :].strip()
    if problem.startswith(("Cannot declare", "Duplicate inline table key")):
        return "it is defined twice: merge the two"
    if problem == "Invalid value" and (word := re.fullmatch(r"(True|False)\s*(#.*)?", rest)):
        return f"write `{word[1].lower()}`"
    if problem == "Invalid value" and rest[:1] in tuple("“”„‘’«»"):
        return 'text needs straight quotes: `key = "text"`'
    if problem == "Invalid value" and rest[:1].isalpha():
        return 'text needs quotes: `key = "text"`'
    if problem.startswith(("Illegal character '\\n'", "Unterminated string", 'Expected "\'"')):
        return "the quotes around a text are not closed"
    if problem.startswith("Expected newline"):
        return "put quotes around the whole text, and single ones if there are quotes in it"
    return ""


def without_quotes(text: str) -> Any:
    """Return the value of `text` in TOML without quotes; None if it has none."""
    try:
        return tomllib.loads(f"key = {text}")["key"]
    except (ValueError, RecursionError):
        return None


_PLACE = rare_pattern(r"\[(\d+)\]")


def without_places(path: str) -> str:
    """Return `part.title` for `part[1].title`."""
    return _PLACE.sub("", path)


def span_of_key(source: Source, path: str, value: str = "", nth: int = 0) -> Span:
    """Find a dotted key in the text, since TOML parsers keep no positions.

    `part[1].title` is that of the second `[[part]]`. With `value`, find the place where that stands
    for the `nth` time, from 0.
    """
    found: Span | None = None
    place = _PLACE.search(path)
    array = path[: place.start()] if place else ""
    path = without_places(path)
    names = path.split(".")
    key = re.compile(rf"(?<![\w-])[\"']?{re.escape(names[-1])}[\"']?(?=\s*=)")
    for table in ["", *(".".join(names[:n]) for n in range(1, len(names) + 1))]:
        if not table and len(names) > 1:
            continue
        stretches = _tables(source.text).get(table, [])
        if place and table == array:
            stretches = stretches[int(place[1]) :][:1]
        for first, end in stretches:
            if table == path and found is None:
                found = source.span_of_line(first)
            for number in range(first, end):
                line = source.line(number)
                match = key.search(line)
                if found is None and match:
                    span = source.span_of_line(number)
                    found = replace(span, column=match.start() + 1, length=len(match[0]))
                if value and found and value in line:
                    quoted = re.finditer(rf"(?<=[\"']){re.escape(value)}(?=[\"'])", line)
                    places = [match.start() for match in quoted] or [line.index(value)]
                    if nth < len(places):
                        return Span(source.name, number, places[nth] + 1, len(value), line)
                    nth -= len(places)
    below = (t for name, t in _tables(source.text).items() if name.startswith(f"{path}."))
    if found is None and (inner := next(below, None)):
        return source.span_of_line(inner[0][0])
    return found or source.span_of_file()


@functools.lru_cache(maxsize=2)
def _tables(text: str) -> dict[str, list[tuple[int, int]]]:
    """Return the lines of each table, from its header up to the next; an array has several."""
    tables: dict[str, list[tuple[int, int]]] = {}
    name, first, number = "", 1, 0
    for number, line in enumerate(text.split("\n"), 1):
        if match := re.match(r"[ \t]*\[\[?([\w.\"' \t-]+)\]", line):
            tables.setdefault(name, []).append((first, number))
            name, first = re.sub(r"[\"' \t]", "", match[1]), number
    tables.setdefault(name, []).append((first, number + 1))
    return tables
