"""Take the Markdown out of a title, where it is shown as plain text."""

from __future__ import annotations

import re
from html import unescape

from bookbuilder.text.emoji import SHORTCODE, emoji_called
from bookbuilder.text.patterns import rare_pattern

LONGEST = 2_000
_CODE = rare_pattern(r"(`+)(?!`)[ ]?([^`]*?)[ ]?\1(?!`)")
_NOTE = rare_pattern(r"\[\^[^\]\s]{1,200}\]|\^\[[^\]]{0,2000}\]")
_LINK = rare_pattern(r"!?\[([^\[\]]*)\](?:\([^()\s]*(?:[ ]\"[^\"]*\")?\)|\[[^\[\]]*\])")
_EMPHASIS = (
    rare_pattern(r"(\*{1,3}|~~|==|\^\^)(?=\S)([^*~=^]+?)(?<=\S)\1"),
    rare_pattern(r"(?<!\w)(_{1,3})(?=\S)([^_]+?)(?<=\S)\1(?!\w)"),
)
_TAG = rare_pattern(r"</?(?:a|b|i|em|strong|code|kbd|sub|sup|span|mark|u|s|small|br)\b[^<>]*>")
_ATTRIBUTES = rare_pattern(r"\s*\{:?[ ]*[#.][^{}]*\}\s*$")
_COMMENT = rare_pattern(r"<!--.{0,500}?-->")
_ESCAPED = rare_pattern(r"\\([!-/:-@\[-`{-~])")


def plain_title(text: str) -> str:
    """Return `text` as a reader would see it: without notes, and marks for emphasis and links."""
    if len(text) > LONGEST:
        return text
    kept: list[str] = []

    def keep(shown: str) -> str:
        kept.append(shown)
        return f"\0{len(kept) - 1}\0"

    text = text.replace("\0", "")
    text = _CODE.sub(lambda match: keep(match[2]), text)
    text = _ESCAPED.sub(lambda match: keep(match[1]), text)
    text = _ATTRIBUTES.sub("", _COMMENT.sub("", text))
    text = _LINK.sub(r"\1", _TAG.sub("", _NOTE.sub("", text)))
    text = SHORTCODE.sub(lambda match: emoji_called(match[1]) or match[0], text)
    for _ in range(2):
        for pattern in _EMPHASIS:
            text = pattern.sub(r"\2", text)
    text = re.sub(r"\0(\d+)\0", lambda match: kept[int(match[1])], unescape(text))
    return " ".join(text.split())


def without_notes(text: str) -> str:
    """Return a title without calls of notes, and without notes that are written in place."""
    return " ".join(_NOTE.sub("", text).split()) if "^" in text else text
