"""Report fences that hold the source of a diagram, which a program would draw."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.code import Fence
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion

DIAGRAM_HINT = "put a picture of it into the book"
# Names of programs that draw, and of no language that a book would show.
_OPEN = re.compile(
    r"(`{3,}|~{3,})[ \t]*(?:\{[ \t]*\.?)?"
    r"((?:mermaid|plantuml|puml|kroki[\w-]{0,20}|ditaa|wavedrom|markmap|nomnoml|svgbob|bpmn|pikchr"
    r"|vega-?lite|structurizr|blockdiag|seqdiag))(?![\w-])([^`]*)$",
    re.IGNORECASE,
)


class DiagramFence(Fence):
    """Hold the source of a diagram. It stays as typed."""

    def __init__(self, mark: str, info: str, indent: int, name: str) -> None:
        super().__init__(mark, info, indent)
        self.name = name

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        kind = f"the source of a diagram ({self.name.lower()})"
        conversion.problems.kept_as_text(self.info, self.line, kind, DIAGRAM_HINT)
        super().render(conversion, parent)


def start_diagram(state: BlockState, container: Block) -> Started:
    line = state.line
    match = None if line.indented else _OPEN.match(line.rest)
    if not match:
        return Started.NOTHING
    state.close_unmatched()
    info = line.rest[match.end(1) :].strip()
    state.add(DiagramFence(match[1], info, line.indent, match[2]))
    return Started.LEAF


class DiagramExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_diagram, "diagram", 70.5)
