"""Read MyST's directives that take in a file: `{include}`, `{literalinclude}`, `{csv-table}`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from msgspec import Struct, field

from bookbuilder.dialect.syntax.myst import holds_markdown
from bookbuilder.dialect.syntax.myst_options import split_options
from bookbuilder.text.patterns import rare_pattern

_Line = tuple[int, str]
_OPENING = re.compile(
    r"(?P<before>[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?)(?P<marks>`{3,}|~{3,}|:{3,})[ \t]*"
    r"\{[ \t]*(?P<name>[A-Za-z][\w:.+-]*)[ \t]*\}[ \t]*(?P<argument>[^`]*?)[ \t]*$"
)
_CLOSING = rare_pattern(r"[ \t>]*(?P<marks>`{3,}|~{3,}|:{3,})[ \t]*$")
_NAMES = frozenset({"include", "literalinclude", "csv-table", "raw"})
_MARKDOWN = (".md", ".markdown", ".myst", ".txt", ".qmd", ".mdx", "")
_LONG_FENCE = "`" * 8
_KEPT = ("caption", "name", "header", "header-rows", "stub-columns", "delim")


class MystInclude(Struct):
    """Collect the lines of a directive that includes a file, up to the line that closes it."""

    name: str
    before: str
    marks: str
    target: str
    number: int
    lines: list[_Line] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)

    def takes(self, number: int, line: str) -> bool:
        """Add a line; return False if it closes the directive."""
        self.lines.append((number, line))
        match = _CLOSING.match(line)
        if match and match["marks"].startswith(self.marks):
            self._read_options()
            return False
        return True

    def _read_options(self) -> None:
        body = [line[len(self.before) :] for _, line in self.lines[1:-1]]
        self.options, _ = split_options(body)
        if self.name in ("csv-table", "raw"):
            self.target = self.options.get("file", "")

    @property
    def is_code(self) -> bool:
        """Return whether the file is shown as it is: a program, or text that is no Markdown."""
        if self.name != "include":
            return True
        suffix = PurePosixPath(self.target).suffix.lower()
        return bool(self.options.keys() & {"literal", "code", "lang"}) or suffix not in _MARKDOWN

    def opening(self, target: str) -> list[str]:
        """Return the lines of the directive that shows the included lines."""
        suffix = PurePosixPath(target).suffix.lstrip(".").lower()
        options = self.options
        name, argument = self.name, ""
        if name == "raw":
            argument = "html" if suffix.startswith("htm") else suffix
        elif name == "csv-table":
            argument = options.get("caption") or _argument(self.lines[0][1])
        elif suffix == "rst" and name == "include":
            name = "eval-rst"
        else:
            name = "code-block"
            argument = options.get("language") or options.get("code") or options.get("lang", "")
            argument = argument or suffix
        kept = [f"{key}: {json.dumps(options[key])}" for key in _KEPT if options.get(key)]
        return [f"{_LONG_FENCE}{{{name}}} {argument}".rstrip(), "---", *kept, "---"]

    @property
    def closing(self) -> str:
        return _LONG_FENCE

    def select(self, lines: Iterable[_Line]) -> list[_Line]:
        """Return the lines of the file that the options choose."""
        chosen = list(lines)
        options = self.options
        if wanted := options.get("pyobject"):
            chosen = _object(chosen, wanted)
        if wanted := options.get("lines") or options.get("line"):
            chosen = _numbered(chosen, wanted)
        start, end = options.get("start-line", ""), options.get("end-line", "")
        if start.lstrip("-").isdecimal() or end.lstrip("-").isdecimal():
            chosen = chosen[_whole(start) : _whole(end)]
        for key, is_kept in (("start-after", False), ("start-at", True)):
            if mark := options.get(key):
                at = next((i for i, (_, line) in enumerate(chosen) if mark in line), None)
                chosen = chosen if at is None else chosen[at if is_kept else at + 1 :]
        for key, is_kept in (("end-before", False), ("end-at", True)):
            if mark := options.get(key):
                at = next((i for i, (_, line) in enumerate(chosen) if mark in line), None)
                chosen = chosen if at is None else chosen[: at + 1 if is_kept else at]
        if "dedent" in options:
            chosen = _dedented(chosen, options["dedent"])
        return chosen


class MystFences:
    """Tell code from directives that hold Markdown, in which a file may be included."""

    def __init__(self) -> None:
        self._open: list[str] = []

    def is_mark(self, line: str, fence: str) -> bool:
        """Return whether `line` opens or closes such a directive; `fence` is that of code."""
        if fence:
            return False
        match = _OPENING.match(line)
        if match and match["marks"][0] != ":" and holds_markdown(match["name"].lower()):
            self._open.append(match["marks"])
            return True
        closing = _CLOSING.match(line) if self._open else None
        if closing and closing["marks"].startswith(self._open[-1]):
            self._open.pop()
            return True
        return False


def myst_include(line: str, number: int) -> MystInclude | None:
    """Return the directive that `line` opens, if it is one that includes a file."""
    match = _OPENING.match(line)
    if not match or match["name"].lower() not in _NAMES:
        return None
    name = match["name"].lower()
    target = match["argument"].strip("<>") if name in ("include", "literalinclude") else ""
    before = re.sub(r"[^ \t>]", " ", match["before"])
    return MystInclude(name, before, match["marks"], target, number, [(number, line)])


def _argument(line: str) -> str:
    match = _OPENING.match(line)
    return match["argument"] if match else ""


def _whole(text: str) -> int | None:
    is_number = text.lstrip("-").isdecimal() and len(text) < 9
    return int(text) if is_number else None


def _numbered(lines: list[_Line], wanted: str) -> list[_Line]:
    """Select `1,3,5-10,20-`, counted from 1."""
    chosen: list[_Line] = []
    for part in wanted.replace(" ", "").split(",")[:100]:
        first, dash, last = part.partition("-")
        start = _whole(first) or 1
        end = _whole(last) if last else None if dash else start
        chosen += lines[max(start - 1, 0) : end]
    return chosen


def _object(lines: list[_Line], wanted: str) -> list[_Line]:
    """Return the lines of a class or function of Python, by its indentation."""
    for name in wanted.split("."):
        opening = re.compile(rf"([ \t]*)(?:async[ \t]+)?(?:def|class)[ \t]+{re.escape(name)}\b")
        at = next((i for i, (_, line) in enumerate(lines) if opening.match(line)), None)
        if at is None:
            return lines
        indent = len(lines[at][1]) - len(lines[at][1].lstrip())
        end = at + 1
        while end < len(lines):
            line = lines[end][1]
            if line.strip() and len(line) - len(line.lstrip()) <= indent:
                break
            end += 1
        lines = lines[at:end]
    while lines and not lines[-1][1].strip():
        lines = lines[:-1]
    return lines


def _dedented(lines: list[_Line], said: str) -> list[_Line]:
    indents = [len(line) - len(line.lstrip()) for _, line in lines if line.strip()]
    width = _whole(said)
    width = min(indents, default=0) if width is None else max(width, 0)
    return [(number, line[width:]) for number, line in lines]
