"""Handle lines for other tools: includes, contents, anchors."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion, InlineParser
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.core.starts import LETTER
from bookbuilder.text.patterns import rare_pattern

# Helpers of Handlebars, `{{#if user}}`, are text in a book about them.
_MDBOOK = rare_pattern(
    r"\{\{[ ]?#(?!(?:if|each|unless|with|is|isnt|equal|list|foreach|await|key|snippet)\b)(\w+)"
    r"[^{}\n]*\}\}"
)
_COMMENT = rare_pattern(r"\{#-?[ \t\n][^{}]{0,2000}[ \t\n]-?#\}")
_INLINE_INCLUDE = rare_pattern(r"\{\{[ ]?#(?:include|rustdoc_include|playground|playpen)\s+[^\s{}]")
_INCLUDE_LINE = re.compile(
    r"(?:\[(?:import|include)\b[^\]\n]*\]\([^)\n]*\)|;?-{2,}8<-{2,}.*|!include\b.*"
    r"|:::[ \t]*include\b.*|@import[ \t]+\".*)[ \t]*$"
)
_CONTENTS = re.compile(r"(?:\[TOC\]|\[\[_?TOC_?\]\])[ \t]*$", re.IGNORECASE)
_RULE_ID = re.compile(r"r\[([\w.:-]+)\][ \t]*$")


def start_directive(state: BlockState, container: Block) -> Started:
    rest = state.line.rest
    if state.line.indented:
        return Started.NOTHING
    if match := _INCLUDE_LINE.match(rest):
        report_directive(state.conversion, match[0].strip(), state.number)
    elif not _CONTENTS.match(rest):
        return Started.NOTHING
    state.close_unmatched()
    if isinstance(state.tip, Paragraph):
        state.close(state.tip)
    return Started.LEAF


def report_directive(conversion: Conversion, text: str, line: int) -> None:
    conversion.problems.left_out(text, line, "a directive of another tool")


class Anchor(Block):
    """Hold mdBook's `r[rule.id]`, a named place to link to."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        mark = ElementTree.SubElement(parent, "p", {"class": "rule-id", "id": f"r-{self.name}"})
        mark.text = f"[{self.name}]"
        mark.tail = "\n"


def start_anchor(state: BlockState, container: Block) -> Started:
    match = None if state.line.indented else _RULE_ID.match(state.line.rest)
    if not match:
        return Started.NOTHING
    state.close_unmatched()
    state.close(state.add(Anchor(match[1])))
    return Started.LEAF


def handle_template(parser: InlineParser) -> bool:
    """Drop `{{#include …}}`; `{{ name }}` is text."""
    if comment := _COMMENT.match(parser.text, parser.position):
        parser.position = comment.end()
        return True
    match = _MDBOOK.match(parser.text, parser.position)
    if match and parser.find(f"{{{{/{match[1]}}}}}", match.end()) >= 0:
        return False  # Of Mustache.
    if match:
        hint = "put it on a line of its own" if _INLINE_INCLUDE.match(match[0]) else ""
        line = parser.line_at(match.start())
        parser.conversion.problems.left_out(match[0], line, "a directive of another tool", hint)
        parser.position = match.end()
    return bool(match)


class OtherToolsExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_directive, 96, ";-!:[@")
        md.parser.starts.register(start_anchor, 94, LETTER)
        md.conversion.inlines.register("{", handle_template)
