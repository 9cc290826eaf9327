"""Read the syntax of BibTeX: entries with their fields as typed, strings, and where they stand."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bookbuilder.citing.dates import MONTHS

_START = re.compile(r"@[ \t]*([A-Za-z]{1,60})\s*([{(])")
_KEY = re.compile(r"\s*([^\s,{}()\"#%=@\\]{1,300})\s*(?=[,})])")
_FIELD = re.compile(r"[\s,]*([A-Za-z][\w+:.-]{0,100})\s*=\s*")
_BARE = re.compile(r"[^\s,{}()\"#=]{1,300}")
_NEXT = re.compile(r"^[ \t]*@[ \t]*[A-Za-z]+[ \t]*[{(]", re.MULTILINE)
_BLANK = re.compile(r"\s*")
_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
_QUOTED = re.compile(r"\\.|[{}\"]", re.DOTALL)
_LONGEST = 100_000
"""A value of more characters was never closed."""
_MOST_PIECES = 100


@dataclass(slots=True)
class RawEntry:
    """An entry as it stands in the file: `fields` hold TeX, in small letters by name."""

    kind: str
    key: str
    at: int
    fields: dict[str, str] = field(default_factory=dict)


Complain = Callable[[str, int, str], None]
"""Takes what is wrong, the place in the text, and how to mend it."""


class _BrokenError(Exception):
    def __init__(self, message: str, at: int, hint: str = "") -> None:
        super().__init__(message)
        self.at = at
        self.hint = hint


def read_bibtex(text: str, complain: Complain) -> list[RawEntry]:
    """Return the entries in `text`; everything between them is a comment."""
    strings = {month: str(n) for n, month in enumerate(MONTHS, 1)}
    found: list[RawEntry] = []
    position = 0
    while start := _START.search(text, position):
        kind = start[1].lower()
        # In a comment line of TeX, or in an address, nothing begins.
        line = text[text.rfind("\n", 0, start.start()) + 1 : start.start()]
        if "%" in line or line[-1:].isalnum():
            position = start.end()
            continue
        try:
            if kind in ("comment", "preamble"):
                position = _skipped(text, start.end() - 1)
            elif kind == "string":
                position = _read_string(text, start, strings)
            else:
                entry = RawEntry(kind, "", start.start())
                position = _read_entry(text, start, entry, strings, complain)
                found.append(entry)
        except _BrokenError as error:
            complain(str(error), error.at, error.hint)
            following = _NEXT.search(text, start.end())
            position = following.start() if following else len(text)
    return found


def _skipped(text: str, at: int) -> int:
    end = _closing(text, at) if text[at] == "{" else text.find(")", at)
    return end + 1 if end >= 0 else at + 1


def _closing(text: str, at: int) -> int:
    """Return where the brace that opens at `at` is closed, or -1."""
    depth = 0
    for brace in _BRACES.finditer(text, at, at + _LONGEST):
        if brace[0] == "{":
            depth += 1
        elif brace[0] == "}":
            depth -= 1
            if not depth:
                return brace.start()
    return -1


def _read_string(text: str, start: re.Match[str], strings: dict[str, str]) -> int:
    name = _FIELD.match(text, start.end())
    if not name:
        raise _BrokenError("this `@string` has no name and value", start.start())
    value, position = _value(text, name.end(), strings, lambda *_: None)
    strings[name[1].lower()] = value
    return _after(text, position, start[2], start)


def _read_entry(
    text: str,
    start: re.Match[str],
    entry: RawEntry,
    strings: dict[str, str],
    complain: Complain,
) -> int:
    key = _KEY.match(text, start.end())
    if not key:
        hint = "write it as `@book{name, title = {…}}`"
        raise _BrokenError(f"this `@{start[1]}` has no key", start.start(), hint)
    entry.key = key[1]
    position = key.end()
    while name := _FIELD.match(text, position):
        value, position = _value(text, name.end(), strings, complain)
        folded = name[1].lower()
        if folded in entry.fields:
            message = f"`{entry.key}` has two fields `{folded}`; the first one is used"
            complain(message, name.start(1), "delete one of them")
        else:
            entry.fields[folded] = value
        following = _BLANK.match(text, position)
        position = following.end() if following else position
        if text[position : position + 1] not in (",", "}", ")", "") and _FIELD.match(
            text, position
        ):
            complain(f"there is no comma before this field of `{entry.key}`", position, "add one")
    return _after(text, position, start[2], start, entry.key)


def _after(text: str, position: int, opened: str, start: re.Match[str], key: str = "") -> int:
    """Return the place after the brace or parenthesis that ends an entry."""
    while text[position : position + 1] and text[position] in ", \t\n":
        position += 1
    if text[position : position + 1] == ("}" if opened == "{" else ")"):
        return position + 1
    named = f"the entry `{key}`" if key else "the entry"
    if position >= len(text) or _NEXT.match(text, text.rfind("\n", 0, position) + 1):
        raise _BrokenError(f"{named} is never closed", start.start(), "add the `}` at its end")
    shown = text[position : position + 20].split("\n", maxsplit=1)[0]
    raise _BrokenError(f"{named} cannot be read from `{shown}` on", position, "write `name = {…},`")


def _value(
    text: str, position: int, strings: dict[str, str], complain: Complain
) -> tuple[str, int]:
    """Return the value at `position`, joined of its pieces, and where it ends."""
    pieces: list[str] = []
    while len(pieces) < _MOST_PIECES:
        piece, position = _piece(text, position, strings, complain)
        pieces.append(piece)
        blank = _BLANK.match(text, position)
        after = blank.end() if blank else position
        if text[after : after + 1] != "#":
            break
        blank = _BLANK.match(text, after + 1)
        position = blank.end() if blank else after + 1
    return " ".join("".join(pieces).split())[:_LONGEST], position


def _piece(text: str, at: int, strings: dict[str, str], complain: Complain) -> tuple[str, int]:
    character = text[at : at + 1]
    if character == "{":
        end = _closing(text, at)
        following = _NEXT.search(text, at)
        if end < 0 or (following and following.start() < end):
            raise _BrokenError("this `{` is never closed", at, "add the `}`")
        return text[at + 1 : end], end + 1
    if character == '"':
        depth = 0
        for found in _QUOTED.finditer(text, at + 1, at + _LONGEST):
            if found[0] == '"' and depth <= 0:
                return text[at + 1 : found.start()], found.end()
            depth += {"{": 1, "}": -1}.get(found[0], 0)
        raise _BrokenError('this `"` is never closed', at, 'add the `"` at the end of the value')
    if bare := _BARE.match(text, at):
        word = bare[0]
        if not word[0].isdigit() and word.lower() not in strings:
            complain(f"no `@string` defines `{word}`", at, f"write it in braces: `{{{word}}}`")
        return strings.get(word.lower(), word), bare.end()
    raise _BrokenError("there is no value here", at, "write it in braces")
