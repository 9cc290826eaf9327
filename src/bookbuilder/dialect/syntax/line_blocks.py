"""Read pandoc's line blocks: each line starts with `|` and a blank, and keeps its indent.

Lines with a second pipe, and lines above a row of dashes, belong to tables.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import apply_attributes
from bookbuilder.dialect.core.blocks import Block, BlockState, Continue, Started, Text
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.syntax.verse import NBSP, render_stanza
from bookbuilder.text.patterns import rare_pattern

_START = re.compile(r"\|(?:[ \t]|$)")
_CODE_OR_ESCAPE = re.compile(r"\\.|`[^`\n]*`")
_PREFIX = rare_pattern(r"\A[> \t]*")
_DASHES = rare_pattern(r"\|?[ \t]*:?-+[ \t:|-]*$")


class LineBlock(Text):
    """Hold a line block. A line that starts with a blank goes on with the line before it."""

    def continues(self, state: BlockState) -> Continue:
        line = state.line
        if line.blank:
            return Continue.NO
        goes_on = line.indent > 0 or _is_line(line.rest)
        return Continue.YES if goes_on else Continue.NO

    def add_line(self, state: BlockState) -> None:
        line = state.line
        line.find()
        rest = line.rest
        if not _is_line(rest):
            self.lines[-1] += f" {rest.strip()}"
            return
        text = rest[2:].expandtabs(4)
        shown = text.lstrip(" ")
        self.lines.append((NBSP * (len(text) - len(shown)) + shown).rstrip(" "))

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        division = ElementTree.SubElement(parent, "div", {"class": "verse"})
        division.text = division.tail = "\n"
        apply_attributes(division, self.attributes)
        start = 0
        for end in [*(i for i, text in enumerate(self.lines) if not text), len(self.lines)]:
            if stanza := self.lines[start:end]:
                render_stanza(conversion, division, "\n".join(stanza), self.line + start)
            start = end + 1


def _is_line(text: str) -> bool:
    return bool(_START.match(text)) and "|" not in _CODE_OR_ESCAPE.sub("", text[1:])


def start_line_block(state: BlockState, container: Block) -> Started:
    line = state.line
    if line.indented or line.first != "|" or isinstance(container, Text):
        return Started.NOTHING
    if not line.rest[1:].strip() or not _is_line(line.rest) or _is_table(state):
        return Started.NOTHING
    state.close_unmatched()
    state.add(LineBlock()).add_line(state)
    return Started.LEAF


def _is_table(state: BlockState) -> bool:
    """Return whether a line right below this one belongs to a table."""
    for index in range(state.index + 1, len(state.lines)):
        text = _PREFIX.sub("", state.lines[index], count=1)
        if not text.startswith("|"):
            return bool(_DASHES.match(text))
        if _DASHES.match(text) or not _is_line(text):
            return True
    return False


class LineBlockExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_line_block, 58, "|")
