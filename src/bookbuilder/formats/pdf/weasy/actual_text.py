"""Say what was typed where glyphs cannot: copying, searching and reading aloud depend on it.

A PDF maps each glyph to text. An accent's glyph means the accent, whatever the letter below it.
Where letters are reordered or joined, one glyph means different text in different words. Such a
word is painted as a span with its `ActualText` (ISO 32000-1, 14.9.4), which readers take instead of
what its glyphs say.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bookbuilder.formats.pdf.weasy.contract import PaintStream, TextBox
from bookbuilder.formats.pdf.weasy.contract_text import (
    DrawLine,
    Glyphs,
    drawn_glyphs,
    say_glyphs,
)

# Accents and points, each of which may have a glyph of its own.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u1ab0-\u1aff\u1dc0-\u1dff\ufe20-\ufe2f"
)
# The scripts of South and Southeast Asia; keycaps and joined emoji.
_REORDERED = re.compile("[\u0900-\u109f\u1780-\u17ff\u200d\u20d0-\u20f0\ufe0f]")
# Of Arabic letters, one may have several glyphs, the first of which would mean nothing.
_JOINED = "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff"
_PARTED = re.compile(f"[{_MARKS}{_JOINED}]")
_WORD = re.compile(rb"[^ \t\n]+")
_SHOWN = re.compile(rb"<([0-9a-f]*)>|(-?\d+(?:\.\d+)?(?:e-?\d+)?)")
_DIGITS = 4


def say_words(draw: DrawLine) -> DrawLine:
    """Return a function that draws a line as `draw` does, with the text of its difficult words."""

    def draw_and_say(stream: PaintStream, textbox: TextBox, *rest: object) -> list[object]:
        if textbox.text.isascii():
            return draw(stream, textbox, *rest)
        is_reordered = _REORDERED.search(textbox.text)
        if not is_reordered and not _PARTED.search(textbox.text):
            return draw(stream, textbox, *rest)
        data, runs = drawn_glyphs(textbox.pango_layout)
        unclear = _say_marks(stream, data, runs)
        start = len(stream.stream)
        emojis = draw(stream, textbox, *rest)
        if is_reordered or unclear:
            words = _words_of_glyphs(data, runs, unclear)
            stream.stream[start:] = with_words(stream.stream[start:], words)
        return emojis

    return draw_and_say


def _say_marks(stream: PaintStream, data: bytes, runs: Sequence[Glyphs]) -> dict[int, int]:
    """Have each glyph of a letter with marks mean one of them.

    Return where the others begin: letters whose glyphs are more or fewer, or run from the right.
    The value says where a single letter ends that runs from the right, and is 0 for others.
    """
    unclear: dict[int, int] = {}
    for run in runs:
        meanings: dict[int, str] = {}
        bounds = [*sorted(set(run.starts)), run.end]
        ends = dict(pairwise(bounds))
        glyphs: dict[int, list[int]] = {}
        for glyph, start in zip(run.ids, run.starts, strict=True):
            glyphs.setdefault(start, []).append(glyph)
        for start, used in glyphs.items():
            letters = data[start : ends[start]].decode()
            if not _PARTED.search(letters):
                continue
            # Points of Hebrew stand in no fixed order beside their letter.
            if len(letters) == len(used) and (len(used) == 1 or not run.is_from_right):
                meanings |= dict(zip(used, letters, strict=True))
            else:
                is_alone = run.is_from_right and len(letters) == 1
                unclear[start] = ends[start] if is_alone else 0
        if meanings:
            say_glyphs(stream, run.font, meanings)
    return unclear


def _words_of_glyphs(data: bytes, runs: Sequence[Glyphs], unclear: dict[int, int]) -> list[str]:
    """Return, for each glyph that is shown, the difficult word it belongs to, or an empty string.

    A word whose glyphs do not follow one another is not told. Where it is enough, a letter is told
    alone: PDFium turns the letters of Arabic words around.
    """
    letters = [(start, end, data[start:end].decode()) for start, end in unclear.items() if end]
    words = [(m.start(), m.end(), m[0].decode()) for m in _WORD.finditer(data)]
    if letters:
        apart = [w for w in words if not any(w[0] <= start < w[1] for start, _, _ in letters)]
        words = sorted(apart + letters)
    starts = [start for start, _, _ in words]
    difficult = {bisect_right(starts, start) - 1 for start in unclear}
    numbers: list[int] = []
    for offset in (start for run in runs for start in run.starts):
        place = bisect_right(starts, offset) - 1
        inside = place >= 0 and offset < words[place][1]
        is_told = inside and (place in difficult or _REORDERED.search(words[place][2]))
        # PDFium drops characters beyond U+FFFF from such a text.
        numbers.append(place if is_told and max(words[place][2]) <= "\uffff" else -1)
    pieces = [n for n, before in zip(numbers, [None, *numbers], strict=False) if n != before]
    parted = {n for n in pieces if pieces.count(n) > 1}
    # A number keeps two equal words side by side apart.
    return [f"{n}:{words[n][2]}" if n >= 0 and n not in parted else "" for n in numbers]


def words_at(textbox: TextBox, ranges: Sequence[tuple[int, int]]) -> list[str]:
    """Return, for each glyph that is shown, the text of the range it belongs to, or nothing.

    These are ranges of the line's UTF-8, in order. A text that is told already is not told again.
    """
    data, runs = drawn_glyphs(textbox.pango_layout)
    starts = [start for start, _ in ranges]
    words: list[str] = []
    for offset in (start for run in runs for start in run.starts):
        place = bisect_right(starts, offset) - 1
        first, end = ranges[max(0, place)]
        text = data[first:end].decode() if first <= offset < end else ""
        is_told = bool(text) and max(text) <= "\uffff" and not _REORDERED.search(text)
        words.append(f"{place}:{text}" if is_told else "")
    return words


def with_words(operations: list[object], words: list[str]) -> list[object]:
    """Return `operations` with spans around the words; unchanged if the glyphs do not match."""
    shown = sum(len(m[1] or b"") for op in operations if _is_text(op) for m in _glyphs(op))
    if shown != len(words) * _DIGITS:
        return operations
    made: list[object] = []
    remaining = iter(words)
    current = ""
    for operation in operations:
        if not _is_text(operation):
            made.append(operation)
            continue
        pending: list[bytes] = []
        for match in _glyphs(operation):
            if match[2]:
                pending.append(match[2])
                continue
            for at in range(0, len(match[1]), _DIGITS):
                word = next(remaining)
                if word != current:
                    made += _shown(pending)
                    pending = []
                    made += [b"EMC"] * bool(current) + _opened(word)
                    current = word
                pending.append(b"<" + match[1][at : at + _DIGITS] + b">")
        made += _shown(pending)
    return [*made, b"EMC"] if current else made


def _is_text(operation: object) -> bool:
    return isinstance(operation, bytes) and operation.endswith(b"] TJ")


def _glyphs(operation: object) -> Iterator[re.Match[bytes]]:
    assert isinstance(operation, bytes)
    return _SHOWN.finditer(operation)


def _shown(pieces: list[bytes]) -> list[object]:
    return [b"[" + b" ".join(pieces).replace(b"> <", b"") + b"] TJ"] if pieces else []


def _opened(word: str) -> list[object]:
    if not word:
        return []
    text = word.partition(":")[2].encode("utf-16-be").hex().upper()
    return [f"/Span <</ActualText <FEFF{text}>>> BDC".encode()]
