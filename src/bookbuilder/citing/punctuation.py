"""Settle punctuation where the pieces of a text meet."""

from __future__ import annotations

import re

from bookbuilder.citing.marks import CLOSING

_CLOSERS = rf"[{CLOSING}”’»]*"
_MARKS = rf"[{CLOSING}]*"
_TWICE = re.compile(rf"([.!?…])({_CLOSERS})\.(?!\.)")
_SAME = re.compile(rf"([,;:])({_MARKS})[\s]*\1")
_SMALLER = re.compile(rf"([;:,])({_MARKS})\.")
_LARGER = re.compile(rf";({_MARKS}):")
_BLANKS = re.compile(r"(?<=[ \u00a0]) +")
_BEFORE = re.compile(rf" +({_MARKS})(?=[,;.)\]](?:\s|$|[{CLOSING}]))")
_IN_QUOTES = re.compile(rf"([”’])({_MARKS})([.,])")


def settle(text: str, *, in_quotes: bool) -> str:
    """Return `text` without doubled marks; with `in_quotes`, stops and commas go into quotes."""
    text = text.replace("\u200b", "")
    text = _BLANKS.sub("", text)
    text = _BEFORE.sub(r"\1", text)
    for _ in range(2):
        text = _TWICE.sub(r"\1\2", text)
        text = _SAME.sub(r"\1\2", text)
    text = _SMALLER.sub(r"\2.", text)
    text = _LARGER.sub(r";\1", text)
    if in_quotes and "”" in text:
        text = _IN_QUOTES.sub(_moved, text)
        for _ in range(2):
            text = _TWICE.sub(r"\1\2", text)
            text = re.sub(r"([?!]),(?=[”’])", r"\1", text)
    return text.strip(" ")


def _moved(found: re.Match[str]) -> str:
    quote, between, stop = found.groups()
    if quote == "’" and found.string.rfind("‘", 0, found.start()) < 0:
        return found[0]  # an apostrophe
    return f"{stop}{quote}{between}"
