"""Let lines end before words such as `.tex` and within long names, and none before a note's call.

Pango, which finds the places where a line may end, has no break before a full stop or a closing
bracket even if a blank precedes it (rule LB13 of Unicode's UAX #14 as it was until Unicode 15.1),
nor between a quotation mark, a blank and an opening bracket (LB15). WeasyPrint then breaks the line
after its first word. Behind a zero-width non-joiner, which shows nothing and which no PDF keeps,
such a character counts as a letter.

A long name in code, such as `core::ptr::read_volatile`, may end its line at its joints, or it would
stretch the line before it.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.compose.tree_tools import is_drawing
from bookbuilder.formats.pdf.run_data.runs import classes_of
from bookbuilder.trees.xhtml import HEADINGS, PHRASING

NON_JOINER, ZERO_WIDTH_SPACE = "\u200c", "\u200b"
_CLOSING = r"[.,:;!?)\]}/]"
# Alone, these characters belong to the word before the blank.
_BEGINS_WORD = re.compile(rf"{_CLOSING}{{1,3}}\w")
_INSIDE = re.compile(
    rf"(?<=[ \t\n])(?={_CLOSING}{{1,3}}\w)|(?<=[\"'«»‹›“”‘’][ \t\n])(?=[(\[{{¡¿„‚])"
)
# Pango would let a line begin with the call of a note that follows a full stop.
_CALLS = frozenset({"noteref", "link-number"})
_LITERAL = frozenset({"code", "kbd", "samp", "var"})
# Joints of names, with enough on both sides.
_JOINT = re.compile(r"\w{3}(?:::|[./_])(?=\w{3})")
_LONG_NAME = re.compile(r"[^\s\u200b]{16}")
# Columns are as wide as their longest words, and titles have room.
_WHOLE = frozenset({"table", *HEADINGS})


def allow_breaks(section: ET.Element) -> None:
    """Allow a line to end at each blank of `section`, code blocks excepted."""
    _allow(section, " ")


def _allow(element: ET.Element, before: str, *, has_joints: bool = True) -> str:
    """Change the text in `element`, which follows `before`; return its last character."""
    if element.tag == "pre" or is_drawing(element):
        return ""
    if element.tag not in PHRASING:
        before = ""
    element.text = _changed(element.text or "", before, is_literal=element.tag in _LITERAL)
    has_joints = has_joints and element.tag not in _WHOLE
    if has_joints and element.tag in _LITERAL and _LONG_NAME.search(element.text):
        element.text = _JOINT.sub(rf"\g<0>{ZERO_WIDTH_SPACE}", element.text)
    if element.text and not before.isspace() and not _CALLS.isdisjoint(classes_of(element)):
        element.text = NON_JOINER + element.text
    before = (element.text or before)[-1:]
    for child in element:
        before = _allow(child, before, has_joints=has_joints)
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
