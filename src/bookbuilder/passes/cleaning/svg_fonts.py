"""Write the fonts of drawings in the plain form that every renderer reads.

WeasyPrint knows neither the `font` shorthand nor sizes by keyword in drawings, whose text then has
no size, and takes the blank after a comma for a part of the next font's name.
"""

from __future__ import annotations

import re

from bookbuilder.text.patterns import rare_pattern

# CSS Fonts 4, 2.5: for a medium of 16 px.
_SIZES = {
    "xx-small": "9px",
    "x-small": "10px",
    "small": "13px",
    "medium": "16px",
    "large": "18px",
    "x-large": "24px",
    "xx-large": "32px",
    "xxx-large": "48px",
    "smaller": "0.83em",
    "larger": "1.2em",
}
_PIECES = rare_pattern(r""""[^"]*"|'[^']*'|[^,"']+|,""")
_STYLES = frozenset({"italic", "oblique"})
_WEIGHTS = frozenset({"bold", "bolder", "lighter"})
_SIZE = rare_pattern(
    r"(?P<size>[+-]?[\d.]+(?:[a-z]+|%)|[a-z-]+)(?:\s*/\s*[\w.%+-]+)?$", re.IGNORECASE
)


def plain_font(name: str, value: str) -> dict[str, str]:
    """Return the declarations, by name, that say the same as the declaration `name: value`."""
    lowered = name.lower()
    if lowered == "font-family":
        return {name: plain_family(value)}
    if lowered == "font-size":
        return {name: plain_size(value)}
    if lowered == "font":
        return _longhands(value) or {name: value}
    return {name: value}


def plain_family(value: str) -> str:
    """Return a list of families without blanks after its commas, where no name holds a comma."""
    pieces = _PIECES.findall(value)
    holds_comma = any("," in piece for piece in pieces if piece != ",")
    # With escapes, or one alone, a quotation mark is not what it seems.
    if holds_comma or "\\" in value or "".join(pieces) != value:
        return value
    return "".join(piece.strip() for piece in pieces)


def plain_size(value: str) -> str:
    return _SIZES.get(value.strip().lower(), value)


def _longhands(value: str) -> dict[str, str]:
    """Return the longhands of a `font` shorthand; none if it is a system font or not one."""
    words = re.sub(r"\s*/\s*", "/", value.strip()).split()
    found: dict[str, str] = {"font-style": "normal", "font-weight": "normal"}
    for position, word in enumerate(words):
        lowered = word.lower()
        if lowered in _STYLES:
            found["font-style"] = lowered
        elif lowered in _WEIGHTS or re.fullmatch(r"[1-9]\d{0,3}", lowered):
            found["font-weight"] = lowered
        elif lowered == "small-caps":
            found["font-variant"] = lowered
        elif match := _size_of(word):
            found["font-size"] = plain_size(match)
            found["font-family"] = plain_family(" ".join(words[position + 1 :]))
            return found if found["font-family"] else {}
    return {}


def _size_of(word: str) -> str:
    match = _SIZE.match(word)
    size = match["size"] if match else ""
    return size if size[:1] in "+-.0123456789" or size.lower() in _SIZES else ""
