"""Set letters that a font lacks so that they stand where they belong.

Pango looks for a font letter by letter. It may take a letter from one font and the accent above it
from another, which then stands beside it. In code, a sign from another font has another width, and
so have the blanks before it, so that columns no longer line up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from xml.etree import ElementTree as ET

from bookbuilder.formats.cover_art import letters_of
from bookbuilder.formats.pdf.compose.tree_tools import is_drawing

MARKED, CELL, WIDE_LETTERS = "marked-letters", "cell", "wide-letters"
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\ufe20-\ufe2f"
_MARK = re.compile(f"[{_MARKS}]")
_MARKED_WORD = re.compile(rf"[^\W\d_{_MARKS}]{{0,60}}[^\W\d_][{_MARKS}][\w{_MARKS}]{{0,60}}")
# Whole scripts are not in the code font; their lines have no columns to keep.
_ODD = re.compile(
    "(?P<wide>[\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff01-\uff60\uffe0-\uffe6]+)"
    "|[\u2190-\u27ff\u2900-\u2bff\uff61-\uffdf\uffe7-\uffef]"
)
_END_OF_LINE = re.compile(r"[ \t]*(?:\n|$)")
_MONO = "BookbuilderMono-Regular"


def set_odd_letters(section: ET.Element) -> None:
    """Put words with accents that no letter has built in, and odd signs in code, into spans."""
    if is_drawing(section):
        return
    for child in list(section):
        set_odd_letters(child)
    _split(section, _word_pieces)
    if section.tag == "pre":
        for element in list(section.iter()):
            _split(element, _code_pieces)


def _split(element: ET.Element, pieces_of: Callable[[str], Iterator[tuple[str, str]]]) -> None:
    """Put the pieces of text directly in `element` that need it into spans."""
    children = list(element)
    for place in range(len(children), -1, -1):
        text = (children[place - 1].tail if place else element.text) or ""
        pieces = list(pieces_of(text)) if text else []
        if not any(name for name, _ in pieces):
            continue
        before = pieces.pop(0)[1] if not pieces[0][0] else ""
        made: list[ET.Element] = []
        for name, piece in pieces:
            if name:
                made.append(ET.Element("span", {"class": name}))
                made[-1].text = piece
            else:
                made[-1].tail = piece
        if place:
            children[place - 1].tail = before
        else:
            element.text = before
        element[place:place] = made


def _word_pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield stretches of `text`, each with the class that it needs or an empty string."""
    if not _MARK.search(text):
        return
    end = 0
    composed = unicodedata.normalize("NFC", text)
    for match in _MARKED_WORD.finditer(composed):
        if match.start() > end:
            yield "", composed[end : match.start()]
        yield MARKED, match[0]
        end = match.end()
    if end < len(composed):
        yield "", composed[end:]


def _code_pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield stretches of `text`; wide letters that end their line move nothing."""
    end = 0
    for match in _ODD.finditer(text):
        odd = match[0]
        if len(odd) == 1 and ord(odd) in letters_of(_MONO):
            continue
        if match["wide"] and _END_OF_LINE.match(text, match.end()):
            continue
        if match.start() > end:
            yield "", text[end : match.start()]
        yield (WIDE_LETTERS if match["wide"] else CELL), odd
        end = match.end()
    if end < len(text):
        yield "", text[end:]
