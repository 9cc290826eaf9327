"""Set Chinese and Japanese as their printers do: readings above their words, room between scripts.

WeasyPrint knows no ruby; a reading becomes a box that is moved back over what it belongs to. The
text in the file stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.run_data.runs import classes_of
from bookbuilder.trees.xhtml import HEADINGS, PHRASING

LANGUAGES = ("ja", "zh")
ROOM, OWN_INDENT, WESTERN = "thin-room", "own-indent", "western-word"
# A reading may hang over its neighbours by this much on each side, in em of the text.
_OVERHANG = 0.25
_WIDE = "\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u9fff\uf900-\ufaff"
_NARROW = "A-Za-z0-9\u00c0-\u024f\u0370-\u04ff"
_FROM_WIDE = re.compile(f"[{_WIDE}](?=[{_NARROW}])")
_FROM_NARROW = re.compile(f"[{_NARROW}]{{1,40}}(?=[{_WIDE}])")
_PIECES = re.compile(f"{_FROM_WIDE.pattern}|{_FROM_NARROW.pattern}")
_ENDS_WIDE, _ENDS_NARROW = re.compile(f"[{_WIDE}]$"), re.compile(f"[{_NARROW}]{{1,40}}$")
_IS_WIDE, _IS_NARROW = re.compile(f"[{_WIDE}]"), re.compile(f"[{_NARROW}]")
# Long words of Latin letters are most likely English; names such as JavaScript are never divided.
_LONG_WORD = re.compile(r"(?<![\w/.:@#-])[A-Za-z][a-z]{9,40}(?![a-zA-Z0-9_/.:@-])", re.ASCII)
_LITERAL = frozenset({"pre", "svg", "math", "ruby", "code", "kbd", "samp", "var", *HEADINGS})
_NOTE_MARKS = frozenset({"noteref", "noteref-comma", "note-number", "link-number"})
_NO_TEXT = frozenset({"pre", "svg", "math", "ruby"})


def set_east_asian(section: ET.Element, language: str) -> None:
    """Place the readings in `section`, and its scripts apart if it is Chinese or Japanese."""
    for ruby in section.iter("ruby"):
        _place_readings(ruby)
    if language.lower().split("-")[0] not in LANGUAGES:
        return
    for paragraph in section.iter("p"):
        # Many authors type the indent: an ideographic space.
        if (paragraph.text or "").lstrip("\n ").startswith("\u3000"):
            paragraph.set("class", " ".join([*classes_of(paragraph), OWN_INDENT]))
    _mark_words(section)
    _part_scripts(section)


def _mark_words(element: ET.Element) -> None:
    """Let long English words be divided at the ends of lines, as in Japan."""
    if element.tag in _LITERAL or "address" in classes_of(element):
        return
    children = list(element)
    for place in range(len(children), -1, -1):
        text = (children[place - 1].tail if place else element.text) or ""
        pieces, end = [], 0
        for match in _LONG_WORD.finditer(text):
            pieces += [text[end : match.start()], match[0]]
            end = match.end()
        if pieces:
            words = {"class": WESTERN, "lang": "en"}
            _put(element, children, place, [*pieces, text[end:]], words)
    for child in children:
        _mark_words(child)


def _place_readings(ruby: ET.Element) -> None:
    base = _em(ruby.text or "")
    for part in list(ruby):
        if part.tag == "rt":
            reading = _em("".join(part.itertext())) / 2
            width = max(base, reading)
            hangs = (width - base) / 2
            room = max(0.0, hangs - _OVERHANG)
            before, after = (base + hangs) * 2, (hangs - room) * 2
            # In em of the reading, which is half as large.
            part.set(
                "style",
                f"width: {width * 2:.3g}em; margin-left: {-before:.3g}em;"
                f" margin-right: {-after:.3g}em",
            )
            if room:
                ruby.set("style", f"padding-left: {room:.3g}em")
            base = 0.0
        elif part.tag != "rp":
            base += _em("".join(part.itertext()))
        base += _em(part.tail or "")


def _em(text: str) -> float:
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.5 for c in text.strip())


def _part_scripts(element: ET.Element) -> None:
    """Put a span with room after it around what ends where another script follows."""
    if element.tag in _NO_TEXT:
        return
    for child in list(element):
        _part_scripts(child)
    children = list(element)
    for place in range(len(children), -1, -1):
        text = (children[place - 1].tail if place else element.text) or ""
        is_inline = place < len(children) and _takes_room(children[place])
        following = "".join(children[place].itertext()) if is_inline else ""
        pieces = _pieces_of(text, following)
        if len(pieces) > 1:
            _put(element, children, place, pieces, {"class": ROOM})
        if place and text and _takes_room(child := children[place - 1]):
            pair = "".join(child.itertext())[-1:] + text[:1]
            if _FROM_WIDE.match(pair) or _FROM_NARROW.match(pair):
                child.set("class", " ".join(dict.fromkeys([*classes_of(child), ROOM])))


def _pieces_of(text: str, following: str) -> list[str]:
    """Split `text`; each second piece gets room after it."""
    pieces: list[str] = []
    end = 0
    for match in _PIECES.finditer(text):
        pieces += [text[end : match.start()], match[0]]
        end = match.end()
    rest = text[end:]
    for last, first in ((_ENDS_WIDE, _IS_NARROW), (_ENDS_NARROW, _IS_WIDE)):
        ends = last.search(rest) if first.match(following) else None
        if ends:
            return [*pieces, rest[: ends.start()], ends[0], ""]
    return [*pieces, rest]


def _put(
    element: ET.Element,
    children: list[ET.Element],
    place: int,
    pieces: list[str],
    attributes: dict[str, str],
) -> None:
    made = []
    for piece, tail in zip(pieces[1::2], pieces[2::2], strict=True):
        made.append(ET.Element("span", attributes))
        made[-1].text, made[-1].tail = piece, tail
    if place:
        children[place - 1].tail = pieces[0]
    else:
        element.text = pieces[0]
    element[place:place] = made


def _takes_room(child: ET.Element) -> bool:
    marks = _NOTE_MARKS.intersection(classes_of(child))
    return child.tag in PHRASING and child.tag not in ("sup", "sub", "rt") and not marks
