"""Read headings, thematic breaks and indented code."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import apply_attributes
from bookbuilder.dialect.core.blocks import Block, BlockState, Continue, Started, Text
from bookbuilder.dialect.core.code import code_block
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.line import CODE_INDENT
from bookbuilder.dialect.core.paragraph import Heading, Paragraph

_ATX = re.compile(r"(#{1,6})(?:[ \t]+|$)")
_SETEXT = re.compile(r"(=+|-+)[ \t]*$")
_RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$")


def start_heading(state: BlockState, container: Block) -> Started:
    match = None if state.line.indented else _ATX.match(state.line.rest)
    if not match:
        return Started.NOTHING
    state.close_unmatched()
    state.close(state.add(Heading(len(match[1]), state.line.rest[match.end() :])))
    return Started.LEAF


def start_setext_heading(state: BlockState, container: Block) -> Started:
    if state.line.indented or not isinstance(container, Paragraph):
        return Started.NOTHING
    match = _SETEXT.match(state.line.rest)
    if not match:
        return Started.NOTHING
    container.take_definitions(state)
    if not container.lines:
        return Started.NOTHING
    state.close_unmatched()
    heading = Heading(1 if match[1][0] == "=" else 2, "\n".join(container.lines))
    line = container.line
    assert container.parent is not None
    container.parent.children.remove(container)
    state.tip = container.parent
    state.close(state.add(heading))
    heading.line = line
    return Started.LEAF


class Break(Block):
    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        element = ElementTree.SubElement(parent, "hr")
        element.tail = "\n"
        apply_attributes(element, self.attributes)


def start_break(state: BlockState, container: Block) -> Started:
    if state.line.indented or not _RULE.match(state.line.rest):
        return Started.NOTHING
    state.close_unmatched()
    state.close(state.add(Break()))
    return Started.LEAF


class IndentedCode(Block):
    accepts_lines = True
    verbatim = True

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def continues(self, state: BlockState) -> Continue:
        line = state.line
        if line.indented:
            line.advance(CODE_INDENT)
            return Continue.YES
        if line.blank:
            line.skip_indent()
            return Continue.YES
        return Continue.NO

    def add_line(self, state: BlockState) -> None:
        self.lines.append(state.line.remainder())

    def finish(self, state: BlockState) -> None:
        while self.lines and not self.lines[-1].strip():
            self.lines.pop()

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        code_block(conversion, parent, "\n".join(self.lines) + "\n", "", self.attributes)


def start_indented_code(state: BlockState, container: Block) -> Started:
    line = state.line
    if not line.indented or isinstance(state.tip, Text) or line.blank:
        return Started.NOTHING
    line.advance(CODE_INDENT)
    state.close_unmatched()
    state.add(IndentedCode()).add_line(state)
    return Started.LEAF


class LeafExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        starts = md.parser.starts
        starts.register(start_heading, 80, "#")
        starts.register(start_setext_heading, 50, "=-")
        starts.register(start_break, 40, "*_-")
        starts.register(start_indented_code, 20)
