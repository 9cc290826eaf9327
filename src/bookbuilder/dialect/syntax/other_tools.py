"""Handle lines for other tools: attribute lists, includes, templates, anchors."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import ATTRIBUTES, find_mistake
from bookbuilder.dialect.core.blocks import Block, BlockState, Started, Text
from bookbuilder.dialect.core.containers import List
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion, InlineParser
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.model.diagnostics import Rule, Severity

BAD_ATTRIBUTES = Rule(
    "M014",
    "bad-attributes",
    Severity.WARNING,
    "An attribute list holds `#id`, `.class` and `key=value`, separated by spaces, with quotes"
    " around a value that has spaces. If one entry is anything else, the whole list is ignored.",
)

_KRAMDOWN = re.compile(r"\{:[^}\n]*\}[ \t]*$|\{:/[^}\n]*\}[ \t]*$")
_MDBOOK = re.compile(r"\{\{[ ]?#\w+[^{}\n]*\}\}")
_INLINE_INCLUDE = re.compile(r"\{\{[ ]?#(?:include|rustdoc_include|playground|playpen)\s+[^\s{}]")
_LIQUID = re.compile(r"\{%-?[ \t]*(\w+)[^%\n]*-?%\}")
_INCLUDE_LINE = re.compile(
    r"(?:\[(?:import|include)\b[^\]\n]*\]\([^)\n]*\)|;?-{2,}8<-{2,}.*|!include\b.*"
    r"|:::[ \t]*include\b.*|@import[ \t]+\".*)[ \t]*$"
)
_CONTENTS = re.compile(r"(?:\[TOC\]|\[\[_?TOC_?\]\])[ \t]*$", re.IGNORECASE)
_RULE_ID = re.compile(r"r\[([\w.:-]+)\][ \t]*$")


def start_attributes(state: BlockState, container: Block) -> Started:
    """Apply `{: .class}` on its own line to the block before it, or else to the next one."""
    rest = state.line.rest
    if state.line.indented or not rest.startswith("{"):
        return Started.NOTHING
    match = ATTRIBUTES.fullmatch(rest.rstrip())
    if not match and not _KRAMDOWN.match(rest):
        return Started.NOTHING
    target = container if isinstance(container, Text | List) else _previous(container)
    if match and match[0][1] != ":" and target is None:
        return Started.NOTHING
    if not match and "=" in rest and not rest.startswith("{::"):
        message = f"the attributes `{rest.rstrip()}` are not understood, so they are left out"
        state.problems.add(BAD_ATTRIBUTES, message, state.number, rest.rstrip())
    state.close_unmatched()
    if isinstance(target, Text) and target.open:
        state.close(target)
    if target is None:
        state.pending_attributes = match[1] if match else ""
    elif match:
        target.attributes = f"{target.attributes} {match[1]}".strip()
    elif isinstance(target, List) and rest.startswith("{:toc") and target.parent is not None:
        target.parent.children.remove(target)
    return Started.LEAF


def _previous(container: Block) -> Block | None:
    last = container.last_child
    return None if last is None or last.ends_blank else last


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
    """Drop `{{#include …}}` and `{% … %}`; `{{ name }}` is text."""
    for pattern in (_MDBOOK, _LIQUID):
        if match := pattern.match(parser.text, parser.position):
            hint = "put it on a line of its own" if _INLINE_INCLUDE.match(match[0]) else ""
            line = parser.line_at(match.start())
            kind = "a directive of another tool"
            parser.conversion.problems.left_out(match[0], line, kind, hint)
            parser.position = match.end()
            return True
    return False


def handle_mistaken_attributes(parser: InlineParser) -> bool:
    """Report text such as `{.a b}`, which is probably meant as an attribute list."""
    if found := find_mistake(parser.text, parser.position):
        braces, entry = found
        parser.report(
            BAD_ATTRIBUTES,
            f"`{entry[:80]}` is not an attribute, so `{braces[:80]}` is printed as typed",
            parser.position,
            len(braces),
            f"write `.{entry}` for a class" if re.fullmatch(r"[A-Za-z][\w-]*", entry) else "",
        )
    return False


class OtherToolsExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_attributes, "attributes", 97)
        md.parser.starts.register(start_directive, "directive", 96)
        md.parser.starts.register(start_anchor, "anchor", 94)
        md.conversion.inlines.register("{", handle_mistaken_attributes)
        md.conversion.inlines.register("{", handle_template)
