"""Mark formatting in texts of bibliographies by characters that no such text has.

Texts are cut, turned into capitals and joined on their way through a style; tags would not survive
that, and text that looks like a tag is text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

ITALIC, BOLD, SUPER, SUB, SMALL, UNDERLINE, KEPT, AUTHOR = (
    (chr(0xE000 + 2 * n), chr(0xE001 + 2 * n)) for n in range(8)
)
"""Opening and closing marks. What is `KEPT` keeps its capitals; `AUTHOR` holds the names."""
CITE, CITE_TEXT, END_CITE = "\ue010", "\ue011", "\ue012"
"""Marks around the number of a source, and around what is a link to it."""
ANY = re.compile("[\ue000-\ue01f]")
CLOSING = "\ue001\ue003\ue005\ue007\ue009\ue00b\ue00d\ue00f\ue012"
_TAGS = {
    **dict(zip(BOLD, ("<strong>", "</strong>"), strict=True)),
    **dict(zip(SUPER, ("<sup>", "</sup>"), strict=True)),
    **dict(zip(SUB, ("<sub>", "</sub>"), strict=True)),
    **dict(zip(SMALL, ('<span class="smallcaps">', "</span>"), strict=True)),
    **dict(zip(UNDERLINE, ("<u>", "</u>"), strict=True)),
}
_HTML = {
    "i": ITALIC, "em": ITALIC, "b": BOLD, "strong": BOLD, "sup": SUPER, "sub": SUB, "sc": SMALL,
    "u": UNDERLINE,
}  # fmt: skip
_TAG = re.compile(r"<(/?)(i|em|b|strong|sup|sub|sc|u|span)((?:\s[^<>]{0,100})?)>", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s\ue000-\ue01f<>\"“”]{3,1000}|\b(?:doi:\s?)?10\.\d{4,9}/"
                      r"[^\s\ue000-\ue01f<>\"“”]{1,300}", re.IGNORECASE)  # fmt: skip
_CITED = re.compile(f"{CITE}([^{CITE}{CITE_TEXT}]*){CITE_TEXT}|{END_CITE}")
_NO_END = ".,;:!?)]}’”'\""


def without(text: str) -> str:
    """Return `text` without characters that could be taken for marks."""
    return ANY.sub("", text)


def wrapped(text: str, marks: tuple[str, str]) -> str:
    return f"{marks[0]}{text}{marks[1]}" if text else ""


def from_html(text: str) -> str:
    """Return a text of CSL data, in which a few tags are formatting, with marks for them."""
    stack: list[str] = []

    def mark(tag: re.Match[str]) -> str:
        closes, name, rest = bool(tag[1]), tag[2].lower(), tag[3].lower()
        if closes:
            return stack.pop() if stack else ""
        marks = _HTML.get(name)
        if marks is None:
            marks = KEPT if "nocase" in rest else SMALL if "small-caps" in rest else ("", "")
        stack.append(marks[1])
        return marks[0]

    return balanced(_TAG.sub(mark, without(text)))


def balanced(text: str) -> str:
    """Return `text` with a partner for each mark, so that they can become elements."""
    opened: list[str] = []
    pieces: list[str] = []
    for character in text:
        code = ord(character) - 0xE000
        if not 0 <= code < 16:
            pieces.append(character)
        elif code % 2 == 0:
            opened.append(chr(0xE001 + code))
            pieces.append(character)
        elif character in opened:
            while opened:
                closing = opened.pop()
                pieces.append(closing)
                if closing == character:
                    break
    return "".join([*pieces, *reversed(opened)])


def plain(text: str) -> str:
    """Return `text` without any mark, and without the numbers of links."""
    return ANY.sub("", re.sub(f"{CITE}[^{CITE_TEXT}]*{CITE_TEXT}", "", text))


def to_html(
    text: str, *, addresses: bool = False, cited: Callable[[str], str] | None = None
) -> str:
    """Return `text` as HTML. With `addresses`, web addresses and DOIs are links.

    `cited` gives the opening tag of a link to a source.
    """
    writer = _Writer(cited)
    end = 0
    marked = balanced(text)
    for found in _ADDRESS.finditer(marked) if addresses else ():
        shown = found[0].rstrip(_NO_END)
        if shown.count("(") > shown.count(")") and found[0][len(shown) :].startswith(")"):
            shown += ")"
        writer.write(marked[end : found.start()])
        address = shown if shown.lower().startswith("http") else _doi(shown)
        writer.write_address(address, shown)
        end = found.start() + len(shown)
    writer.write(marked[end:])
    return "".join(writer.pieces)


def _doi(shown: str) -> str:
    return "https://doi.org/" + re.sub(r"(?i)^doi:\s?", "", shown)


class _Writer:
    """Write text as HTML. Italics within italics are upright."""

    def __init__(self, cited: Callable[[str], str] | None) -> None:
        self.pieces: list[str] = []
        self.cited = cited
        self.depth = 0
        self.is_open = False

    def write(self, text: str) -> None:
        end = 0
        for found in _CITED.finditer(text):
            self._plain(text[end : found.start()])
            end = found.end()
            if self.cited is not None and found[1] is not None:
                self.pieces.append(self.cited(found[1]))
                self.is_open = True
            elif self.is_open:
                self.pieces.append("</a>")
                self.is_open = False
        self._plain(text[end:])

    def write_address(self, address: str, shown: str) -> None:
        """Write a link to the web, before which a link to a source ends: links hold no links."""
        if self.is_open:
            self.pieces.append("</a>")
            self.is_open = False
        self.pieces.append(f'<a href="{html.escape(address)}">{html.escape(shown)}</a>')

    def _plain(self, text: str) -> None:
        for character in text:
            if character == ITALIC[0]:
                self.depth += 1
                self.pieces.append("<em>" if self.depth % 2 else '<em class="upright">')
            elif character == ITALIC[1]:
                self.depth -= 1
                self.pieces.append("</em>")
            elif "\ue000" <= character <= "\ue01f":
                self.pieces.append(_TAGS.get(character, ""))
            else:
                self.pieces.append(html.escape(character, quote=False))
