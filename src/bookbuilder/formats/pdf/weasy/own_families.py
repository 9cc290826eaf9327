"""Find the families of an author's fonts, and those that a Chinese or Korean book is set in.

The bundled Japanese font has many characters of Chinese. Text would be set now in one font and now
in another if it came before a font that has all of them.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Span
from bookbuilder.text.suggest import did_you_mean

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

UNKNOWN_FAMILY = Rule(
    "P025",
    "unknown-family",
    Severity.NOTE,
    "A stylesheet names only fonts that print does not have: it uses none of the system's, so that"
    " a book looks the same on every machine. The text is set in Bookbuilder Serif, or in what"
    " `sans-serif` or `monospace` at the end of the list means. Put the font into the folder"
    " `fonts/` of the book, and bring it with `@font-face`, so that the EPUB has it too.",
)
NO_BOLD = Rule(
    "P026",
    "missing-bold",
    Severity.NOTE,
    "The family has no bold font, so strong text and headings look like the rest. Put its bold, or"
    " semi-bold, into the folder `fonts/` too.",
)
_BOLD = 600
_GENERIC = frozenset(
    {"serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui", "emoji", "math"}
    | {"ui-serif", "ui-sans-serif", "ui-monospace", "ui-rounded"}
    | {"inherit", "initial", "unset", "revert"}
)

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
    # fontTools fails in many ways on a damaged font; fontconfig passes over it, too.
    with contextlib.suppress(Exception):
        for font in _fonts_in(data):
            if name := _name_of(font):
                yield name, font.getBestCmap() or {}


def heaviest_in(data: bytes) -> dict[str, int]:
    """Return the families of a font file, with the weight of the heaviest font of each."""
    found: dict[str, int] = {}
    with contextlib.suppress(Exception):
        for font in _fonts_in(data):
            weight = int(font["OS/2"].usWeightClass)
            if "fvar" in font:
                weight = max(int(a.maxValue) for a in font["fvar"].axes if a.axisTag == "wght")
            if name := _name_of(font):
                found[name] = max(weight, found.get(name, 0))
    return found


def heaviest_of(fonts: Iterable[bytes], faces: Iterable[tuple[str, str, bytes]]) -> dict[str, int]:
    """Return the author's families in `fonts` and `faces`, each with its heaviest weight."""
    found: dict[str, int] = {}
    for font in fonts:
        for name, weight in heaviest_in(font).items():
            found[name] = max(weight, found.get(name, 0))
    for family, _, data in faces:
        weight = max(heaviest_in(data).values(), default=0)
        found[family] = max(weight, found.get(family, 0))
    return found


def _fonts_in(data: bytes) -> Sequence[TTFont]:
    from fontTools.ttLib import TTCollection, TTFont

    if data[:4] == b"ttcf":
        return list(TTCollection(io.BytesIO(data), lazy=True).fonts)
    return [TTFont(io.BytesIO(data), lazy=True)]


def _name_of(font: TTFont) -> str:
    return str(font["name"].getDebugName(16) or font["name"].getDebugName(1) or "")


def report_families(
    named: Iterable[tuple[Sequence[str], Span]],
    own: Mapping[str, int],
    bundled: Iterable[str],
    used: Iterable[str],
    report: Report,
) -> None:
    """Report families that print does not have, and those that have no bold.

    `own` are the author's families by the weight of the heaviest font; those `used` need no
    stylesheet.
    """
    weights = {family.lower(): (family, weight) for family, weight in own.items()}
    known = {*weights, *_GENERIC, *(family.lower() for family in bundled)}
    light: dict[str, Span | None] = {family.lower(): None for family in used}
    for families, span in named:
        said = [family for family in families if family.lower() not in _GENERIC]
        if said and not any(family.lower() in known for family in said):
            hint = did_you_mean(said[0], own) or "put the font into the folder `fonts` of the book"
            names = ", ".join(f"“{family[:60]}”" for family in said[:3])
            report.add(UNKNOWN_FAMILY, f"print has no font {names}", span, hint, alike=names)
        light |= {f.lower(): span for f in said if not light.get(f.lower())}
    for name, place in light.items():
        family, weight = weights.get(name, ("", _BOLD))
        if weight < _BOLD:
            hint = "put its bold font into the folder `fonts` of the book too"
            report.add(NO_BOLD, f"“{family}” has no bold font", place, hint)
