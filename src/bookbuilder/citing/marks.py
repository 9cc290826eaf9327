"""Mark formatting in texts of bibliographies by characters that no such text has.

Texts are cut, turned into capitals and joined on their way through a style; tags would not survive
that, and text that looks like a tag is text.
"""

from __future__ import annotations

import html
import re

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


def to_html(text: str, *, links: bool = False) -> str:
    """Return `text` as HTML; with `links`, addresses and DOIs in it are links."""
    pieces: list[str] = []
    depth = 0
    end = 0
    marked = balanced(text)
    for found in _ADDRESS.finditer(marked) if links else ():
        shown = found[0].rstrip(_NO_END)
        if shown.count("(") > shown.count(")") and found[0][len(shown) :].startswith(")"):
            shown += ")"
        html_before, depth = _inline(marked[end : found.start()], depth)
        address = shown if shown.lower().startswith("http") else _doi(shown)
        escaped = html.escape(address)
        pieces += [html_before, f'<a href="{escaped}">{html.escape(shown)}</a>']
        end = found.start() + len(shown)
    pieces.append(_inline(marked[end:], depth)[0])
    return "".join(pieces)


def _doi(shown: str) -> str:
    return "https://doi.org/" + re.sub(r"(?i)^doi:\s?", "", shown)


def _inline(text: str, depth: int) -> tuple[str, int]:
    """Return `text` as HTML, and how deep in italics it ends: italics within such are upright."""
    pieces: list[str] = []
    for character in text:
        if character == ITALIC[0]:
            depth += 1
            pieces.append("<em>" if depth % 2 else '<em class="upright">')
        elif character == ITALIC[1]:
            depth -= 1
            pieces.append("</em>")
        elif "\ue000" <= character <= "\ue01f":
            pieces.append(_TAGS.get(character, ""))
        else:
            pieces.append(html.escape(character, quote=False))
    return "".join(pieces), depth
