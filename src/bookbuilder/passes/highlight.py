"""Colour code whose fence names a known language, with Pygments' short classes on spans.

This comes last, so that no other pass has to walk over a span for every word of a program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from operator import itemgetter

from bs4 import Tag
from bs4.element import NavigableString, PageElement
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, Whitespace, _TokenType
from pygments.util import ClassNotFound

from bookbuilder.book import Book
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source, Span
from bookbuilder.runtime.progress import tracked
from bookbuilder.trees.markup import elements, has_class, new_tag, raw_text

LONG_LISTING = Rule(
    "M017",
    "long-listing",
    Severity.NOTE,
    "A listing of thousands of lines takes long to be coloured, in some languages minutes. What is"
    " longer than 20,000 characters (8,000 in a few languages) is printed in one colour. Cut it"
    " into pieces, which readers can follow better too.",
)
LONGEST = 20_000
"""Characters: colouring takes time squared to them in some languages."""
LONGEST_OF_SLOW = 8_000
# They take seconds for as many blanks or short lines.
_SLOW = frozenset(["AutoIt", "C#", "Perl"])

_PREFIX = "language-"
_NEAR_ENOUGH = {"jsx": "javascript", "mjs": "javascript", "jsonc": "json", "shellscript": "bash"}


def highlight(book: Book, report: Report) -> None:
    for chapter in tracked(book.chapters):
        for code in elements(chapter.tree, "code"):
            language = _language(code).lower()
            if language == "" or elements(code):
                continue
            text = raw_text(code)
            lexer = _lexer(language, starts_inline="<?" not in text)
            if lexer is None:
                continue
            if len(text) > (LONGEST_OF_SLOW if lexer.name in _SLOW else LONGEST):
                message = f"a listing of {len(text):,} characters is not coloured"
                first = text.strip().partition("\n")[0][:80]
                report.add(LONG_LISTING, message, _first_line(chapter.source, first))
                continue
            tokens = list(_tokens(text, lexer))
            # Some lexers drop or add characters.
            if "".join(piece for _, piece in tokens) == text:
                code.contents = list(_spans(tokens))
                for child in code.contents:
                    child.parent = code


def _first_line(source: Source, line: str) -> Span:
    at = source.text.find(line)
    return source.span(at, len(line)) if at >= 0 else source.span_of_file()


def _language(code: Tag) -> str:
    if code.parent is None or code.parent.name != "pre" or not has_class(code.parent, "code"):
        return ""
    names = code.get_attribute_list("class")
    said = (name.removeprefix(_PREFIX) for name in names if name and name.startswith(_PREFIX))
    return next(said, "")


@cache
def _lexer(language: str, starts_inline: bool) -> Lexer | None:
    """Return the lexer of a language. PHP need not start with `<?php`."""
    if language in ("", "text", "txt", "plain", "plaintext", "none"):
        return None
    try:
        options = {"startinline": True} if language.startswith("php") and starts_inline else {}
        if language.startswith("diff-"):
            language = "diff"
        name = _NEAR_ENOUGH.get(language, language)
        return get_lexer_by_name(name, stripnl=False, ensurenl=False, **options)
    except ClassNotFound:
        return None


def _spans(tokens: Iterable[tuple[str, str]]) -> Iterator[PageElement]:
    for name, pieces in groupby(tokens, key=itemgetter(0)):
        content = NavigableString("".join(piece for _, piece in pieces))
        if not name:
            yield content
            continue
        span = new_tag("span", {"class": name})
        span.contents.append(content)
        content.parent = span
        yield span


def _tokens(text: str, lexer: Lexer) -> Iterator[tuple[str, str]]:
    """Yield pieces of `text` with their classes. No piece crosses the end of a line."""
    for kind, value in lexer.get_tokens(text):
        name = _short(kind)
        for nth, piece in enumerate(value.split("\n")):
            if nth:
                yield "", "\n"
            if piece:
                yield name, piece


def _short(kind: _TokenType) -> str:
    """Return the class of a kind of token, or of its nearest standard parent; none for blanks."""
    while kind not in STANDARD_TYPES and kind.parent is not None:
        kind = kind.parent
    return "" if kind is Whitespace else STANDARD_TYPES[kind]
