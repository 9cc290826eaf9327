"""Read lists of names as BibTeX writes them: `Knuth, Donald E. and {World Bank} and others`."""

from __future__ import annotations

import re

from bookbuilder.citing import marks
from bookbuilder.citing.entries import OTHERS, Name
from bookbuilder.citing.tex import read_tex

_SUFFIX = re.compile(r"(?:jr|sr|junior|senior|[ivx]{1,4}|[2-9](?:nd|rd|th))\.?", re.IGNORECASE)
_KEYED = re.compile(r"\s*(family|given|prefix|suffix|useprefix)\s*=\s*", re.IGNORECASE)
_MOST = 2_000


def read_names(tex: str) -> tuple[Name, ...]:
    """Return the names in `tex`, which the word `and` parts outside of braces."""
    found = [_read_name(one) for one in split_outside(tex, r"\s+and\s+")[:_MOST] if one.strip()]
    return tuple(name for name in found if name.family or name.literal or name.given)


def split_outside(tex: str, pattern: str) -> list[str]:
    """Split `tex` at what matches `pattern`, where no brace is open."""
    pieces: list[str] = []
    depth = start = 0
    for token in re.finditer(rf"\\.|[{{}}]|{pattern}", tex):
        if token[0] == "{":
            depth += 1
        elif token[0] == "}":
            depth = max(0, depth - 1)
        elif token[0][0] != "\\" and not depth:
            pieces.append(tex[start : token.start()])
            start = token.end()
    return [*pieces, tex[start:]]


def _text(tex: str) -> str:
    return " ".join(marks.plain(read_tex(tex, keeps_case=False)).split())


def _read_name(tex: str) -> Name:
    tex = tex.strip().strip(",")
    if tex.lower() == OTHERS:
        return Name(family=OTHERS)
    if _is_one_group(tex):
        return Name(literal=_text(tex))
    parts = [part.strip() for part in split_outside(tex, r",")]
    if any(_KEYED.match(part) for part in parts):
        return _keyed(parts)
    if len(parts) == 1:
        return _in_order(parts[0])
    particle, family = _parted(_words(parts[0]))
    given = parts[-1] if len(parts) > 2 else parts[1]
    suffix = parts[1] if len(parts) > 2 else ""
    if len(parts) == 2 and _SUFFIX.fullmatch(parts[1]):
        return Name(literal=_text(tex))
    return Name(_text(family), _text(given), _text(particle), "", _text(suffix))


def _is_one_group(tex: str) -> bool:
    """Return whether braces hold all of a name together, which is an organisation's then."""
    if not (tex.startswith("{") and tex.endswith("}")) or tex.startswith("{\\"):
        return False
    depth = 0
    for index, brace in ((m.start(), m[0]) for m in re.finditer(r"\\.|[{}]", tex)):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        if not depth and index < len(tex) - 1:
            return False
    return True


def _keyed(parts: list[str]) -> Name:
    """Read biblatex's form, `family=Beauvoir, given=Simone, prefix=de, useprefix=true`."""
    said: dict[str, str] = {}
    for part in parts:
        if match := _KEYED.match(part):
            said[match[1].lower()] = _text(part[match.end() :])
    uses = said.get("useprefix", "").lower() == "true"
    prefix = said.get("prefix", "")
    return Name(
        said.get("family", ""),
        said.get("given", ""),
        "" if uses else prefix,
        prefix if uses else "",
        said.get("suffix", ""),
    )


def _words(tex: str) -> list[str]:
    return [word for word in split_outside(tex, r"[\s~]+") if word]


def _is_small(word: str) -> bool:
    """Return whether a word begins with a small letter, and so is a particle such as `von`."""
    if word.startswith("{") and not word.startswith("{\\"):
        return False
    first = next((c for c in _text(word) if c.isalpha()), "")
    return first.islower()


def _parted(words: list[str]) -> tuple[str, str]:
    """Return the particle and the family name in `words`."""
    count = 0
    while count < len(words) - 1 and _is_small(words[count]):
        count += 1
    return " ".join(words[:count]), " ".join(words[count:])


def _in_order(tex: str) -> Name:
    """Read a name without commas: `Ludwig van Beethoven`."""
    words = _words(tex)
    if len(words) == 1:
        return Name(family=_text(words[0]))
    smalls = [n for n, word in enumerate(words[:-1]) if _is_small(word) and n]
    start = smalls[0] if smalls else len(words) - 1
    if _is_small(words[0]) and len(words) > 1:
        start = 0
    particle, family = _parted(words[start:])
    return Name(_text(family), _text(" ".join(words[:start])), _text(particle))
