"""Read Dataview's inline fields of Obsidian: `[key:: value]`, `(key:: value)`, `key:: value`.

As there, the value is shown, in brackets with its key and in parentheses without it.
"""

from __future__ import annotations

import re

from markdown.extensions import Extension

from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import InlineParser
from bookbuilder.text.patterns import rare_pattern

_LONGEST = 500
_DEEPEST = 8
# As many pieces as a key and the marks around it may be.
_MOST_NODES = 8
_KEY = r"\w[\w /-]{0,40}"
_FIELD = re.compile(rf"([\[(])({_KEY})::[ \t]+(?=\S)")
_LINE_START = rare_pattern(rf"[ \t]*[*_]{{0,3}}{_KEY}[*_]{{0,3}}$")
_PAIRS = {"[": "]", "(": ")"}


def handle_field(parser: InlineParser) -> bool:
    text, start = parser.text, parser.position
    match = _FIELD.match(text, start)
    if not match:
        return False
    end = _closing(text, match.end(), match[1], _PAIRS[match[1]])
    if end < 0 or text.startswith(("(", "["), end + 1):
        return False
    if match[1] == "[":
        parser.add_text(f"{match[2]}: ", literal=True)
    parser.add_inlines("span", text[match.end() : end], match.end())
    parser.position = end + 1
    return True


def _closing(text: str, start: int, opener: str, closer: str) -> int:
    """Return where the bracket closes that is open at `start`, on the same line, or -1."""
    depth = 1
    for at in range(start, min(len(text), start + _LONGEST)):
        if text[at] == "\n":
            break
        depth += (text[at] == opener) - (text[at] == closer)
        if not depth:
            return at
        if depth > _DEEPEST:
            break
    return -1


def handle_colons(parser: InlineParser) -> bool:
    """Read `key:: value` at the start of a line as `key: value`."""
    text, at = parser.text, parser.position
    if not text.startswith("::", at) or text[at + 2 : at + 3] not in (" ", "\t"):
        return False
    line_start = text.rfind("\n", max(0, at - _LONGEST), at) + 1
    if at - line_start > _LONGEST or not _LINE_START.match(text[line_start:at]):
        return False
    if not text[at + 2 :].split("\n", 1)[0].strip():
        return False
    if line_start:
        _break_line(parser)
    parser.add_text(":")
    parser.position = at + 2
    return True


def _break_line(parser: InlineParser) -> None:
    """Let the field's line start on a line of its own, as Obsidian shows it."""
    node = parser.root.last
    for _ in range(_MOST_NODES):
        if node is None or node.tag == "br":
            return
        if not node.tag and node.text == "\n":
            node.tag, node.text = "br", ""
            return
        node = node.previous


class InlineFieldExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.conversion.inlines.register("[(", handle_field)
        md.conversion.inlines.register(":", handle_colons)
