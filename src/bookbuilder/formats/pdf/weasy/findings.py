"""Turn WeasyPrint's messages, and faults on laid-out pages, into findings about the book.

WeasyPrint writes to its log. Messages about stylesheets get a place: their words are searched for
in the stylesheet's text.
"""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bookbuilder.formats.pdf.run_data.records import Coarse, Failure, Wide
from bookbuilder.formats.pdf.weasy.missing_glyphs import report_missing_glyphs
from bookbuilder.formats.pdf.weasy.setup import HARFBUZZ_HINT
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import find_text
from bookbuilder.model.source import Source, Span
from bookbuilder.text.suggest import did_you_mean

if TYPE_CHECKING:
    from bookbuilder.book import Book

REFUSED = Rule(
    "P003",
    "resource-refused",
    Severity.WARNING,
    "A print PDF may use only the book's own files. Otherwise WeasyPrint would fetch every"
    " address that a stylesheet or a picture names, from the network or from anywhere on the"
    " disk. Copy the file into the book's folder.",
)
LAYOUT_FAILED = Rule(
    "P012",
    "layout-failed",
    Severity.ERROR,
    "WeasyPrint, which lays out the pages, failed. The cause is mostly a rule in one of your"
    " stylesheets, or very deep nesting. To find it, leave out one half of the chapter or"
    " stylesheet, then the other, until the build works.",
)
BAD_PICTURE = Rule(
    "P006",
    "unreadable-picture",
    Severity.WARNING,
    "The picture cannot be decoded, so it is missing on the printed page. Save the picture again.",
)
LAYOUT_WARNING = Rule(
    "P007",
    "layout-warning",
    Severity.WARNING,
    "WeasyPrint, which lays out the pages, noticed something. The message quotes its own words.",
)
SLOW_FONTS = Rule(
    "P016",
    "harfbuzz-subset-missing",
    Severity.WARNING,
    "The PDF contains only the part of each font that the book uses. HarfBuzz-Subset, a library"
    " of the system, cuts it out. Without it, WeasyPrint uses another way, which takes much"
    " longer and gives other bytes than on a machine with the library. The pages look the same.",
)
TOO_WIDE = Rule(
    "P011",
    "too-wide",
    Severity.WARNING,
    "The table, code or picture is wider than the text of the page, so its right edge is in the"
    " margin or cut off. Split it, turn its rows into columns, or choose a larger trim size.",
)
COARSE = Rule(
    "P031",
    "coarse-picture",
    Severity.NOTE,
    "Paper shows more than a screen: a picture with fewer than 200 dots per inch at its printed"
    " size looks blurred or jagged. 300 are good. Use a larger file (for screenshots, a screen with"
    " more pixels), or print it smaller with `{width=…}`.",
)
BAD_STYLE = Rule(
    "P005",
    "bad-style",
    Severity.WARNING,
    "WeasyPrint, which lays out the pages, does not understand this rule of a stylesheet and"
    " leaves it out. Correct the rule. If it is for the EPUB alone, move it to a stylesheet of"
    " [epub].",
)
_GLYPH = re.compile(r"\.notdef glyph rendered .*\(U\+(?P<code>[0-9A-F]+)\)", re.DOTALL)
_PICTURE = re.compile(r"Failed to load image at '(?P<url>[^']*)': (?P<why>.*)", re.DOTALL)
_SLOW_FONTS = "Using fontTools instead of HarfBuzz-Subset"
_IMPORT = re.compile(r"Failed to load stylesheet at \S*?(?P<text>[^/\s]*)\s*: .*", re.DOTALL)
_FONT = re.compile(r"Font-face '(?P<text>.*)' cannot be loaded", re.DOTALL)
_IGNORED = re.compile(r"Ignored `(?P<text>.*)` at \d+:\d+, (?P<why>.*)", re.DOTALL)
_UNPARSED = re.compile(r"(?:Parse error at \d+:\d+|Error): (?P<why>.*?)(?: at \d+:\d+)?", re.DOTALL)
# The drawing itself is painted with them; only the page around it does not know them.
_OF_DRAWING = re.compile(
    r"Ignored `(?:fill|stroke|stop|marker|flood|clip|mask|filter|paint|vector|shape|text-rendering"
    r"|text-anchor|dominant|alignment|baseline|color-interpolation|color-rendering|enable|font"
    r"|lighting|mix-blend|isolation|d|x|y|r|rx|ry|cx|cy)(?:-[a-z-]+)?:[^`]*` at [\d:]+, unknown"
)
_QUOTED = re.compile(r"'(?P<text>[^']+)'")
_PLACE = re.compile(r" at (?P<line>\d+):(?P<column>\d+)")


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.setdefault(record.getMessage())


@contextlib.contextmanager
def caught_log() -> Iterator[dict[str, None]]:
    """Catch what WeasyPrint and fontTools log, each message once, as the keys of a dict."""
    collector = _Collector()
    loggers = [logging.getLogger(name) for name in ("weasyprint", "fontTools")]
    before = [logger.propagate for logger in loggers]
    for logger in loggers:
        logger.addHandler(collector)
        logger.propagate = False
    try:
        yield collector.messages
    finally:
        for logger, propagate in zip(loggers, before, strict=True):
            logger.removeHandler(collector)
            logger.propagate = propagate


