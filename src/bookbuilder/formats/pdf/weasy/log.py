"""What WeasyPrint says, and what it was refused, turned into diagnostics."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterable, Iterator, Sequence

from bookbuilder.book import Book
from bookbuilder.checks.machine import HARFBUZZ_HINT
from bookbuilder.formats.pdf.pages.records import Failure
from bookbuilder.formats.pdf.weasy.rules import LAYOUT_FAILED, REFUSED
from bookbuilder.model.diagnostics import Report, Rule, Severity

MISSING_GLYPH = Rule(
    "P004",
    "missing-glyph",
    Severity.WARNING,
    "No font has this character, so it prints as an empty box. Put a font that has it (TTF or OTF)"
    " into the folder `fonts/` of the book, or write something else.",
)
BAD_PICTURE = Rule(
    "P006",
    "unreadable-picture",
    Severity.WARNING,
    "The picture cannot be decoded, so the printed page lacks it.",
)
LAYOUT_WARNING = Rule(
    "P007",
    "layout-warning",
    Severity.WARNING,
    "The layout engine noticed something; its own words are quoted.",
)
SLOW_FONTS = Rule(
    "P016",
    "harfbuzz-subset-missing",
    Severity.WARNING,
    "The PDF holds of each font only what the book uses. HarfBuzz-Subset, a library of the system,"
    " takes that out; without it WeasyPrint does it in another way, which takes much longer and"
    " gives other bytes than on a machine that has the library. The pages look the same.",
)
_GLYPH_HINT = "put a font that has it into the folder `fonts`"

# What addresses inside the book start with.
BASE_URL = "https://book.invalid/"

_GLYPH = re.compile(r"\.notdef glyph rendered .*\(U\+(?P<code>[0-9A-F]+)\)", re.DOTALL)
_PICTURE = re.compile(r"Failed to load image at '(?P<url>[^']*)': (?P<why>.*)", re.DOTALL)


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.setdefault(record.getMessage())


@contextlib.contextmanager
def caught_log() -> Iterator[dict[str, None]]:
    """What WeasyPrint and fontTools log meanwhile, each message once, as the keys of a dict."""
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
    """Messages caught while `book` was laid out and drawn."""
    missing: list[str] = []
    for message in messages:
        if match := _GLYPH.search(message):
            missing.append(chr(int(match["code"], 16)))
        elif match := _PICTURE.fullmatch(message):
            if "refused" not in match["why"]:
                name = match["url"].removeprefix(BASE_URL)
                report.add(
                    BAD_PICTURE, f"`{name[:200]}` cannot be read: {match['why'].rstrip('.')}"
                )
        elif message.startswith("Using fontTools instead of HarfBuzz-Subset"):
            # One such message for each font.
            report.add(SLOW_FONTS, "HarfBuzz-Subset 4.1 or newer is missing", hint=HARFBUZZ_HINT)
        else:
            report.add(LAYOUT_WARNING, message)
    for char in sorted(missing):
        _report_glyph(char, book, report)


def report_failures(failures: Sequence[Failure], book: Book, report: Report) -> None:
    """Name the chapters that cannot be laid out; the book, if it is none of them alone."""
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


def _report_glyph(char: str, book: Book, report: Report) -> None:
    """One finding for each chapter whose text has `char`: WeasyPrint names no place."""
    message = f"no font has {char!r} (U+{ord(char):04X})"
    chapters = [c for c in book.chapters if char in c.tree.get_text()]
    for chapter in chapters:
        at = chapter.source.text.find(char)
        span = chapter.source.span(at, 1) if at >= 0 else chapter.source.span_of_file()
        report.add(MISSING_GLYPH, f"{message}, in “{chapter.title}”", span, _GLYPH_HINT)
    if not chapters:
        report.add(MISSING_GLYPH, message, hint=_GLYPH_HINT)
