"""Set quotes, apostrophes, dashes, ellipses and no-break spaces.

Only text changes, never code or formulas. The character before a quote decides which way it turns,
and it may be in another element: `"<em>so</em>"`.
"""

from __future__ import annotations

import dataclasses
import re
from functools import cache

from bs4 import Tag
from bs4.element import NavigableString, PageElement, PreformattedString
from msgspec import Struct

from bookbuilder.book import Book
from bookbuilder.dialect.core.spans import AS_TYPED
from bookbuilder.model.diagnostics import Report
from bookbuilder.passes.dashes import Edit, dash_edits, not_in_addresses
from bookbuilder.passes.line_ends import line_end_edits
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.trees.markup import (
    elements,
    first_element,
    has_class,
    new_tag,
    raw_text,
    text_of,
    unwrap,
)
from bookbuilder.trees.xhtml import INLINE_STYLE, RUBY_PARTS, TRANSPARENT

NBSP = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
APOSTROPHE = "’"


class Quotes(Struct, frozen=True):
    """Hold outer and inner quotation marks, opening and closing."""

    open: str
    close: str
    inner_open: str
    inner_close: str


_ENGLISH = Quotes("“", "”", "‘", "’")
_GERMAN = Quotes("„", "“", "‚", "‘")
_FRENCH = Quotes(f"«{NARROW}", f"{NARROW}»", "“", "”")
_GUILLEMETS = Quotes("«", "»", "“", "”")
_POLISH = Quotes("„", "”", "«", "»")
_LOW_HIGH = Quotes("„", "”", "‚", "’")
_RIGHT_RIGHT = Quotes("”", "”", "’", "’")
_RUSSIAN = Quotes("«", "»", "„", "“")

# By primary language, and by the whole tag where a country differs. Text in a language that is not
# here keeps the quotes that its author typed.
QUOTES: dict[str, Quotes] = {
    "bg": _GERMAN,
    "ca": _GUILLEMETS,
    "cs": _GERMAN,
    "da": Quotes("»", "«", "›", "‹"),
    "de": _GERMAN,
    "de-ch": Quotes("«", "»", "‹", "›"),
    "el": _GUILLEMETS,
    "en": _ENGLISH,
    "es": _GUILLEMETS,
    "es-mx": _ENGLISH,
    "et": Quotes("„", "“", "‚", "‘"),
    "fi": _RIGHT_RIGHT,
    "fr": _FRENCH,
    "fr-ch": Quotes(f"«{NARROW}", f"{NARROW}»", f"‹{NARROW}", f"{NARROW}›"),
    "hr": _LOW_HIGH,
    "hu": Quotes("„", "”", "»", "«"),
    "it": _GUILLEMETS,
    "lt": _GERMAN,
    "nl": _ENGLISH,
    "no": Quotes("«", "»", "‘", "’"),
    "nb": Quotes("«", "»", "‘", "’"),
    "pl": _POLISH,
    "pt": _GUILLEMETS,
    "pt-br": _ENGLISH,
    "ro": Quotes("„", "”", "«", "»"),
    "ru": _RUSSIAN,
    "sk": _GERMAN,
    "sl": _GERMAN,
    "sv": _RIGHT_RIGHT,
    "tr": _ENGLISH,
    "uk": _RUSSIAN,
}

_UNTOUCHED = frozenset({"code", "kbd", "math", "pre", "samp", "script", "style", "svg", "var"})
_INLINE = (frozenset(INLINE_STYLE) | TRANSPARENT | RUBY_PARTS) - _UNTOUCHED
_LEFT_ALONE = _UNTOUCHED | {"img", "br"}
_OBJECT = "\N{OBJECT REPLACEMENT CHARACTER}"
_OPENERS = frozenset("([{<«‹„‚“‘¿¡/=|")
_BEFORE_WORDS = frozenset("([{¿¡…")
_DASHES = frozenset("-–—")

_ANY_MARK = re.compile(r"[\"'“”„«»‘’‚›‹]")
_CLOSING_SINGLE = re.compile(r"(?<=\S)'(?!\w)")
# Words without their beginning. Those of the first pattern never start a quotation.
_SHORTENED = rare_pattern(
    r"(?:\d\ds?|n['’]|t(?:is|was|were|will|would|isn|wasn)|[st](?=\s))(?!\w)", re.I
)
_MAYBE_SHORTENED = rare_pattern(
    r"(?:bout|cause|cos|em|gainst|kay|neath|nother|nuff|round|til|till|tween|twixt)(?!\w)", re.I
)
_FAR = 80