def report_layout_log(messages: Iterable[str], book: Book, report: Report) -> None:
    """Report messages that were caught while `book` was laid out and drawn."""
    missing: list[str] = []
    for message in messages:
        if match := _GLYPH.search(message):
            missing.append(chr(int(match["code"], 16)))
        elif match := _PICTURE.fullmatch(message):
            if "refused" not in match["why"]:
                from bookbuilder.formats.pdf.weasy.documents import BASE_URL

                name = match["url"].removeprefix(BASE_URL)
                report.add(
                    BAD_PICTURE, f"`{name[:200]}` cannot be read: {match['why'].rstrip('.')}"
                )
        elif message.startswith(_SLOW_FONTS):
            # One such message for each font.
            report.add(SLOW_FONTS, "HarfBuzz-Subset 4.1 or newer is missing", hint=HARFBUZZ_HINT)
        elif not _OF_DRAWING.match(message):
            report.add(LAYOUT_WARNING, message)
    report_missing_glyphs(missing, book, report)


def report_failures(failures: Sequence[Failure], book: Book, report: Report) -> None:
    """Report the chapters that cannot be laid out, or the book if no single chapter fails."""
    chapters = {chapter.slug: chapter for chapter in book.chapters}
    culprits = [culprit for failure in failures for culprit in failure.culprits]
    for slug, said in culprits:
        chapter = chapters[slug]
        message = f"“{chapter.title}” cannot be laid out: {said}"
        report.add(LAYOUT_FAILED, message, chapter.source.span_of_file())
    if failures and not culprits:
        report.add(LAYOUT_FAILED, f"the book cannot be laid out: {failures[0].said}")


def report_refused(names: Iterable[str], report: Report) -> None:
    for name in names:
        report.add(REFUSED, f"`{name[:200]}` is not a file of the book and was left out")


def report_wide(things: Iterable[Wide], start: int, book: Book, report: Report) -> None:
    """Report what is too wide on pages that are numbered from `start`."""
    chapters = {chapter.slug: chapter for chapter in book.chapters}
    for wide in things:
        chapter = chapters.get(wide.chapter)
        where = f" in “{chapter.title}”" if chapter else ""
        span = find_text(chapter.source, wide.word) if chapter else None
        message = f"{wide.kind} on page {start + wide.page}{where} is wider than the text"
        report.add(TOO_WIDE, message, span, "split it, or choose a larger trim size")


def report_coarse(
    things: Iterable[Coarse], label: Callable[[int], str], book: Book, report: Report
) -> None:
    """Report pictures with too few dots, once a chapter; `label` numbers pages of the run."""
    chapters = {chapter.slug: chapter for chapter in book.chapters}
    found: dict[str, list[Coarse]] = {}
    for coarse in things:
        found.setdefault(coarse.chapter, []).append(coarse)
    for slug, group in found.items():
        worst = min(group, key=lambda coarse: coarse.dots)
        count = len({coarse.name for coarse in group})
        name = f"`{worst.name[:100]}`"
        chapter = chapters.get(slug)
        span = find_text(chapter.source, Path(worst.name).name) if chapter else None
        dots = f"{worst.dots} dots per inch (page {label(worst.page)})"
        message = f"{name} is printed with {dots}"
        if count > 1:
            message = f"{count} pictures are printed with few dots per inch; {name} with {dots}"
        report.add(COARSE, message, span, "use a file with more pixels, or `{width=…}`")


def report_style_log(
    messages: Iterable[tuple[str, str]], styles: Iterable[tuple[str, str]], report: Report
) -> None:
    """Report messages of stylesheets by name; `styles` are names and texts."""
    sources = {name: Source(Path(name), name, style) for name, style in styles}
    for name, message in messages:
        text, what, hint = _in_plain_words(message.rstrip("."))
        report.add(BAD_STYLE, what, _place_of(message, text, sources[name]), hint)


def _in_plain_words(message: str) -> tuple[str, str, str]:
    """Return the text that a message is about, what is wrong with it, and how to mend it."""
    if match := _IGNORED.fullmatch(message):
        text, why = match["text"].strip(), match["why"]
        hint = _property_like(text) if why == "unknown property" else ""
        return text, f"`{text[:200]}` is left out: {why}", hint
    if match := _IMPORT.fullmatch(message):
        hint = "name every stylesheet in `style` in book.toml"
        return match["text"], "`@import` does not work in print and is left out", hint
    if match := _FONT.fullmatch(message):
        hint = "put the font into the folder `fonts` of the book, and write its path from here"
        return (
            match["text"],
            f"`@font-face` cannot load “{match['text'][:200]}” and is left out",
            hint,
        )
    if match := _UNPARSED.fullmatch(message):
        return "", f"this does not parse and is left out: {match['why'].rstrip('.')}", ""
    quoted = _QUOTED.search(message)
    return quoted["text"].strip() if quoted else "", _PLACE.sub("", message), ""


def _place_of(message: str, text: str, source: Source) -> Span:
    """Find the place that the message names, else the text that it is about, else the file."""
    if place := _PLACE.search(message):
        span = source.span_of_line(int(place["line"]))
        column = int(place["column"])
        room = max(len(span.excerpt) - column + 1, 1)
        return replace(span, column=column, length=min(len(text) or room, room))
    found = re.search(rf"(?<![\w-]){re.escape(text)}(?![\w-])", source.text) if text else None
    return source.span(found.start(), len(text)) if found else source.span_of_file()


def _property_like(declaration: str) -> str:
    from bookbuilder.formats.pdf.weasy.contract import KNOWN_PROPERTIES

    return did_you_mean(declaration.partition(":")[0].strip(), KNOWN_PROPERTIES)
