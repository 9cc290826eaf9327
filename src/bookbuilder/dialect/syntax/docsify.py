"""Read docsify's hints (`!> text`, `?> text`), its tabs, and what it puts into titles of links."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Continue, OpenContainer, Started
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.labelled import labelled_part
from bookbuilder.dialect.core.paragraph import Heading, Paragraph
from bookbuilder.dialect.core.raw_html import HtmlBlock
from bookbuilder.dialect.syntax.callouts import Callout
from bookbuilder.text.patterns import rare_pattern

_HINT = re.compile(r"([!?])>[ \t]+(?=\S)")
_TABS = rare_pattern(r"<!--[ \t]*tabs:(start|end)[ \t]*-->[ \t]*$")
_TAB_COMMENT = rare_pattern(r"<!--[ \t]*tab:[ \t]*(.*?)[ \t]*-->$")
_BOLD = rare_pattern(r"(\*\*|__)(.+)\1$")


class Hint(Callout):
    """Hold one paragraph, as docsify does, and a list right below it."""

    def continues(self, state: BlockState) -> Continue:
        return Continue.NO if state.line.blank else Continue.YES


def start_hint(state: BlockState, container: Block) -> Started:
    line = state.line
    match = None if line.indented else _HINT.match(line.rest)
    if not match or isinstance(container, Paragraph):
        return Started.NOTHING
    state.close_unmatched()
    state.add(Hint("important" if match[1] == "!" else "tip", None))
    line.skip_indent()
    line.advance_characters(match.end())
    return Started.CONTAINER


class DocsifyTabs(OpenContainer):
    """Hold tabs: every heading of the first one's level is a label, and so is `<!-- tab:… -->`."""

    hides_blank_lines = True

    def continues(self, state: BlockState) -> Continue:
        match = _TABS.match(state.line.rest) if state.line.first == "<" else None
        return Continue.CLOSED_BY_IT if match and match[1] == "end" else Continue.YES

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        level = next((c.level for c in self.children if isinstance(c, Heading)), 0)
        into = parent
        for child in self.children:
            label = None
            if isinstance(child, Heading) and child.level == level:
                label = child.parts()[0]
            elif isinstance(child, HtmlBlock):
                match = _TAB_COMMENT.match("\n".join(child.lines).strip())
                label = match[1] if match else None
            if label is None:
                child.render(conversion, into)
            else:
                bold = _BOLD.fullmatch(label)
                label = bold[2] if bold else label
                into = labelled_part(conversion, parent, label.strip(), child.line)


def start_tabs(state: BlockState, container: Block) -> Started:
    if state.line.indented or state.line.first != "<":
        return Started.NOTHING
    match = _TABS.match(state.line.rest)
    if not match or match[1] == "end":
        return Started.NOTHING
    state.close_unmatched()
    state.add(DocsifyTabs())
    return Started.LEAF


class DocsifyExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_hint, 83, "!?")
        md.parser.starts.register(start_tabs, 68, "<")
