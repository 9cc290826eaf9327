"""Read plain data out of a JavaScript or TypeScript file, without running any of it.

Objects, lists, strings, numbers and constants are read; so are names and functions of the same
file that stand for such data. Everything else is `UNKNOWN`.
"""

from __future__ import annotations

import re
from typing import Any

from bookbuilder.text.patterns import rare_pattern

LONGEST = 500_000
DEEPEST = 40
MOST_VALUES = 50_000
MOST_NAMES = 200


class _Unknown:
    """Stand for a value that only a program could find."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        return False


UNKNOWN: Any = _Unknown()

_BLANK = rare_pattern(r"\s+|//[^\n]*")
_NAME = rare_pattern(r"[A-Za-z_$][\w$]*")
_NUMBER = rare_pattern(r"[-+]?\d[\w.]*")
_CONSTANTS = {"true": True, "false": False, "null": None, "undefined": None}
_CLOSING = {"(": ")", "[": "]", "{": "}"}
# What may follow a value that is read without changing it.
_AS = rare_pattern(r"\s*(?:as\s+const|(?:as|satisfies)\s+[\w.<>\[\]]+)")


class _TooMuchError(Exception):
    """The text is no data that a book's settings would hold."""


def value_after(text: str, pattern: str) -> Any:
    """Return the value after the first match of `pattern`; `UNKNOWN` if there is none to read."""
    text = text[:LONGEST]
    match = re.search(pattern, text)
    if match is None:
        return UNKNOWN
    try:
        return _Reader(text).value(match.end(), 0)[0]
    except (_TooMuchError, RecursionError):
        return UNKNOWN


