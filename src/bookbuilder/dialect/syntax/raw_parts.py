"""Read pandoc's raw parts, `` `<b>x</b>`{=html} `` and fences `{=html}`.

HTML is what it is in the text. What is for another format is left out.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.code import Fence
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.fenced import FencedContainer
from bookbuilder.dialect.core.inline import BACKTICKS, Conversion, InlineParser
from bookbuilder.dialect.core.page_breaks import append_page_break
from bookbuilder.dialect.core.problems import Problems
from bookbuilder.dialect.core.raw_html import append_raw, clean
from bookbuilder.text.patterns import rare_pattern

_HTML = frozenset({"html", "html4", "html5", "epub", "epub2", "epub3"})
_TEXT = frozenset({"markdown", "md", "commonmark", "gfm"})
_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*\{=([\w+-]+)\}[ \t]*$")
_FORMAT = re.compile(r"\{=([\w+-]+)\}")
_BREAK = rare_pattern(
    r"\\(?:newpage|pagebreak|clearpage|cleardoublepage)\b|#pagebreak\(|<w:br[^>]{0,80}w:type=.page"
)
_HINT = "write it in Markdown or HTML, if the book needs it"


class RawFence(Fence):
    def __init__(self, mark: str, form: str, indent: int) -> None:
        super().__init__(mark, f"{{={form}}}", indent)
        self.form = form

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        text = "\n".join(self.lines)
        if self.form in _HTML:
            append_raw(conversion, parent, clean(text), self.line)
        elif _BREAK.match(text.strip()) and len(text.split()) == 1:
            append_page_break(parent)
        else:
            _leave_out(conversion.problems, self.info, self.line)


def _leave_out(problems: Problems, text: str, line: int) -> None:
    problems.left_out(text, line, "a part for another format", _HINT)


class MarkdownFence(FencedContainer):
    """Hold a fence `{=markdown}`, whose content is text like any other."""

    def __init__(self, mark: str, form: str) -> None:
        super().__init__(mark, f"{{={form}}}")


def start_raw_fence(state: BlockState, container: Block) -> Started:
    line = state.line
    match = None if line.indented else _FENCE.match(line.rest)
    if not match:
        return Started.NOTHING
    state.close_unmatched()
    form = match[2].lower()
    if form in _TEXT:
        state.add(MarkdownFence(match[1], form))
    else:
        state.add(RawFence(match[1], form, line.indent))
    return Started.LEAF


def handle_raw_part(parser: InlineParser) -> bool:
    ticks = BACKTICKS.match(parser.text, parser.position)
    if not ticks:
        return False
    close = parser.closing_backticks(len(ticks[0]), ticks.end())
    match = _FORMAT.match(parser.text, close + len(ticks[0])) if close >= 0 else None
    if not match:
        return False
    content = parser.text[ticks.end() : close].strip()
    form = match[1].lower()
    if form in _HTML:
        parser.add_raw(clean(content))
    elif form in _TEXT:
        parser.add_text(content)
    else:
        said = parser.text[parser.position : match.end()]
        _leave_out(parser.conversion.problems, said, parser.line_at(parser.position))
    parser.position = match.end()
    return True


class RawPartExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_raw_fence, 73, "`~")
        md.conversion.inlines.register("`", handle_raw_part)
