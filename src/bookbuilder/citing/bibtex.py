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
_LONGEST_LINE = 500
_LONGEST = 100_000
"""A value of more characters was never closed."""
_MOST_PIECES = 100
_MOST_BROKEN = 200


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
    file = _File(text, complain)
    found: list[RawEntry] = []
    position = broken = 0
    while start := _START.search(text, position):
        kind = start[1].lower()
        # In a comment line of TeX, or in an address, nothing begins.
        before = text[max(0, start.start() - _LONGEST_LINE) : start.start()]
        line = before[before.rfind("\n") + 1 :]
        if "%" in line or line[-1:].isalnum():
            position = start.end()
            continue
        try:
            if kind in ("comment", "preamble"):
                position = file.skipped(start.end() - 1)
            elif kind == "string":
                position = file.read_string(start)
            else:
                entry = RawEntry(kind, "", start.start())
                position = file.read_entry(start, entry)
                found.append(entry)
        except _BrokenError as error:
            complain(str(error), error.at, error.hint)
            broken += 1
            if broken >= _MOST_BROKEN:
                complain("there are so many mistakes that the rest is not read", error.at, "")
                break
            following = _NEXT.search(text, start.end())
            position = following.start() if following else len(text)
    return found


class _File:
    """Read the parts of entries. Which brace closes which is found once for the whole text."""

    def __init__(self, text: str, complain: Complain) -> None:
        self.text = text
        self.complain = complain
        self.strings = {month: str(n) for n, month in enumerate(MONTHS, 1)}
        self.closings: dict[int, int] = {}
        waiting: list[int] = []
        for brace in _BRACES.finditer(text):
            if brace[0] == "{":
                waiting.append(brace.start())
            elif brace[0] == "}" and waiting:
                self.closings[waiting.pop()] = brace.start()

    def skipped(self, at: int) -> int:
        is_brace = self.text[at] == "{"
        end = self.closings.get(at, -1) if is_brace else self.text.find(")", at, at + _LONGEST)
        return end + 1 if end >= 0 else at + 1

    def read_string(self, start: re.Match[str]) -> int:
        name = _FIELD.match(self.text, start.end())
        if not name:
            raise _BrokenError("this `@string` has no name and value", start.start())
        value, position = self._value(name.end())
        self.strings[name[1].lower()] = value
        return self._after(position, start)

    def read_entry(self, start: re.Match[str], entry: RawEntry) -> int:
        text = self.text
        key = _KEY.match(text, start.end())
        if not key:
            hint = "write it as `@book{name, title = {…}}`"
            raise _BrokenError(f"this `@{start[1]}` has no key", start.start(), hint)
        entry.key = key[1]
        position = key.end()
        while name := _FIELD.match(text, position):
            value, position = self._value(name.end())
            folded = name[1].lower()
            if folded in entry.fields:
                message = f"`{entry.key}` has two fields `{folded}`; the first one is used"
                self.complain(message, name.start(1), "delete one of them")
            else:
                entry.fields[folded] = value
            position = self._past_blanks(position)
            if text[position : position + 1] not in (",", "}", ")", ""):
                if not _FIELD.match(text, position):
                    break
                message = f"there is no comma before this field of `{entry.key}`"
                self.complain(message, position, "add one")
        return self._after(position, start, entry.key)

    def _past_blanks(self, position: int) -> int:
        blank = _BLANK.match(self.text, position)
        return blank.end() if blank else position

    def _after(self, position: int, start: re.Match[str], key: str = "") -> int:
        """Return the place after the brace or parenthesis that ends an entry."""
        text = self.text
        while text[position : position + 1] and text[position] in ", \t\n":
            position += 1
        if text[position : position + 1] == ("}" if start[2] == "{" else ")"):
            return position + 1
        named = f"the entry `{key}`" if key else "the entry"
        if position >= len(text) or text[position] == "@":
            message = f"{named} is never closed"
            raise _BrokenError(message, start.start(), "add the `}` at its end")
        shown = text[position : position + 20].split("\n")[0]
        message = f"{named} cannot be read from `{shown}` on"
        raise _BrokenError(message, position, "write `name = {…},`")

    def _value(self, position: int) -> tuple[str, int]:
        """Return the value at `position`, joined of its pieces, and where it ends."""
        pieces: list[str] = []
        while len(pieces) < _MOST_PIECES:
            piece, position = self._piece(position)
            pieces.append(piece)
            after = self._past_blanks(position)
            if self.text[after : after + 1] != "#":
                break
            position = self._past_blanks(after + 1)
        return " ".join("".join(pieces).split())[:_LONGEST], position

    def _piece(self, at: int) -> tuple[str, int]:
        text = self.text
        character = text[at : at + 1]
        if character == "{":
            end = self.closings.get(at, -1)
            if end < 0 or end - at > _LONGEST or _NEXT.search(text, at, end):
                raise _BrokenError("this `{` is never closed", at, "add the `}`")
            return text[at + 1 : end], end + 1
        if character == '"':
            depth = 0
            for found in _QUOTED.finditer(text, at + 1, at + _LONGEST):
                if found[0] == '"' and depth <= 0:
                    return text[at + 1 : found.start()], found.end()
                depth += {"{": 1, "}": -1}.get(found[0], 0)
            raise _BrokenError('this `"` is never closed', at, 'add the `"` at the end')
        if bare := _BARE.match(text, at):
            word = bare[0]
            if not word[0].isdigit() and word.lower() not in self.strings:
                hint = f"write it in braces: `{{{word}}}`"
                self.complain(f"no `@string` defines `{word}`", at, hint)
            return self.strings.get(word.lower(), word), bare.end()
        raise _BrokenError("there is no value here", at, "write it in braces")