_DOTS = rare_pattern(r"(?<![.…])\.{3}(?=\.?(?![.…]))")
_NUMBER = re.compile(r"[ \n]\d")
# "p. 5", "chapter 3": a number that must not start a line.
_BEFORE_NUMBER = re.compile(
    r"(?<!\w)(?:(?:pp?|vols?|nos?|figs?|chap|sec|Bd|Nr|S|Abb|Kap|núm|pág)\.|[§¶№]|chapter|part|section"
    r"|figure|table|volume|appendix|page|Kapitel|Teil|Seite|chapitre|partie|capítulo|parte|capitolo)"
    r"([ \n])(?=\d)",
    re.IGNORECASE,
)
_FRENCH_SPACES = (
    (rare_pattern(r"(?<=\S)([ \u00a0])(?=[;!?])"), NARROW),
    (rare_pattern(r"(?<=\S)( )(?=:(?![\w/)(]))"), NBSP),
    (rare_pattern(r"«([ \u00a0])"), NARROW),
    (rare_pattern(r"([ \u00a0])(?=»)"), NARROW),
)


class _Piece(Struct):
    """Hold a text node at `start` of its run, or a stand-in for an element that is left alone."""

    start: int
    text: str
    node: NavigableString | None = None
    index: int = 0
    language: str = ""


def typography(book: Book, report: Report) -> None:
    """Set every chapter, and the titles that contents, covers and running heads repeat."""
    language = book.metadata.language
    for chapter in tracked(book.chapters):
        heading = first_element(chapter.tree, "h1") or chapter.tree
        title = next(
            (t for t in elements(heading, "span") if has_class(t, "chapter-title")), heading
        )
        is_repeated = text_of(title) == chapter.title
        set_type(chapter.tree, language)
        if is_repeated:
            chapter.title = text_of(title)
    for part in book.parts:
        part.title, part.subtitle = (_set(text, language) for text in (part.title, part.subtitle))
    said = book.metadata
    book.metadata = dataclasses.replace(
        said, title=_set(said.title, language), subtitle=_set(said.subtitle, language)
    )


def _set(text: str, language: str) -> str:
    tree = new_tag("p", {}, text)
    set_type(tree, language)
    return raw_text(tree)


def set_type(tree: Tag, language: str) -> None:
    """Set the text under `tree` in place, by `language` or the nearest `lang`.

    Text in a language without an entry in `QUOTES` keeps its marks.
    """
    for run in _runs(tree, language):
        text = "".join([piece.text for piece in run])
        if len(text) < 2:
            continue  # The line end between two blocks: all edits look at a neighbour too.
        for tongue in dict.fromkeys(piece.language for piece in run if piece.node is not None):
            edits = list(line_end_edits(text, tongue))
            if (quotes := quotes_of(tongue)) is not None:
                edits += _edits(text, quotes, tongue)
            if edits:
                pieces = [p for p in run if p.node is not None and p.language == tongue]
                _apply(sorted(edits), pieces)
    unwrap(tree, [span for span in elements(tree, "span") if has_class(span, AS_TYPED)])


@cache
def quotes_of(language: str) -> Quotes | None:
    tag = language.strip().lower().replace("_", "-")
    return QUOTES.get(tag) or QUOTES.get(tag.split("-")[0])


def _runs(tree: Tag, language: str) -> list[list[_Piece]]:
    """Return the text of each block, in order; a block inside another interrupts it."""
    runs: list[list[_Piece]] = [[]]
    length = 0
    root: list[PageElement] = [tree]
    levels = [(enumerate(root), language, False)]
    while levels:
        children, tongue, is_block = levels[-1]
        for index, node in children:
            if isinstance(node, Tag):
                classed = "class" in node.attrs
                # The call of a note stands beside the text, not between its words.
                if classed and (has_class(node, "noteref") or has_class(node, "noteref-comma")):
                    continue
                if node.name in _LEFT_ALONE or (classed and has_class(node, AS_TYPED)):
                    runs[-1].append(_Piece(length, "\n" if node.name == "br" else _OBJECT))
                    length += 1
                    continue
                interrupts = node.name not in _INLINE
                if interrupts:
                    runs.append([])
                    length = 0
                inner = str(node.get("lang") or tongue)
                levels.append((enumerate(node.contents), inner, interrupts))
                break
            if isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
                runs[-1].append(_Piece(length, str(node), node, index, tongue))
                length += len(node)
        else:
            levels.pop()
            if is_block:
                runs.append([])
                length = 0
    return [run for run in runs if run]


def _apply(edits: list[Edit], pieces: list[_Piece]) -> None:
    """Make the edits that lie within a single piece; edits and pieces are both in order."""
    waiting = iter(edits)
    edit = next(waiting, None)
    for piece in pieces:
        done: list[str] = []
        at, end = piece.start, piece.start + len(piece.text)
        while edit is not None and edit[0] < end:
            start, stop, replacement = edit
            if start >= at and stop <= end:
                done += [piece.text[at - piece.start : start - piece.start], replacement]
                at = stop
            edit = next(waiting, None)
        if done:
            _replace(piece, "".join(done) + piece.text[at - piece.start :])


