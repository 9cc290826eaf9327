"""Sort entries as a style asks for, by letters as the book's language sorts them."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from bookbuilder.citing import marks
from bookbuilder.citing.csl.item import Item
from bookbuilder.citing.entries import DATES, PEOPLE, When

_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)
# Letters that follow z, in the order in which they do, by language.
_LAST = {
    "sv": "åäö", "fi": "åäö", "da": "æøå", "nb": "æøå", "no": "æøå", "nn": "æøå", "et": "õäöü",
    "is": "þæö",
}  # fmt: skip
# Letters of their own, which follow the letter that they look like.
_OWN = {
    "cs": "čřšž", "sk": "äčľôŕšťžň", "sl": "čšž", "hr": "čćđšž", "pl": "ąćęłńóśźż", "hu": "öőüű",
    "es": "ñ", "tr": "çğıöşü", "ro": "ăâîșț", "lt": "čšž",
}  # fmt: skip
_NUMBER = re.compile(r"\d{1,12}")


def collation_key(language: str) -> Callable[[str], str]:
    """Return a function that makes of a text what it is sorted by."""
    primary = language.partition("-")[0].lower()
    last = {letter: f"{chr(0x7B)}{n}" for n, letter in enumerate(_LAST.get(primary, ""))}
    own = {letter: f"{_base(letter)}{chr(0x7B)}" for letter in _OWN.get(primary, "")}
    special = str.maketrans(last | own)

    def key(text: str) -> str:
        folded = unicodedata.normalize("NFC", marks.plain(text).casefold()).translate(special)
        folded = "".join(map(_base, folded))
        folded = re.sub(r"[^\w\s,;|{}]", "", folded)
        return _NUMBER.sub(lambda m: m[0].zfill(12), folded)

    return key


def _base(letter: str) -> str:
    if letter.isascii():
        return letter
    plain = unicodedata.normalize("NFKD", letter.translate(_LETTERS))
    return "".join(c for c in plain if not unicodedata.combining(c))


def sorted_items(
    items: Sequence[Item], sort: Any, area: Any, layout: Any, key_of: Callable[[str], str]
) -> list[Item]:
    """Return `items` in the order of the style's `sort` element; the same one if there is none."""
    if sort is None or len(items) < 2:
        return list(items)
    keys = sort.findall("cs:key", sort.nsmap)
    rows = [([_value(item, key, area, layout, key_of) for key in keys], item) for item in items]
    falls = [key.get("sort", "ascending") == "descending" for key in keys]

    def compare(left: tuple[list[str], Item], right: tuple[list[str], Item]) -> int:
        for one, other, descends in zip(left[0], right[0], falls, strict=True):
            if one == other:
                continue
            if not (one and other):  # what is not there comes last, whatever the order
                return 1 if not one else -1
            result = -1 if one < other else 1
            return -result if descends else result
        return 0

    return [item for _, item in sorted(rows, key=functools.cmp_to_key(compare))]


def _value(item: Item, key: Any, area: Any, layout: Any, key_of: Callable[[str], str]) -> str:
    state = key.get_root().state
    variable = key.get("variable", "")
    value = item.reference.get(variable)
    if variable == "citation-number":
        return f"{item.number:012}"
    if variable in DATES:
        return value.sort_key if isinstance(value, When) else ""
    state.reset()
    state.area = area
    state.sort_options = {"name-as-sort-order": "all"}
    for name, option in (("names-min", "et-al-min"), ("names-use-first", "et-al-use-first")):
        if key.get(name) is not None:
            state.sort_options[option] = str(key.get(name))
    try:
        if variable in PEOPLE:
            names = value if isinstance(value, tuple) else ()
            texts = [n.literal or f"{n.family}, {n.given} {n.dropping} {n.particle}" for n in names]
            return key_of("; ".join(texts))
        if variable:
            return key_of(value) if isinstance(value, str) else ""
        text = key.get_root().macros[str(key.get("macro"))].render(item, layout)
        return key_of(str(text)) if text else ""
    finally:
        state.sort_options = None
