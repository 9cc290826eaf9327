"""Justify lines of scripts that have no blanks between words, between their letters.

These are Chinese and Japanese, and Thai and Lao, whose few blanks part sentences: they get no more
than letters do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bookbuilder.formats.pdf.weasy.actual_text import with_words, words_at
from bookbuilder.formats.pdf.weasy.contract import Box, InlineBox, LineBox, PaintStream, TextBox
from bookbuilder.formats.pdf.weasy.contract_text import (
    DrawLine,
    JustifyLine,
    space_letters,
    width_as_drawn,
)

_THAI = "\u0e01-\u0e5b\u0e81-\u0edf"
_WIDE = re.compile(
    f"[\u2e80-\u312f\u3190-\ua4cf\uf900-\ufaff\uff01-\uffe6]+|[{_THAI}]+(?: [{_THAI}]+)*"
)
# Vowels and tones above, below and after a letter go with it.
_MARKS = "\u0e31\u0e33-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb3-\u0ebc\u0ec8-\u0ece"
_THAI_LETTER = re.compile(f"[^{_MARKS}][{_MARKS}]*")
# In em. A line that lacks more for each letter ends where it ends.
_WIDEST = 0.26
# First, each blank gets up to this: with its own width, half of an em (JLREQ 3.8.4).
_BLANK = 0.25
# For more, PDF readers would copy blanks, were they not told what was typed.
_TOLD = 0.13
_SLACK = 0.05
_SOME = 1e-6
_BLANKS = re.compile("[ \u00a0]")
# Lines with fewer wide letters than one in so many characters are filled between their words, by an
# em at most.
_SHARE = 5


def spread_wide(justify: JustifyLine) -> JustifyLine:
    """Return a function that fills a line as `justify` does, or widens its wide letters."""

    def spread_or_justify(context: object, line: Box, missing: float) -> None:
        letters = _letters_in(line)
        size = line.style["font_size"]
        assert isinstance(size, (int, float))
        if letters:
            missing += _hang(line)
        blanks = _blanks_in(line) if letters else 0
        into_blanks = min(missing, blanks * size * _BLANK)
        if letters > 1 and missing - into_blanks < letters * size * _WIDEST:
            room = Room((missing - into_blanks) / letters, into_blanks / max(1, blanks))
            _widen(line, room, 0)
        elif not letters or (letters * _SHARE < _length_of(line) and missing < blanks * size):
            justify(context, line, missing)

    return spread_or_justify


def _hang(line: Box) -> float:
    """Take the margin of the last part of `line` out of its width, and return it."""
    parts = [child for child in line.children if child.is_in_normal_flow()]
    margin = parts[-1].margin_right if parts and isinstance(parts[-1], InlineBox) else 0
    line.width -= margin
    return margin


def _length_of(box: Box) -> int:
    if isinstance(box, TextBox):
        return len(box.text)
    return sum(map(_length_of, box.children)) if isinstance(box, (LineBox, InlineBox)) else 0


def _letters_in(box: Box) -> int:
    if isinstance(box, TextBox):
        return sum(len(starts) - 1 for starts, _ in _runs_in(box.text))
    if isinstance(box, (LineBox, InlineBox)):
        return sum(map(_letters_in, box.children))
    return 0


def _blanks_in(box: Box) -> int:
    """Count the blanks of texts that hold no such letters."""
    if isinstance(box, TextBox):
        return 0 if _letters_in(box) else len(_BLANKS.findall(box.text))
    return sum(map(_blanks_in, box.children)) if isinstance(box, (LineBox, InlineBox)) else 0


class Room(NamedTuple):
    """The room that each letter gets, and each blank beside other letters."""

    letter: float
    blank: float


def _widen(box: Box, room: Room, moved: float) -> float:
    """Move `box` and widen its letters; return how far what follows has to move."""
    if isinstance(box, (LineBox, InlineBox)):
        box.position_x += moved
        before = moved
        for child in box.children:
            if child.is_in_normal_flow():
                moved = _widen(child, room, moved)
        box.width += moved - before
    elif isinstance(box, TextBox):
        box.position_x += moved
        added = room.letter * _letters_in(box)
        if not added and (blanks := _blanks_in(box)):
            added = room.blank * blanks
            # `justification.fill_lines` finds out how much it is.
            box.justification_spacing = added and _SOME
        box.width += added
        moved += added
    else:
        box.translate(moved, 0, ignore_floats=True)
    return moved


def fill_with_letters(draw: DrawLine) -> DrawLine:
    """Return a function that draws a line as `draw` does, its wide letters filling its box."""

    def fill_and_draw(stream: PaintStream, textbox: TextBox, *rest: object) -> list[object]:
        # No line holds the text of a drawing.
        if textbox.text.isascii() or not isinstance(textbox, TextBox):
            return draw(stream, textbox, *rest)
        ranges = _ranges_in(textbox.text)
        missing = textbox.width - width_as_drawn(textbox) if ranges else 0
        spacing = 0.0
        if missing > _SLACK:
            spacing = missing / _letters_in(textbox)
            space_letters(textbox, [(second, end) for _, second, end in ranges], spacing)
        size = textbox.style["font_size"]
        assert isinstance(size, (int, float))
        if spacing < _TOLD * size:
            return draw(stream, textbox, *rest)
        start = len(stream.stream)
        emojis = draw(stream, textbox, *rest)
        words = words_at(textbox, [(first, end) for first, _, end in ranges])
        stream.stream[start:] = with_words(stream.stream[start:], words)
        return emojis

    return fill_and_draw


def _ranges_in(text: str) -> list[tuple[int, int, int]]:
    """Return where, in UTF-8, each run of wide letters begins, its second letter does, and it ends.

    Beside other scripts is room already; PDF readers would take more of it for a blank.
    """
    runs = [run for run in _runs_in(text) if len(run[0]) > 1]
    if not runs:
        return []
    at = [0]
    for letter in text:
        at.append(at[-1] + len(letter.encode()))
    return [(at[starts[0]], at[starts[1]], at[end]) for starts, end in runs]


def _runs_in(text: str) -> Iterator[tuple[Sequence[int], int]]:
    """Yield where the letters of each run of such letters begin, and where it ends."""
    if text.isascii():
        return
    for match in _WIDE.finditer(text):
        start, end = match.span()
        if match[0][0] >= "\u2e80":
            yield range(start, end), end
        else:
            yield [m.start() for m in _THAI_LETTER.finditer(text, start, end)], end
