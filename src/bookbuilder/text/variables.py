"""Put the values of an author's variables in the places of `{{ name }}`, but not in code.

What is code is known only when Markdown has been read. So marks stand for the variables until then,
made with a character that the text has not, which nothing in Markdown or HTML has a meaning for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from bookbuilder.text.patterns import rare_pattern

PLACE = rare_pattern(
    r"(?<![\\{])\{\{[ \t]{0,20}(?:book\.)?([^\W\d][\w-]{0,63})[ \t]{0,20}\}\}(?!\})"
)
"""A variable, as authors type it; HonKit's have a prefix."""
_FIRST, _LAST = 0xF0000, 0xFFFFD


class Variables:
    """Replace variables in one text, by marks and then by what they stand for."""

    def __init__(self, values: Mapping[str, str], text: str) -> None:
        self._values = values
        self._mark = ""
        self._typed: list[tuple[str, str]] = []
        if values and "{{" in text:
            used = set(text)
            self._mark = next((c for n in range(_FIRST, _LAST) if (c := chr(n)) not in used), "")
        # An address has its characters quoted.
        either = f"(?:{self._mark}|{quote(self._mark)})"
        self._marks = re.compile(rf"{either}(\d{{1,7}}){either}")

    def __bool__(self) -> bool:
        return bool(self._typed)

    def marked(self, text: str) -> str:
        """Return `text` with a mark for each variable that has a value."""
        return PLACE.sub(self._marked, text) if self._mark else text

    def _marked(self, match: re.Match[str]) -> str:
        value = self._values.get(match[1])
        if value is None:
            return match[0]
        self._typed.append((match[0], value))
        return f"{self._mark}{len(self._typed) - 1}{self._mark}"

    def typed(self, text: str) -> str:
        """Return `text` with its marks as the author typed the variables."""
        return self._replaced(text, 0)

    def filled_in(self, text: str) -> str:
        """Return `text` with values for its marks."""
        return self._replaced(text, 1)

    def _replaced(self, text: str, which: int) -> str:
        if not self._typed:
            return text
        return self._marks.sub(lambda m: self._typed[int(m[1])][which], text)


def filled_in(text: str, values: Mapping[str, str], unknown: Callable[[str], None]) -> str:
    """Return plain `text` with the values of its variables; tell `unknown` of other names."""
    if not values or "{{" not in text:
        return text

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            unknown(match[1])
        return values.get(match[1], match[0])

    return PLACE.sub(value, text)
