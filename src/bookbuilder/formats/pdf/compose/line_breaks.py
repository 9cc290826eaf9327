"""Let lines end before words such as `.tex`, and none before the call of a note.

Pango, which finds the places where a line may end, has no break before a full stop or a closing
bracket even if a blank precedes it (rule LB13 of Unicode's UAX #14 as it was until Unicode 15.1),
nor between a quotation mark, a blank and an opening bracket (LB15). WeasyPrint then breaks the line
after its first word. Behind a zero-width non-joiner, which shows nothing and which no PDF keeps,
such a character counts as a letter.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.compose.tree_tools import is_drawing
from bookbuilder.formats.pdf.run_data.runs import classes_of
from bookbuilder.trees.xhtml import PHRASING

NON_JOINER = "\u200c"
_CLOSING = r"[.,:;!?)\]}/]"
# Alone, these characters belong to the word before the blank.
_BEGINS_WORD = re.compile(rf"{_CLOSING}{{1,3}}\w")
_INSIDE = re.compile(
    rf"(?<=[ \t\n])(?={_CLOSING}{{1,3}}\w)|(?<=[\"'«»‹›“”‘’][ \t\n])(?=[(\[{{¡¿„‚])"
)
# Pango would let a line begin with the call of a note that follows a full stop.
_CALLS = frozenset({"noteref", "link-number"})
_LITERAL = frozenset({"code", "kbd", "samp", "var"})


def allow_breaks(section: ET.Element) -> None:
    """Allow a line to end at each blank of `section`, code blocks excepted."""
    _allow(section, " ")


def _allow(element: ET.Element, before: str) -> str:
    """Change the text in `element`, which follows `before`; return its last character."""
    if element.tag == "pre" or is_drawing(element):
        return ""
    if element.tag not in PHRASING:
        before = ""
    element.text = _changed(element.text or "", before, is_literal=element.tag in _LITERAL)
    if element.text and not before.isspace() and not _CALLS.isdisjoint(classes_of(element)):
        element.text = NON_JOINER + element.text
    before = (element.text or before)[-1:]
    for child in element:
        before = _allow(child, before)
        child.tail = _changed(child.tail or "", before if child.tag in PHRASING else "")
        before = (child.tail or before)[-1:]
    return before


def _changed(text: str, before: str, *, is_literal: bool = False) -> str:
    if not text:
        return text
    text = _INSIDE.sub(NON_JOINER, text)
    if before.isspace() and before != "\u00a0":
        begins = re.match(_CLOSING, text) if is_literal else _BEGINS_WORD.match(text)
        if begins:
            text = NON_JOINER + text
    return text
