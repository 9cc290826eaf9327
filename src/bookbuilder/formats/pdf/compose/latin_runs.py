"""Let Latin words run from the left where, in a line from right to left, elements part them.

WeasyPrint puts the boxes of such a line side by side from the right, each for itself: "React
**Native** app" would read "app Native React", and a bracket whose partner is in another box would
open to the wrong side. Unicode's algorithm (UAX #9) tells what runs from the left; where that goes
over the edge of an element, it becomes an element of its own that runs from the left.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import groupby
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.compose.tree_tools import is_drawing
from bookbuilder.formats.pdf.run_data.runs import classes_of
from bookbuilder.trees.xhtml import PHRASING

_LEFT, _RIGHT, _NUMBER, _NEUTRAL = "L", "R", "EN", "N"
_KINDS = {"L": _LEFT, "R": _RIGHT, "AL": _RIGHT, "AN": _RIGHT, "EN": _NUMBER, "B": _RIGHT}
# As in Unicode's algorithm.
_DEEPEST = 63
_PARTNERS = {"(": ")", "[": "]", "{": "}"}
# Enumerated code is not one phrase: its parts follow each other from the right.
_COMMAS = frozenset(",;\u060c\u061b")
_CODE = frozenset({"code", "kbd", "samp", "var"})
_APART = frozenset({"img", "input", "sup", "svg", "math", "wbr"})
_NOTES = frozenset({"note", "link-note"})
_APART_CLASSES = _NOTES | {"noteref", "link-number"}

Piece = str | ET.Element


def run_latin_together(section: ET.Element) -> None:
    """Put stretches from left to right that go over the edges of elements into elements."""
    if section.get("dir") == "ltr" or section.tag in ("pre", *_CODE) or is_drawing(section):
        return
    if len(section):
        for stretch in _wrap(section):
            _turn_notes_back(stretch)
    for child in section:
        run_latin_together(child)


def _turn_notes_back(stretch: ET.Element) -> None:
    """Let the notes in `stretch`, which move to the foot of the page, run from the right."""
    for element in stretch.iter():
        if not element.get("dir") and not _NOTES.isdisjoint(classes_of(element)):
            element.set("dir", "rtl")
            run_latin_together(element)


def _wrap(element: ET.Element) -> list[ET.Element]:
    """Put the stretches directly in `element` into elements, and return these."""
    pieces = list(_pieces_of(element))
    kinds = [kind for piece in pieces for kind in _kinds_of(piece)]
    if kinds.count(_LEFT) < 2:
        return []
    _keep_enumerations(pieces, kinds)
    signs = [s for p in pieces for s in (p if isinstance(p, str) else [""])]
    _resolve(kinds, signs)
    at, stretches = 0, []
    for kind, group in groupby(kinds):
        end = at + len(list(group))
        if kind == _LEFT and end - at > 1 and "" in signs[at:end]:
            stretches.append((at, end))
        at = end
    if not stretches:
        return []
    made = _wrapped(pieces, stretches)
    _set_pieces(element, made)
    known = {id(piece) for piece in pieces}
    return [p for p in made if isinstance(p, ET.Element) and id(p) not in known]


def _pieces_of(element: ET.Element) -> Iterator[Piece]:
    if element.text:
        yield element.text
    for child in element:
        yield child
        if child.tail:
            yield child.tail


def _kinds_of(piece: Piece) -> list[str]:
    """Return the direction of each character of a text, or the one of an element."""
    if isinstance(piece, str):
        return [_KINDS.get(unicodedata.bidirectional(sign), _NEUTRAL) for sign in piece]
    if piece.tag in _APART or not _APART_CLASSES.isdisjoint(classes_of(piece)) or is_drawing(piece):
        return [_NEUTRAL]
    if piece.tag == "br" or piece.tag not in PHRASING:
        return [_RIGHT]
    if piece.tag in _CODE or piece.get("dir") == "ltr":
        return [_LEFT]
    kinds = {_KINDS.get(unicodedata.bidirectional(s)) for s in "".join(piece.itertext())}
    return [next((k for k in (_RIGHT, _LEFT, _NUMBER) if k in kinds), _NEUTRAL)]


def _keep_enumerations(pieces: list[Piece], kinds: list[str]) -> None:
    """Let a comma before or after code part what is on its two sides."""
    at = 0
    for nth, piece in enumerate(pieces):
        if not isinstance(piece, str):
            at += 1
            continue
        before, after = pieces[max(0, nth - 1)], pieces[min(len(pieces) - 1, nth + 1)]
        start, end = len(piece) - len(piece.lstrip()), len(piece.rstrip()) - 1
        if _is_code(before) and start < len(piece) and piece[start] in _COMMAS:
            kinds[at + start] = _RIGHT
        if _is_code(after) and end >= 0 and piece[end] in _COMMAS:
            kinds[at + end] = _RIGHT
        at += len(piece)


def _is_code(piece: Piece) -> bool:
    return isinstance(piece, ET.Element) and piece.tag in _CODE


def _resolve(kinds: list[str], signs: list[str]) -> None:
    """Turn each of `kinds` into left or right, in a paragraph that runs from the right."""
    strong = _RIGHT
    for at, kind in enumerate(kinds):
        if kind in (_LEFT, _RIGHT):
            strong = kind
        elif kind == _NUMBER and strong == _LEFT:
            kinds[at] = _LEFT
    before, at = _RIGHT, 0
    for opening, closing in _brackets(signs):
        before = next((k for k in reversed(kinds[at:opening]) if k != _NEUTRAL), before)
        at = opening
        inside = {k for k in kinds[opening + 1 : closing] if k != _NEUTRAL}
        if inside:
            found = _LEFT if inside == {_LEFT} and before == _LEFT else _RIGHT
            kinds[opening] = kinds[closing] = found
    before, at = _RIGHT, 0
    for kind, group in groupby(list(kinds)):
        end = at + len(list(group))
        if kind == _NEUTRAL:
            after = kinds[end] if end < len(kinds) else _RIGHT
            kinds[at:end] = [_LEFT if before == after == _LEFT else _RIGHT] * (end - at)
        before, at = kind, end


def _brackets(signs: list[str]) -> list[tuple[int, int]]:
    """Return where brackets open and close, in the order of their opening."""
    opened: list[int] = []
    pairs = []
    for at, sign in enumerate(signs):
        if sign in _PARTNERS and len(opened) < _DEEPEST:
            opened.append(at)
        elif sign and sign in ")]}":
            for nth in reversed(range(len(opened))):
                if _PARTNERS[signs[opened[nth]]] == sign:
                    pairs.append((opened[nth], at))
                    del opened[nth:]
                    break
    return sorted(pairs)


def _wrapped(pieces: list[Piece], stretches: list[tuple[int, int]]) -> list[Piece]:
    """Return the pieces, what is in `stretches` in elements that run from the left."""
    made: list[Piece] = []
    wanted = iter([*stretches, (-1, -1)])
    start, end = next(wanted)
    inside: list[Piece] = []
    at = 0
    for piece in pieces:
        rest: Piece = piece
        while rest != "":
            length = len(rest) if isinstance(rest, str) else 1
            is_inside = start <= at < end
            border = end if is_inside else start
            cut = min(length, border - at) if border > at else length
            part, left = (rest[:cut], rest[cut:]) if isinstance(rest, str) else (rest, "")
            (inside if is_inside else made).append(part)
            at += cut
            rest = left
            if is_inside and at == end:
                span = ET.Element("span", {"dir": "ltr"})
                _set_pieces(span, inside)
                made.append(span)
                inside = []
                start, end = next(wanted)
    return made


def _set_pieces(element: ET.Element, pieces: list[Piece]) -> None:
    element.text = None
    element[:] = []
    for piece in pieces:
        if isinstance(piece, ET.Element):
            piece.tail = None
            element.append(piece)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + piece
        else:
            element.text = (element.text or "") + piece
