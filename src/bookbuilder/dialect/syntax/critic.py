"""Read CriticMarkup: `{++new++}`, `{--old--}`, `{~~old~>new~~}`, `{==marked==}`, `{>>note<<}`."""

from __future__ import annotations

from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Container, Continue, Started
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion, InlineParser

_CLOSERS = {"{++": "++}", "{--": "--}", "{~~": "~~}", "{==": "==}", "{>>": "<<}"}
_MOST_LINES = 200
_TAGS = {"{++": "ins", "{--": "del", "{==": "mark"}


def handle_critic(parser: InlineParser) -> bool:
    start = parser.position
    opener = parser.text[start : start + 3]
    closer = _CLOSERS.get(opener)
    if closer is None:
        return False
    end = parser.find(closer, start + 3)
    if end < start + 4:
        return False
    text = parser.text[start + 3 : end]
    old, arrow, new = text.partition("~>")
    if opener == "{>>":
        line = parser.line_at(start)
        kind = "a comment of CriticMarkup"
        parser.conversion.problems.left_out(f"{opener}{text}{closer}", line, kind)
    elif opener != "{~~":
        parser.add_inlines(_TAGS[opener], text, start + 3)
    elif arrow:
        parser.add_inlines("del", old, start + 3)
        parser.add_inlines("ins", new, start + 3 + len(old) + 2)
    else:
        return False
    parser.position = end + 3
    return True


class CriticBlock(Container):
    """Hold the blocks between a line `{++` and a line `++}`."""

    def __init__(self, opener: str) -> None:
        super().__init__()
        self.opener = opener
        self.closer = _CLOSERS[opener]

    def continues(self, state: BlockState) -> Continue:
        is_end = state.line.rest.strip() == self.closer
        return Continue.CLOSED_BY_IT if is_end else Continue.YES

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        if self.opener == "{>>":
            kind = "a comment of CriticMarkup"
            conversion.problems.left_out(f"{self.opener} … {self.closer}", self.line, kind)
            return
        tag = "div" if self.opener == "{==" else _TAGS[self.opener]
        element = ElementTree.SubElement(parent, tag)
        element.text = element.tail = "\n"
        if tag == "div":
            element.set("class", "marked")
        self.render_children(conversion, element)


def start_critic_block(state: BlockState, container: Block) -> Started:
    rest = state.line.rest.strip()
    closer = _CLOSERS.get(rest)
    if state.line.indented or closer is None or rest == "{~~":
        return Started.NOTHING
    if all(line.strip() != closer for line in state.lines_ahead(_MOST_LINES)):
        return Started.NOTHING
    state.close_unmatched()
    state.add(CriticBlock(rest))
    return Started.LEAF


class CriticExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.conversion.inlines.register("{", handle_critic)
        md.parser.starts.register(start_critic_block, 92, "{")
