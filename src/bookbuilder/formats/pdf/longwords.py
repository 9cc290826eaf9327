"""Words without end, such as data in base64: laying one out takes time squared to its length."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

# Scripts that are written with spaces; the others break between letters anyway.
_ENDLESS = re.compile(r"[!-~\u00a1-\u058f]{200,}")
_PIECE = re.compile(r".{40}(?=.)")
ZERO_WIDTH_SPACE = "\u200b"


def break_long_words(section: ET.Element) -> None:
    """Allow line breaks inside words that are longer than several lines."""
    for element in section.iter():
        if element.text and _ENDLESS.search(element.text):
            element.text = _ENDLESS.sub(_broken, element.text)
        if element.tail and _ENDLESS.search(element.tail):
            element.tail = _ENDLESS.sub(_broken, element.tail)


def _broken(word: re.Match[str]) -> str:
    return _PIECE.sub(rf"\g<0>{ZERO_WIDTH_SPACE}", word[0])
