"""Change the capitals of titles, but not those that an author has protected."""

from __future__ import annotations

import re

from bookbuilder.citing.marks import ANY, KEPT, SUB, SUPER

_STOP_WORDS = frozenset(
    """
    a about above across afore after against al along alongside amid amidst among anti around as at
    atop before behind below beneath beside besides between beyond but by concerning de despite down
    during except for from in inside into like minus near nor of off on onto or out over past per
    plus save since so than the through throughout till to toward towards under underneath unlike
    until unto up upon v versus vs via von with within without yet an and van der den und
    """.split()  # noqa: SIM905 (a list would be a page long)
)
_WORD = re.compile(r"[^\s\-–—/\ue000-\ue01f“”‘()\[\]\"«»]+")
_KEPT = re.compile(f"{KEPT[0]}[^{KEPT[1]}]*{KEPT[1]}")
_ENDS = re.compile(r"[:.?!—]['’”)\s]*$")


def _parts(text: str) -> list[tuple[str, bool]]:
    """Return the parts of `text`, and of each whether its capitals may be changed."""
    found: list[tuple[str, bool]] = []
    end = 0
    for kept in _KEPT.finditer(text):
        found += [(text[end : kept.start()], True), (kept[0], False)]
        end = kept.end()
    return [*found, (text[end:], True)]


def lowered(text: str) -> str:
    return "".join(part.lower() if changes else part for part, changes in _parts(text))


def raised(text: str) -> str:
    return "".join(part.upper() if changes else part for part, changes in _parts(text))


def capitalized(text: str) -> str:
    """Return `text` with its first letter as a capital, unless that is protected."""
    if text.lstrip("“‘\"'([\ue000\ue002\ue004\ue006\ue008\ue00a").startswith(KEPT[0]):
        return text
    for index, character in enumerate(text):
        if character.isalpha():
            return f"{text[:index]}{character.upper()}{text[index + 1 :]}"
        if not ANY.match(character) and character not in "“‘\"'([":
            return text
    return text


def each_capitalized(text: str) -> str:
    def raise_first(word: re.Match[str]) -> str:
        return capitalized(word[0])

    return "".join(_WORD.sub(raise_first, p) if changes else p for p, changes in _parts(text))


def title_cased(text: str) -> str:
    """Return an English title with capitals: at the words that count, the first and the last."""
    pieces: list[str] = []
    words = [word for part, changes in _parts(text) if changes for word in _WORD.finditer(part)]
    last = words[-1] if words and not text.rstrip().endswith(KEPT[1]) else None
    is_first = True
    for part, changes in _parts(text):
        if not changes:
            pieces.append(part)
            is_first = False
            continue
        end = 0
        for word in _WORD.finditer(part):
            before = part[end : word.start()]
            pieces.append(before)
            said = "".join(pieces)[-10:]
            starts = is_first or bool(_ENDS.search(ANY.sub("", said)))
            if not before and pieces[-2:-1] and pieces[-2].endswith(KEPT[1]):
                pieces.append(word[0])  # the rest of a word
                end = word.end()
                continue
            is_last = last is not None and word[0] == last[0] and word.end() == last.end()
            pieces.append(_titled(word[0], always=starts or is_last, after=before))
            is_first = False
            end = word.end()
        pieces.append(part[end:])
    return "".join(pieces)


def _titled(word: str, *, always: bool, after: str) -> str:
    if word != word.lower():
        is_stop = word.lower() in _STOP_WORDS and word == word.capitalize()
        return word.lower() if is_stop and not always and after.endswith(" ") else word
    if word.strip(".,:;!?") in _STOP_WORDS and not always:
        return word
    return capitalized(word)


def sentence_cased(text: str) -> str:
    """Return a title with a capital at its beginning only, and in abbreviations and names like it.

    A word with a capital inside (`mRNA`) is a name; a word of capitals alone is an abbreviation,
    unless all words are. What follows a colon keeps its capital.
    """
    letters = "".join(part for part, changes in _parts(text) if changes)
    shouts = letters.isupper() and len(letters.split()) > 1
    pieces: list[str] = []
    is_first = True
    for part, changes in _parts(text):
        if not changes:
            pieces.append(part)
            is_first = False
            continue
        end = 0
        for word in _WORD.finditer(part):
            pieces.append(part[end : word.start()])
            said = ANY.sub("", "".join(pieces)[-10:])
            keeps = is_first or bool(_ENDS.search(said)) or said.endswith(("“", "‘"))
            # `H` before a low 2, and `O` after it.
            around = part[word.end() : word.end() + 1], part[word.start() - 1 : word.start()]
            keeps |= around[0] in (SUB[0], SUPER[0]) or around[1] in (SUB[1], SUPER[1])
            pieces.append(_small(word[0], shouts=shouts, keeps=keeps, is_first=is_first))
            is_first = False
            end = word.end()
        pieces.append(part[end:])
    return "".join(pieces)


def _small(word: str, *, shouts: bool, keeps: bool, is_first: bool) -> str:
    if shouts:
        return capitalized(word.lower()) if keeps else word.lower()
    if is_first:
        return capitalized(word)
    is_plain = word[1:] == word[1:].lower()
    return word if keeps or not is_plain else word.lower()
