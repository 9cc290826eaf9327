"""Say what was typed where glyphs cannot: copying, searching and reading aloud depend on it.

A PDF maps each glyph to text. Where letters are reordered, joined or given accents, one glyph means
different text in different words. Such a word is painted as a span with its `ActualText`
(ISO 32000-1, 14.9.4), which readers take instead of what its glyphs say.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from bookbuilder.formats.pdf.weasy.contract import (
    DrawLine,
    PaintStream,
    PangoLayout,
    TextBox,
    drawn_glyphs,
)

# Marks that combine; the scripts of South and Southeast Asia; keycaps and joined emoji.
_COMPLEX = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0900-\u109f\u1780-\u17ff\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u200d\u20d0-\u20f0\ufe0f\ufe20-\ufe2f]"
)
_WORD = re.compile(rb"[^ \t\n]+")
_SHOWN = re.compile(rb"<([0-9a-f]*)>|(-?\d+(?:\.\d+)?(?:e-?\d+)?)")
_DIGITS = 4


def say_words(draw: DrawLine) -> DrawLine:
    """Return a function that draws a line as `draw` does, with the text of its difficult words."""

    def draw_and_say(stream: PaintStream, textbox: TextBox, *rest: object) -> list[object]:
        if not _COMPLEX.search(textbox.text):
            return draw(stream, textbox, *rest)
        start = len(stream.stream)
        emojis = draw(stream, textbox, *rest)
        words = _words_of_glyphs(textbox.pango_layout)
        stream.stream[start:] = _with_words(stream.stream[start:], words)
        return emojis

    return draw_and_say


def _words_of_glyphs(layout: PangoLayout) -> list[str]:
    """Return, for each glyph that is shown, the difficult word it belongs to, or an empty string.

    A word whose glyphs do not follow one another is not told.
    """
    data, offsets = drawn_glyphs(layout)
    words = [(m.start(), m.end(), m[0].decode()) for m in _WORD.finditer(data)]
    starts = [start for start, _, _ in words]
    numbers: list[int] = []
    for offset in offsets:
        place = bisect_right(starts, offset) - 1
        inside = place >= 0 and offset < words[place][1]
        numbers.append(place if inside and _is_difficult(words[place][2]) else -1)
    pieces = [n for n, before in zip(numbers, [None, *numbers], strict=False) if n != before]
    parted = {n for n in pieces if pieces.count(n) > 1}
    # A number keeps two equal words side by side apart.
    return [f"{n}:{words[n][2]}" if n >= 0 and n not in parted else "" for n in numbers]


def _is_difficult(word: str) -> bool:
    # PDFium drops characters beyond U+FFFF from such a text.
    return bool(_COMPLEX.search(word)) and max(word) <= "\uffff"


def _with_words(operations: list[object], words: list[str]) -> list[object]:
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
    return [b"[" + b"".join(pieces).replace(b"><", b"") + b"] TJ"] if pieces else []


def _opened(word: str) -> list[object]:
    if not word:
        return []
    text = word.partition(":")[2].encode("utf-16-be").hex().upper()
    return [f"/Span <</ActualText <FEFF{text}>>> BDC".encode()]
