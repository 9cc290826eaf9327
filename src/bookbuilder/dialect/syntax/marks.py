"""Read highlights, strikethrough, super- and subscripts, and comments."""

from __future__ import annotations

import re

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Continue, Started
from bookbuilder.dialect.core.emphasis import scan_run
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import InlineParser
from bookbuilder.text.patterns import rare_pattern

_SCRIPT = rare_pattern(r"([~^])((?:\\.|[^\s\\~^`\[\]<>])+)\1(?![~^])")


def handle_doubled(parser: InlineParser) -> bool:
    """Read `==highlight==` and `~~strikethrough~~`: exactly two, flanking as for emphasis."""
    run = scan_run(parser.text, parser.position)
    if run.end - run.start == 1 and run.character == "~":
        return handle_script(parser)
    node = parser.add_text(parser.text[run.start : run.end])
    parser.position = run.end
    if run.end - run.start == 2:
        parser.delimiters.push(run, node)
    return True


def handle_script(parser: InlineParser) -> bool:
    """Read `H~2~O` and `x^2^`, with no blanks between the marks unless escaped."""
    match = _SCRIPT.match(parser.text, parser.position)
    if not match:
        return False
    text = re.sub(r"\\(.)", r"\1", match[2])
    parser.add_element("sup" if match[1] == "^" else "sub", text)
    parser.position = match.end()
    return True


def handle_comment(parser: InlineParser) -> bool:
    """Skip `%% … %%` in a paragraph."""
    if not parser.text.startswith("%%", parser.position):
        return False
    end = parser.find("%%", parser.position + 2)
    if end < 0:
        return False
    parser.position = end + 2
    return True


class Comment(Block):
    """Hold a comment from a line `%%` to the next line that contains `%%`."""

    accepts_lines = True
    verbatim = True

    def continues(self, state: BlockState) -> Continue:
        return Continue.CLOSED_BY_IT if "%%" in state.line.text else Continue.YES


def start_comment(state: BlockState, container: Block) -> Started:
    rest = state.line.rest
    if state.line.indented or not rest.startswith("%%") or not state.comes_later("%%"):
        return Started.NOTHING
    if "%%" in rest[2:]:
        return Started.NOTHING
    state.close_unmatched()
    state.add(Comment())
    return Started.LEAF


class MarkExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.conversion.inlines.register("=~", handle_doubled)
        md.conversion.inlines.register("^", handle_script)
        md.conversion.inlines.register("%", handle_comment)
        md.parser.starts.register(start_comment, 95, "%")
