"""Cut endless words and paragraphs: laying one out takes time squared to its length."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.compose.tree_tools import html_below, is_drawing
from bookbuilder.trees.xhtml import INLINE_STYLE, TRANSPARENT

# Scripts that are written with spaces; the others break between letters anyway.
_ENDLESS = re.compile(r"[!-~\u00a1-\u058f]{200,}")
_PIECE = re.compile(r".{40}(?=.)")
_BREAKABLE = re.compile(r"[^!-~\u00a1-\u058f]+")
_INLINE = frozenset(INLINE_STYLE) | TRANSPARENT
LONGEST_RUN = 200
ZERO_WIDTH_SPACE = "\u200b"
LONGEST_TEXT = 3000
MOST_CHILDREN = 300
_STRETCH = re.compile(r"(?s).{1,1000}(?:[^\s\u200b]{0,1000}[\s\u200b]+)?")


def break_long_words(section: ET.Element) -> None:
    """Allow line breaks inside words that are longer than several lines."""
    for element in html_below(section):
        if is_drawing(element):
            element.tail = element.tail and _ENDLESS.sub(_broken, element.tail)
            continue
        if element.text and _ENDLESS.search(element.text):
            element.text = _ENDLESS.sub(_broken, element.text)
        if element.tail and _ENDLESS.search(element.tail):
            element.tail = _ENDLESS.sub(_broken, element.tail)
    _break_between(section, 0)


def _break_between(element: ET.Element, run: int) -> int:
    """Allow breaks between the pieces of a word that is made of many elements.

    `run` is how much of a word stands before `element`; what stands after it is returned.
    """
    if is_drawing(element):
        return 0
    element.text, run = _joined(element.text, run)
    for child in element:
        inline = child.tag in _INLINE
        run = _break_between(child, run if inline else 0)
        child.tail, run = _joined(child.tail, run if inline else 0)
    return run


def _joined(text: str | None, run: int) -> tuple[str | None, int]:
    if not text:
        return text, run
    words = _BREAKABLE.split(text)
    if run and run + len(words[0]) > LONGEST_RUN:
        text, run = ZERO_WIDTH_SPACE + text, 0
    return text, len(words[-1]) + (run if len(words) == 1 else 0)


def cut_long_texts(section: ET.Element) -> None:
    """Cut texts of many pages into spans, between words.

    For each line WeasyPrint may lay out all that is left of a text, and copies the list of what is
    left of a paragraph.
    """
    for parent in [e for e in html_below(section) if not is_drawing(e)]:
        if all(
            len(text or "") <= LONGEST_TEXT for text in (parent.text, *(c.tail for c in parent))
        ):
            continue
        children = []
        parent.text, spans = _cut(parent.text)
        children += spans
        for child in list(parent):
            child.tail, spans = _cut(child.tail)
            children += [child, *spans]
        parent[:] = children
    for paragraph in [p for p in section.iter("p") if len(p) > MOST_CHILDREN]:
        if all(child.tag in _INLINE for child in paragraph):
            children = list(paragraph)
            paragraph[:] = [
                _grouped(children[at : at + MOST_CHILDREN])
                for at in range(0, len(children), MOST_CHILDREN)
            ]


def _grouped(elements: list[ET.Element]) -> ET.Element:
    span = ET.Element("span")
    span.extend(elements)
    return span


def _cut(text: str | None) -> tuple[str | None, list[ET.Element]]:
    if text is None or len(text) <= LONGEST_TEXT:
        return text, []
    pieces = [match[0] for match in _STRETCH.finditer(text)]
    spans = [ET.Element("span") for _ in pieces[1:]]
    for span, piece in zip(spans, pieces[1:], strict=True):
        span.text = piece
    return pieces[0], spans


def _broken(word: re.Match[str]) -> str:
    return _PIECE.sub(rf"\g<0>{ZERO_WIDTH_SPACE}", word[0])
