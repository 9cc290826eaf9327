"""Find the families of an author's fonts, and those that a Chinese or Korean book is set in.

The bundled Japanese font has many characters of Chinese. Text would be set now in one font and now
in another if it came before a font that has all of them.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from fontTools.ttLib import TTCollection, TTFont, TTLibError

# A character that only a font for the script has; how families for a country or script end.
_SIGNS = {"zh": "\u7684", "ko": "\uac00"}
_ENDINGS = {"zh": "SC", "ko": "KR", "zh-tw": "TC", "zh-hant": "TC", "zh-hk": "HK", "zh-mo": "HK"}
_WORDS = {"zh": "Bookbuilder Words SC", "ko": "Bookbuilder Words KR"}


def families_for(language: str, fonts: Iterable[bytes]) -> list[str]:
    """Return the families that come first in a book in `language`, of the author's `fonts`.

    The last one is bundled, and has only the words that bookbuilder adds.
    """
    tag = language.lower()
    key = tag.split("-")[0]
    if key not in _SIGNS:
        return []
    ending = _ENDINGS.get("-".join(tag.split("-")[:2]), _ENDINGS[key])
    found = [
        name for font in fonts for name, letters in families_in(font) if ord(_SIGNS[key]) in letters
    ]
    # A collection has the same characters in the forms of several countries.
    found.sort(key=lambda name: ending not in name.split())
    return list(dict.fromkeys([*found, _WORDS[key]]))


def families_in(data: bytes) -> Iterator[tuple[str, dict[int, str]]]:
    """Yield the name of each family in a font file, with the characters that it has."""
    try:
        if data[:4] == b"ttcf":
            fonts = TTCollection(io.BytesIO(data), lazy=True).fonts
        else:
            fonts = [TTFont(io.BytesIO(data), lazy=True)]
        for font in fonts:
            name = font["name"].getDebugName(16) or font["name"].getDebugName(1)
            if name:
                yield name, font.getBestCmap() or {}
    except (TTLibError, KeyError, ValueError, OSError, AssertionError):
        # A damaged font is none; fontconfig passes over it, too.
        return