def _replace(piece: _Piece, text: str) -> None:
    old = piece.node
    if old is None or old.parent is None:
        return
    new = NavigableString(text)
    old.parent.contents[piece.index] = new
    new.setup(
        old.parent, old.previous_element, old.next_element, old.previous_sibling, old.next_sibling
    )
    piece.node = new


def _edits(text: str, quotes: Quotes, language: str) -> list[Edit]:
    edits: list[Edit] = []
    if "--" in text:
        edits += dash_edits(text, language)
    if "..." in text:
        edits += [(*match.span(), "…") for match in _DOTS.finditer(text)]
    if edits:
        edits = not_in_addresses(edits, text)
    if _NUMBER.search(text):
        edits += [(*match.span(1), NBSP) for match in _BEFORE_NUMBER.finditer(text)]
    if language.lower().startswith("fr"):
        for pattern, space in _FRENCH_SPACES:
            edits += [(*match.span(1), space) for match in pattern.finditer(text)]
    if "'" in text or '"' in text:
        edits += _quote_edits(text, quotes)
    return edits


def _quote_edits(text: str, quotes: Quotes) -> list[Edit]:
    edits: list[Edit] = []
    outer, inner = _bare(quotes.open), _bare(quotes.inner_open)
    outer_end, inner_end = _bare(quotes.close), _bare(quotes.inner_close)
    last_closing = max((m.start() for m in _CLOSING_SINGLE.finditer(text)), default=-1)
    is_open = is_inner_open = False
    for match in _ANY_MARK.finditer(text):
        at, mark = match.start(), match[0]
        before = text[at - 1 : at]
        after = text[at + 1 : at + 2]
        if mark == '"':
            turn = _turn(before, after, text[at - 2 : at - 1], is_open)
            if turn is None:
                continue
            is_open = turn
            edits.append((at, at + 1, quotes.open if turn else quotes.close))
        elif mark == "'":
            replacement = _single(text, at, quotes, is_inner_open, last_closing)
            if replacement:
                edits.append((at, at + 1, replacement))
                is_inner_open = _inner_state(replacement, before, after, quotes, is_inner_open)
        elif mark == outer and (mark != outer_end or not is_open):
            is_open = True
        elif mark == outer_end:
            is_open = False
        elif mark in (inner, inner_end):
            whole = quotes.inner_open if mark == inner and mark != inner_end else quotes.inner_close
            is_inner_open = _inner_state(whole, before, after, quotes, is_inner_open)
    return edits


def _bare(mark: str) -> str:
    return mark.strip(NARROW)


def _is_word(char: str) -> bool:
    return char.isalnum() or char == _OBJECT


def _turn(before: str, after: str, before_that: str, is_open: bool) -> bool | None:
    """Return whether a double mark opens, or None if it is no quotation mark (5", or alone)."""
    if before in ("'", APOSTROPHE) and (_is_word(after) or after in _BEFORE_WORDS):
        # `'"Stop," she said,'` or, after an article that lost its vowel, `l'"affaire"`.
        return not is_open or not _is_word(before_that)
    starts = not before or before.isspace() or before in _OPENERS
    ends = not after or after.isspace()
    if starts and ends:
        return None if not is_open or before.isspace() else False
    if starts:
        return True
    if before in _DASHES:
        return not is_open and not ends
    if before.isdigit() and not is_open:
        return None
    return False


def _single(text: str, at: int, quotes: Quotes, is_open: bool, last_closing: int) -> str:
    """Return what a single mark becomes, or an empty string to leave it."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    starts = not before or before.isspace() or before in _OPENERS or before in _DASHES
    opens_word = _is_word(after) or (after == '"' and _is_word(text[at + 2 : at + 3]))
    starts = starts or (before == '"' and opens_word and not _is_word(text[at - 2 : at - 1]))
    if starts:
        if not after or after.isspace():
            return ""
        if _SHORTENED.match(text, at + 1):
            return APOSTROPHE
        if _MAYBE_SHORTENED.match(text, at + 1):
            closes_soon = _CLOSING_SINGLE.search(text, at + 2, at + _FAR)
            return quotes.inner_open if closes_soon else APOSTROPHE
        # The end of speech may come paragraphs later; no word is shortened before a double mark.
        return quotes.inner_open if at < last_closing or after == '"' else APOSTROPHE
    if before.isdigit() and after.isdigit():
        return ""
    if _is_word(before) and _is_word(after):
        return APOSTROPHE
    if before.isdigit() and not is_open:
        return ""
    return quotes.inner_close if is_open else APOSTROPHE


def _inner_state(mark: str, before: str, after: str, quotes: Quotes, is_open: bool) -> bool:
    if mark == quotes.inner_open and mark != quotes.inner_close:
        return True
    if mark == quotes.inner_close and not (_is_word(before) and _is_word(after)):
        return False
    return is_open
