"""Parse stylesheets, without the rules on which WeasyPrint fails."""

from __future__ import annotations

import re
from itertools import pairwise

import tinycss2

from bookbuilder.formats.pdf.weasy.contract import CSS, CounterStyle, FontConfiguration
from bookbuilder.formats.pdf.weasy.documents import BASE_URL, BookFetcher
from bookbuilder.formats.pdf.weasy.findings import caught_log

_NO_NAMES = re.compile(r"/\*.*?\*/|\"[^\"\n]*\"|'[^'\n]*'", re.DOTALL)
# What the theme says of notes and lists: `spare_styles` leaves what that needs.
_OF_THEME = re.compile(
    r"\.note \{ float: footnote; footnote-policy: line \}|\.note::footnote-(?:call|marker)"
    r"|@footnote|\.task-list-item|counter-increment: list-item"
)
_PSEUDO_ELEMENTS = re.compile(r"list-item|footnote|note\(|\(\s*note|\\", re.IGNORECASE)
_MARGIN_BOX = re.compile(r"@((?:top|right|bottom|left)-[a-z-]+)", re.IGNORECASE)


def has_other_pseudo_elements(style: str) -> bool:
    """Tell whether by a style more may be lists' items or notes than the theme needs."""
    return bool(_PSEUDO_ELEMENTS.search(_OF_THEME.sub("", _NO_NAMES.sub("", style))))


def margins_in(style: str) -> set[str]:
    """Return the names of the boxes in the margins of pages that a style mentions."""
    return {name.lower() for name in _MARGIN_BOX.findall(style)}


def parse_style(
    text: str, name: str, fetcher: BookFetcher, fonts: FontConfiguration, counters: CounterStyle
) -> tuple[CSS, list[str]]:
    """Return the stylesheet, and what WeasyPrint says of it.

    WeasyPrint raises errors of its own at some values, such as `attr(x url)` and `var()`. The rules
    with such values are left out, and a message says so.
    """

    def parsed(css: str) -> CSS:
        return CSS(
            string=css,
            base_url=f"{BASE_URL}{name}",
            url_fetcher=fetcher,
            font_config=fonts,
            counter_style=counters,
        )

    try:
        with caught_log() as messages:
            return parsed(text), list(messages)
    except MemoryError:
        raise
    except Exception:
        rest, failures = _without_failing_rules(text, fetcher)
    try:
        with caught_log() as messages:
            return parsed(rest), [*messages, *failures]
    except MemoryError:
        raise
    except Exception as error:
        why = type(error).__name__
        return parsed(""), [f"the stylesheet is left out: WeasyPrint fails on it ({why})"]


def _failure_of(text: str, fetcher: BookFetcher) -> str | None:
    """Return the name of the error that WeasyPrint raises at `text`."""
    with caught_log():
        try:
            CSS(string=text, base_url=BASE_URL, url_fetcher=fetcher)
        except MemoryError:
            raise
        except Exception as error:
            return type(error).__name__
    return None


def _without_failing_rules(text: str, fetcher: BookFetcher) -> tuple[str, list[str]]:
    """Return `text` with blanks for the rules that fail alone, and messages about these."""
    # tinycss2 counts lines and columns in what CSS makes of line ends.
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    lines = [0]
    for line in text.split("\n"):
        lines.append(lines[-1] + len(line) + 1)
    nodes = tinycss2.parse_stylesheet(text)
    starts = [lines[node.source_line - 1] + node.source_column - 1 for node in nodes]
    pieces, messages = [text[: starts[0]] if starts else text], []
    for node, (start, end) in zip(nodes, pairwise([*starts, len(text)]), strict=True):
        piece = text[start:end]
        if why := _failure_of(piece, fetcher):
            place = f"{node.source_line}:{node.source_column}"
            messages.append(f"Ignored `{piece.strip()}` at {place}, WeasyPrint fails on it ({why})")
            piece = "".join("\n" if char == "\n" else " " for char in piece)
        pieces.append(piece)
    return "".join(pieces), messages
