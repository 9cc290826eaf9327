"""Set `--` and `---` as dashes, by language and by what stands on both sides."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from bookbuilder.text.patterns import rare_pattern

Edit = tuple[int, int, str]
EN, EM = "–", "—"


class Dashes(Struct, frozen=True):
    """Hold what `--` is between words that it joins, and between words with blanks around it.

    Between figures it is an en dash in every language, and `---` is always an em dash.
    """

    joined: str
    spaced: str


_EN_EN = Dashes(EN, EN)
_EM_EM = Dashes(EM, EM)
# By primary language; all others have en dashes.
DASHES = {
    "bg": _EM_EM,
    "ca": _EM_EM,
    "en": Dashes(EM, EN),
    "es": _EM_EM,
    "pt": _EM_EM,
    "ru": _EM_EM,
    "uk": _EM_EM,
}

_HYPHENS = re.compile(r"(?<![-<!{–—])(?:-{2}|-{3})(?![->}–—])")
_LETTER = re.compile(r"[^\W\d_]")
_ADDRESS = re.compile(r"(?:\b[a-z][a-z0-9+.-]{1,20}://|\bwww\.)[^\s<>\"]+", re.IGNORECASE)
# A range, not a break in the sentence: `1990--present`, `May--June`, `A--Z`.
_NOW = rare_pattern(r"(?:present|today|now|date)\b", re.IGNORECASE)
_NAMES = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)"
)
_ENDS_WITH_NAME = rare_pattern(rf"\b{_NAMES}\.?\Z", re.IGNORECASE)
_NAME = rare_pattern(rf"{_NAMES}\b", re.IGNORECASE)
_LONGEST_NAME = 12
_FIGURE_BEFORE = rare_pattern(r"\d(?:[%°′″']|s|th|st|nd|rd|[ap]m)?\Z")
_FIGURE = rare_pattern(r"[$€£¥#§+−]{0,2}\d")
# `iv--vi`, `A4--A5`, `2nd--5th`: short words on both sides that are numbers.
_WORD_BEFORE = rare_pattern(r"(?<![^\W_])[^\W_]{1,8}\Z")
_WORD_AFTER = rare_pattern(r"[^\W_]{1,8}(?![^\W_])")
_MIXED = rare_pattern(r"[^\W\d_]{0,2}\d+[^\W\d_]{0,2}")
_ROMAN = rare_pattern(r"(m{0,3})(cm|cd|d?c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})", re.IGNORECASE)
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
# Speech in the languages that mark it by dashes, and remarks between two of them.
_STARTS_SPEECH = re.compile(r"\A-{2}(?=[¿¡«“\"]?[^\W\d_])")
_REMARK = rare_pattern(r"-{2}[^\W\d_](?:[^-]|-(?!-)){0,300}(?<=[\w.!?»”\"])-{2}(?![\w-])")


def not_in_addresses(edits: Iterable[Edit], text: str) -> list[Edit]:
    """Return the edits that change no address, such as `https://example.org/a...b--c`."""
    ends = {match.start(): match.end() for match in _ADDRESS.finditer(text)}
    starts = list(ends)

    def is_outside(at: int) -> bool:
        before = bisect.bisect_right(starts, at) - 1
        return before < 0 or at >= ends[starts[before]]

    return [edit for edit in edits if is_outside(edit[0])]


def dash_edits(text: str, language: str) -> Iterator[Edit]:
    """Yield the edits that make dashes of hyphens in one block's `text`.

    `--force` stays.
    """
    dashes = DASHES.get(language.lower().split("-")[0], _EN_EN)
    is_speech = bool(_STARTS_SPEECH.match(text)) and (text[2:3].isupper() or text[2:3] in '¿¡«“"')
    remark_ends = 0
    for match in _HYPHENS.finditer(text):
        start, end = match.span()
        if end - start == 3:
            yield start, end, EM
            continue
        before, after = text[start - 1 : start], text[end : end + 1]
        is_first = not before or before.isspace()
        if is_first and _LETTER.match(after):
            # `--force`, unless it is speech or a remark in a language that sets them so.
            remark = _REMARK.match(text, start) if dashes.spaced == EM else None
            remark_ends = remark.end() if remark else remark_ends
            if not remark and not (is_speech and (dashes.spaced == EM or not start)):
                continue
            yield start, end, dashes.joined
        elif is_first and before and start > remark_ends:
            yield start, end, dashes.spaced
        else:
            yield start, end, EN if _is_range(text, start, end) else dashes.joined


def _is_range(text: str, start: int, end: int) -> bool:
    """Return whether hyphens that touch what is before them stand for "to"."""
    before = text[max(start - _LONGEST_NAME, 0) : start]
    is_after_figure = bool(_FIGURE_BEFORE.search(before))
    if is_after_figure and any(form.match(text, end) for form in (_FIGURE, _NOW, _NAME)):
        return True
    if _ENDS_WITH_NAME.search(before) and _NAME.match(text, end):
        return True
    one, other = _WORD_BEFORE.search(before), _WORD_AFTER.match(text, end)
    if one and other and _are_numbers(one[0], other[0]):
        return True
    around = text[start - 1 : start], text[end : end + 1]
    alone = text[start - 2 : start - 1], text[end + 1 : end + 2]
    are_letters = all(c.isupper() for c in around) and around[0] != around[1]
    return are_letters and not any(c.isalnum() for c in alone)


def _are_numbers(one: str, other: str) -> bool:
    """Return whether both words have figures, or are Roman numerals of which the second is more."""
    if _MIXED.fullmatch(one) and _MIXED.fullmatch(other):
        return True
    are_roman = one.islower() == other.islower() and 0 < _roman(one) < _roman(other)
    return are_roman and len(one + other) > 2


def _roman(word: str) -> int:
    """Return the value of a Roman numeral; 0 if `word` is none."""
    if not _ROMAN.fullmatch(word):
        return 0
    values = [_ROMAN_VALUES[letter] for letter in word.lower()]
    # A smaller one before a larger one is subtracted.
    following = [*values[1:], 0]
    return sum(-v if v < after else v for v, after in zip(values, following, strict=True))
