"""Headings, rules and indented code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import apply_attributes
from bookbuilder.dialect.core.blocks import Block, Continue, Started
from bookbuilder.dialect.core.code import code_block
from bookbuilder.dialect.core.line import CODE_INDENT
from bookbuilder.dialect.core.paragraph import Heading, Paragraph
from bookbuilder.dialect.syntax.tables import Table

if TYPE_CHECKING:
    from bookbuilder.dialect.core.engine import Engine
    from bookbuilder.dialect.core.lines import LineParser

_ATX = re.compile(r"(#{1,6})(?:[ \t]+|$)")
_SETEXT = re.compile(r"(=+|-+)[ \t]*$")
_RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$")


def start_heading(parser: LineParser, container: Block) -> Started:
    match = None if parser.line.indented else _ATX.match(parser.line.rest)
    if not match:
        return Started.NOTHING
    parser.close_unmatched()
    parser.close(parser.add(Heading(len(match[1]), parser.line.rest[match.end() :])))
    return Started.LEAF


def start_setext_heading(parser: LineParser, container: Block) -> Started:
    if parser.line.indented or not isinstance(container, Paragraph):
        return Started.NOTHING
    match = _SETEXT.match(parser.line.rest)
    if not match:
        return Started.NOTHING
    container.take_definitions(parser)
    if not container.lines:
        return Started.NOTHING
    parser.close_unmatched()
    heading = Heading(1 if match[1][0] == "=" else 2, "\n".join(container.lines))
    line = container.line
    assert container.parent is not None
    container.parent.children.remove(container)
    parser.tip = container.parent
    parser.close(parser.add(heading))
    heading.line = line
    return Started.LEAF


class Break(Block):
    def render(self, md: Engine, parent: ElementTree.Element) -> None:
        element = ElementTree.SubElement(parent, "hr")
        element.tail = "\n"
        apply_attributes(element, self.attributes)


def start_break(parser: LineParser, container: Block) -> Started:
    if parser.line.indented or not _RULE.match(parser.line.rest):
        return Started.NOTHING
    parser.close_unmatched()
    parser.close(parser.add(Break()))
    return Started.LEAF


class IndentedCode(Block):
    accepts_lines = True
    verbatim = True

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def continues(self, parser: LineParser) -> Continue:
        line = parser.line
        if line.indented:
            line.advance(CODE_INDENT)
            return Continue.YES
        if line.blank:
            line.skip_indent()
            return Continue.YES
        return Continue.NO

    def add_line(self, parser: LineParser) -> None:
        self.lines.append(parser.line.remainder())

    def finish(self, parser: LineParser) -> None:
        while self.lines and not self.lines[-1].strip():
            self.lines.pop()

    def render(self, md: Engine, parent: ElementTree.Element) -> None:
        code_block(md, parent, "\n".join(self.lines) + "\n", "", self.attributes)


def start_indented_code(parser: LineParser, container: Block) -> Started:
    line = parser.line
    if not line.indented or isinstance(parser.tip, Paragraph | Table) or line.blank:
        return Started.NOTHING
    line.advance(CODE_INDENT)
    parser.close_unmatched()
    parser.add(IndentedCode()).add_line(parser)
    return Started.LEAF


class LeafExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        starts = md.parser.starts
        starts.register(start_heading, "heading", 80)
        starts.register(start_setext_heading, "setext", 50)
        starts.register(start_break, "break", 40)
        starts.register(start_indented_code, "indented_code", 20)
