"""Read the content tabs of pymdown-extensions: `=== "Title"` with indented content."""

from __future__ import annotations

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Continue, Started, continue_indented
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.labelled import LabelledPart
from bookbuilder.text.patterns import rare_pattern

_TAB = rare_pattern(r"===[+!]{0,2}[ \t]*(?:\"([^\n]*)\"|'([^\n]*)'|“([^\n]*)”)[ \t]*$")


class ContentTab(LabelledPart):
    """Hold the indented text below `=== "Title"`."""

    def continues(self, state: BlockState) -> Continue:
        return continue_indented(state.line)


def start_content_tab(state: BlockState, container: Block) -> Started:
    if state.line.indented or state.line.first != "=":
        return Started.NOTHING
    match = _TAB.match(state.line.rest)
    if not match:
        return Started.NOTHING
    state.close_unmatched()
    state.add(ContentTab((match[1] or match[2] or match[3] or "").strip()))
    return Started.LEAF


class ContentTabExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_content_tab, 86, "=")
