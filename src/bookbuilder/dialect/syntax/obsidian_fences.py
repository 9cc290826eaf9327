"""Read the fences that plugins of Obsidian replace: queries, buttons, and callouts (`ad-note`)."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Continue, Started
from bookbuilder.dialect.core.code import Fence
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.fenced import FencedContainer
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.syntax.callouts import Callout
from bookbuilder.text.patterns import rare_pattern

_OPEN = re.compile(r"(`{3,}|~{3,})[ \t]*(?:ad-([\w-]+)|([\w-]+))[ \t]*$")
_OPTION = rare_pattern(r"(title|collapse|icon|color):[ \t]*(.*?)[ \t]*$")
_PLUGINS = {
    "dataview": "a query of Obsidian's Dataview",
    "dataviewjs": "a query of Obsidian's Dataview",
    "tasks": "a query of Obsidian's Tasks",
    "query": "a query of Obsidian",
    "button": "a button of Obsidian",
    "meta-bind-button": "a button of Obsidian",
    "tracker": "a chart of Obsidian's Tracker",
    "chart": "a chart of Obsidian's Charts",
    "leaflet": "a map of Obsidian's Leaflet",
    "toc": "a list of contents of Obsidian",
    "table-of-contents": "a list of contents of Obsidian",
}
_HINT = "write the result itself, as a list or a table"


class PluginFence(Fence):
    """Hold what a plugin would replace; a book leaves it out."""

    def __init__(self, mark: str, info: str, indent: int) -> None:
        super().__init__(mark, info, indent)
        self.hint = "" if "button" in info else _HINT

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        conversion.problems.left_out(self.info, self.line, _PLUGINS[self.info.lower()], self.hint)


class FencedAdmonition(FencedContainer, Callout):
    """Hold a callout of the plugin Admonition: `ad-note`, with its options in the first lines."""

    def __init__(self, marks: str, kind: str) -> None:
        FencedContainer.__init__(self, marks, f"ad-{kind}")
        self.kind = kind
        self.title = None
        self.classes = ""
        self.takes_options = True

    def continues(self, state: BlockState) -> Continue:
        verdict = super().continues(state)
        option = _OPTION.match(state.line.rest) if self.takes_options else None
        if option is None:
            self.takes_options = False
        elif verdict is Continue.YES:
            if option[1] == "title":
                self.title = option[2]
            state.line.skip_all()
        return verdict


def start_plugin_fence(state: BlockState, container: Block) -> Started:
    line = state.line
    if line.indented or line.first not in "`~":
        return Started.NOTHING
    match = _OPEN.match(line.rest)
    if not match or not (match[2] or (match[3] or "").lower() in _PLUGINS):
        return Started.NOTHING
    state.close_unmatched()
    if match[2]:
        state.add(FencedAdmonition(match[1], match[2]))
    else:
        state.add(PluginFence(match[1], match[3], line.indent))
    return Started.LEAF


class ObsidianFenceExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_plugin_fence, 72, "`~")
