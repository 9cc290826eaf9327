"""Colour code whose fence names a known language, with Pygments' short classes on spans.

This comes last, so that no other pass has to walk over a span for every word of a program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import msgspec
from bs4 import Tag
from bs4.element import NavigableString, PageElement

from bookbuilder.book import Book, Chapter
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source, Span
from bookbuilder.runtime.cache import Cache, digest_of, users_cache
from bookbuilder.runtime.installation import installation
from bookbuilder.runtime.progress import tracked
from bookbuilder.trees.markup import elements, has_class, new_tag, raw_text

if TYPE_CHECKING:
    from pygments.lexer import Lexer
    from pygments.token import _TokenType

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

LARGEST_CACHE = 50_000_000

_PREFIX = "language-"
_NEAR_ENOUGH = {"jsx": "javascript", "mjs": "javascript", "jsonc": "json", "shellscript": "bash"}


Tokens = list[tuple[str, str]]
"""Classes of pieces of code, and the pieces."""


def highlight(book: Book, report: Report) -> None:
    remembered = users_cache("colours") if book.config.pdf.cache else Cache(None)
    has_learned = False
    for chapter in tracked(book.chapters):
        listings = list(_listings(chapter, report))
        if not listings:
            continue
        told = [(language, text) for _, language, text in listings]
        name = digest_of(installation().encode(), repr(told).encode("utf-8", "surrogatepass"))
        coloured = _recall(remembered, name, told)
        if coloured is None:
            coloured = [_coloured(text, language) for language, text in told]
            remembered.put(name, msgspec.msgpack.encode(coloured))
            has_learned = True
        for (code, *_), tokens in zip(listings, coloured, strict=True):
            if tokens:
                code.contents = list(_spans(tokens))
                for child in code.contents:
                    child.parent = code
    if has_learned:
        remembered.trim(LARGEST_CACHE)


def _recall(
    remembered: Cache, name: str, told: Sequence[tuple[str, str]]
) -> Sequence[Tokens] | None:
    """Return the tokens of texts in the languages that are `told`, if they are remembered."""
    data = remembered.get(name)
    try:
        found = None if data is None else msgspec.msgpack.decode(data, type=list[Tokens])
    except msgspec.DecodeError:
        return None
    if found is None or len(found) != len(told):
        return None
    are_whole = (_is_whole(tokens, text) for tokens, (_, text) in zip(found, told, strict=True))
    return found if all(are_whole) else None


def _listings(chapter: Chapter, report: Report) -> Iterator[tuple[Tag, str, str]]:
    """Yield the code whose language is told, with the language and the text."""
    for code in elements(chapter.tree, "code"):
        language = _language(code).lower()
        if language == "" or elements(code):
            continue
        text = raw_text(code)
        if _is_too_long(text, language):
            message = f"a listing of {len(text):,} characters is not coloured"
            first = text.strip().partition("\n")[0][:80]
            report.add(LONG_LISTING, message, _first_line(chapter.source, first))
        else:
            yield code, language, text


def _is_too_long(text: str, language: str) -> bool:
    if len(text) <= LONGEST_OF_SLOW:
        return False
    lexer = _lexer_for(text, language)
    return lexer is not None and (len(text) > LONGEST or lexer.name in _SLOW)


def _coloured(text: str, language: str) -> Tokens:
    """Return the tokens of `text`; none if nobody knows the language."""
    lexer = _lexer_for(text, language)
    tokens = [] if lexer is None else list(_tokens(text, lexer))
    # Some lexers drop or add characters.
    return tokens if _is_whole(tokens, text) else []


def _is_whole(tokens: Tokens, text: str) -> bool:
    return not tokens or "".join(piece for _, piece in tokens) == text


def _first_line(source: Source, line: str) -> Span:
    at = source.text.find(line)
    return source.span(at, len(line)) if at >= 0 else source.span_of_file()


def _language(code: Tag) -> str:
    if code.parent is None or code.parent.name != "pre" or not has_class(code.parent, "code"):
        return ""
    names = code.get_attribute_list("class")
    said = (name.removeprefix(_PREFIX) for name in names if name and name.startswith(_PREFIX))
    return next(said, "")


def _lexer_for(text: str, language: str) -> Lexer | None:
    return _lexer(language, starts_inline="<?" not in text)


@cache
def _lexer(language: str, starts_inline: bool) -> Lexer | None:
    """Return the lexer of a language. PHP need not start with `<?php`."""
    if language in ("", "text", "txt", "plain", "plaintext", "none"):
        return None
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

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
    from pygments.token import STANDARD_TYPES, Whitespace

    while kind not in STANDARD_TYPES and kind.parent is not None:
        kind = kind.parent
    return "" if kind is Whitespace else STANDARD_TYPES[kind]
