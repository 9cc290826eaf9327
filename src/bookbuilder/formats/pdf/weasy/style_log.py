"""What WeasyPrint says of stylesheets, turned into diagnostics that say where."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source, Span
from bookbuilder.text.suggest import did_you_mean

BAD_STYLE = Rule(
    "P005",
    "bad-style",
    Severity.WARNING,
    "The layout engine does not understand this rule of a stylesheet and leaves it out.",
)

_IMPORT = re.compile(r"Failed to load stylesheet at \S*?(?P<said>[^/\s]*)\s*: .*", re.DOTALL)
_FONT = re.compile(r"Font-face '(?P<said>.*)' cannot be loaded", re.DOTALL)
_IGNORED = re.compile(r"Ignored `(?P<said>.*)` at \d+:\d+, (?P<why>.*)", re.DOTALL)
_UNPARSED = re.compile(r"(?:Parse error at \d+:\d+|Error): (?P<why>.*?)(?: at \d+:\d+)?", re.DOTALL)
_QUOTED = re.compile(r"'(?P<said>[^']+)'")
_PLACE = re.compile(r" at (?P<line>\d+):(?P<column>\d+)")


def report_style_log(
    messages: Iterable[tuple[str, str]], styles: Iterable[tuple[str, str]], report: Report
) -> None:
    """Messages of stylesheets by name; `styles` are names and texts."""
    sources = {name: Source(Path(name), name, text) for name, text in styles}
    for name, message in messages:
        said, what, hint = _in_plain_words(message.rstrip("."))
        report.add(BAD_STYLE, what, _place_of(message, said, sources[name]), hint)


def _in_plain_words(message: str) -> tuple[str, str, str]:
    """What of the stylesheet a message is about, what is wrong with it, and how to mend it."""
    if match := _IGNORED.fullmatch(message):
        said, why = match["said"].strip(), match["why"]
        hint = _property_like(said) if why == "unknown property" else ""
        return said, f"`{said[:200]}` is left out: {why}", hint
    if match := _IMPORT.fullmatch(message):
        hint = "name every stylesheet in `style` in book.toml"
        return match["said"], "`@import` is not for print: left out", hint
    if match := _FONT.fullmatch(message):
        hint = "put the font into the folder `fonts` of the book: print knows it by its own name"
        return match["said"], f"`@font-face` loads no “{match['said'][:200]}”: left out", hint
    if match := _UNPARSED.fullmatch(message):
        return "", f"this does not parse ({match['why'].rstrip('.')}): left out", ""
    quoted = _QUOTED.search(message)
    return quoted["said"].strip() if quoted else "", _PLACE.sub("", message), ""


def _place_of(message: str, said: str, source: Source) -> Span:
    """Where the message says, else where `said` stands, else the whole file."""
    if place := _PLACE.search(message):
        span = source.span_of_line(int(place["line"]))
        column = int(place["column"])
        room = max(len(span.excerpt) - column + 1, 1)
        return replace(span, column=column, length=min(len(said) or room, room))
    found = re.search(rf"(?<![\w-]){re.escape(said)}(?![\w-])", source.text) if said else None
    return source.span(found.start(), len(said)) if found else source.span_of_file()


def _property_like(declaration: str) -> str:
    from weasyprint.css.properties import KNOWN_PROPERTIES

    return did_you_mean(declaration.partition(":")[0].strip(), KNOWN_PROPERTIES)
