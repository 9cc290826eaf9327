"""Read Docusaurus' `<CodeBlock>`, whose content is code."""

from __future__ import annotations

import re
from textwrap import dedent
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.code import code_block
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.jsx import Tag, read_tag
from bookbuilder.dialect.core.labelled import labelled_part
from bookbuilder.dialect.core.taken import TakenLines, count_to
from bookbuilder.text.patterns import rare_pattern

_END = "</CodeBlock>"
_TEMPLATE = rare_pattern(r"\{`(.*)`\}$", re.DOTALL)


class CodeComponent(TakenLines):
    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        text = "\n".join(self.lines)
        tag = read_tag(text, 0)
        assert tag is not None
        inside = text[tag.end : text.rfind(_END)]
        code = inside.strip("\n")
        if match := _TEMPLATE.match(inside.strip()):
            code = match[1].replace("\\`", "`").replace("\\${", "${").strip("\n")
        if title := tag.value("title"):
            parent = labelled_part(conversion, parent, title, self.line)
        code_block(conversion, parent, f"{dedent(code)}\n", tag.value("language"), "")


def start_code_component(state: BlockState, container: Block) -> Started:
    line = state.line
    if line.indented or not line.rest.startswith("<CodeBlock"):
        return Started.NOTHING
    if line.rest.rstrip().endswith(_END):
        count = 1
    else:
        count = count_to(state, lambda text: text.rstrip().endswith(_END))
    text = "\n".join([line.rest, *state.lines_ahead(max(0, count - 1))]) if count else ""
    tag: Tag | None = read_tag(text, 0) if text else None
    if tag is None or tag.name != "CodeBlock" or tag.closes_itself:
        return Started.NOTHING
    state.close_unmatched()
    line.skip_indent()
    state.add(CodeComponent(count)).add_line(state)
    return Started.LEAF


class CodeComponentExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_code_component, 66.5, "<")