def exported(text: str) -> Any:
    """Return what a file exports as its only or default value."""
    for pattern in (r"(?m)^[ \t]*export\s+default\b", r"(?m)^[ \t]*module\.exports\s*="):
        if (found := value_after(text, pattern)) is not UNKNOWN:
            return found
    return UNKNOWN


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.count = 0
        self.known: dict[str, Any] = {}

    def value(self, at: int, depth: int) -> tuple[Any, int]:
        """Return the value at `at`, and where it ends."""
        self.count += 1
        if depth > DEEPEST or self.count > MOST_VALUES:
            raise _TooMuchError
        at = self._blank(at)
        char = self.text[at : at + 1]
        value: Any
        if char == "{":
            value, end = self._object(at, depth)
        elif char == "[":
            value, end = self._list(at, depth)
        elif char in ("'", '"', "`") and char:
            value, end = self._string(at)
        elif match := _NUMBER.match(self.text, at):
            value, end = _number(match[0]), match.end()
        elif match := _NAME.match(self.text, at):
            value, end = self._named(match, depth)
        else:
            value, end = UNKNOWN, at
        if cast := _AS.match(self.text, end):
            end = cast.end()
        return self._settled(value, end, depth)

    def _settled(self, value: Any, end: int, depth: int) -> tuple[Any, int]:
        """Return `value`, unless more than one comma or bracket follows it: an expression."""
        after = self._blank(end)
        char = self.text[after : after + 1]
        goes_on = char in ("+", ".", "?", "|")
        is_last = depth == 0 or "\n" in self.text[end:after]
        if (is_last and not goes_on) or char in ("", ",", "]", "}", ")", ";"):
            return value, end
        return UNKNOWN, self._skip(after)

    def _blank(self, at: int) -> int:
        while True:
            if match := _BLANK.match(self.text, at):
                at = match.end()
            elif self.text.startswith("/*", at):
                end = self.text.find("*/", at + 2)
                at = end + 2 if end >= 0 else len(self.text)
            else:
                return at

    def _object(self, at: int, depth: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        at += 1
        while True:
            at = self._blank(at)
            char = self.text[at : at + 1]
            if char in ("}", ""):
                return found, at + 1
            if char == ",":
                at += 1
                continue
            if char in ("'", '"', "`"):
                key, end = self._string(at)
            elif match := _NAME.match(self.text, at):
                key, end = match[0], match.end()
            else:
                at = self._skip(at)
                continue
            end = self._blank(end)
            if self.text[end : end + 1] == ":":
                value, at = self.value(end + 1, depth + 1)
                found[str(key)] = value
                at = self._skip(at)
            elif self.text[end : end + 1] in (",", "}"):
                found[str(key)] = self._lookup(str(key), depth)
                at = end
            else:
                at = self._skip(end)

    def _list(self, at: int, depth: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        at += 1
        while True:
            at = self._blank(at)
            char = self.text[at : at + 1]
            if char in ("]", ""):
                return found, at + 1
            if char == ",":
                at += 1
            elif self.text.startswith("...", at):
                value, end = self.value(at + 3, depth + 1)
                found += value if isinstance(value, list) else [UNKNOWN]
                at = self._skip(end)
            else:
                value, end = self.value(at, depth + 1)
                found.append(value)
                at = self._skip(end)

    def _string(self, at: int) -> tuple[Any, int]:
        quote = self.text[at]
        pieces: list[str] = []
        start = at = at + 1
        while at < len(self.text) and self.text[at] != quote:
            if self.text[at] == "\\":
                pieces += [self.text[start:at], _escape(self.text[at + 1 : at + 2])]
                start = at = at + 2
            else:
                at += 1
        pieces.append(self.text[start:at])
        text = "".join(pieces)
        return UNKNOWN if quote == "`" and "${" in text else text, at + 1

    def _named(self, match: re.Match[str], depth: int) -> tuple[Any, int]:
        name, end = match[0], match.end()
        if name in _CONSTANTS:
            return _CONSTANTS[name], end
        after = self._blank(end)
        if self.text[after : after + 1] != "(":
            return self._lookup(name, depth), end
        # `defineConfig({…})` hands on what it is given; `sidebar()` is a function of this file.
        inner = self._blank(after + 1)
        if self.text[inner : inner + 1] == "{":
            return self.value(inner, depth + 1)[0], self._bracketed(after)
        return self._lookup(name, depth), self._bracketed(after)

    def _lookup(self, name: str, depth: int) -> Any:
        """Return what this file says `name` is, if it is data or a function that returns data."""
        if name not in self.known:
            self.known[name] = UNKNOWN  # for names that stand for themselves
            if len(self.known) > MOST_NAMES:
                raise _TooMuchError
            escaped = re.escape(name)
            match = re.search(
                rf"\b(?:const|let|var)\s+{escaped}\s*(?::[^=\n]{{0,200}})?=(?!=|>)", self.text
            ) or re.search(
                rf"\bfunction\s+{escaped}\s*\([^()]{{0,200}}\)[^{{\n]{{0,200}}\{{\s*return\b",
                self.text,
            )
            if match:
                self.known[name] = self.value(match.end(), depth + 1)[0]
        return self.known[name]

    def _skip(self, at: int) -> int:
        """Return the place of the next comma or closing bracket that belongs to no inner part."""
        while at < len(self.text):
            at = self._blank(at)
            char = self.text[at : at + 1]
            if char in (",", "]", "}", ")", ""):
                return at
            if char in _CLOSING:
                at = self._bracketed(at)
            elif char in ("'", '"', "`"):
                at = self._string(at)[1]
            else:
                at += 1
        return at

    def _bracketed(self, at: int) -> int:
        """Return where the bracket that opens at `at` is closed."""
        open_ones = [_CLOSING[self.text[at]]]
        at += 1
        while open_ones and at < len(self.text):
            at = self._blank(at)
            char = self.text[at : at + 1]
            if char in _CLOSING:
                open_ones.append(_CLOSING[char])
            elif char == open_ones[-1]:
                open_ones.pop()
            elif char in ("'", '"', "`") and char:
                at = self._string(at)[1]
                continue
            at += 1
        return at


def _escape(char: str) -> str:
    return {"n": "\n", "t": "\t", "\n": ""}.get(char, char)


def _number(text: str) -> Any:
    try:
        return float(text) if "." in text else int(text[:20])
    except ValueError:
        return UNKNOWN
