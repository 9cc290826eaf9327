"""Read fences that hold the source of a diagram; the pass `diagrams` draws them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension
from msgspec import Struct

from bookbuilder.dialect.core.attributes import ATTRIBUTES
from bookbuilder.dialect.core.blocks import Block, BlockState, Continue, Started
from bookbuilder.dialect.core.code import Fence, code_block
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.text.patterns import rare_pattern

DIAGRAM = "diagram"
"""The class of a figure that is a diagram."""
KIND, LINE, ALT, DECORATES = "data-diagram", "data-line", "data-alt", "data-decorates"
# Names of programs that draw, and of no language that a book would show; but for Graphviz's.
_SAME = {
    "mermaid": "mermaid", "plantuml": "plantuml", "puml": "plantuml", "uml": "plantuml",
    "dot": "dot", "graphviz": "dot", "gv": "dot", "d2": "d2", "digraph": "dot",
    "vegalite": "vega-lite",
}  # fmt: skip
_DRAWN = frozenset(
    {"mermaid", "plantuml", "puml", "dot", "graphviz", "gv", "ditaa", "wavedrom", "markmap",
     "nomnoml", "svgbob", "bpmn", "pikchr", "vega-lite", "vegalite", "structurizr", "blockdiag",
     "seqdiag"}
)  # fmt: skip
_OPEN = re.compile(r"(`{3,}|~{3,})[ \t]*(?:\{[ \t]*\.?)?([A-Za-z][\w-]{0,40})(?![\w-])([^`\n]*)$")
_OPEN_COLONS = re.compile(r"(:{3,})[ \t]*mermaid[ \t]*$", re.IGNORECASE)
_OPTION = rare_pattern(
    r"(?<![\w.#=\"'-])([A-Za-z][\w.-]{0,30})=(?:\"([^\"\n]*)\"|'([^'\n]*)'|([^\s\"'{}]+))"
)
_ID = rare_pattern(r"(?<![\w.=\"'])#([\w:.-]{1,100})")
_CAPTIONS = ("fig-cap", "fig.cap", "caption", "title", "cap")
_ALTERNATIVES = ("alt", "fig-alt", "fig.alt")
_AS_CODE = rare_pattern(r"(?<![\w-])\.source(?![\w-])|\{[ \t]*\d")


class Said(Struct):
    """Hold what is said of a diagram besides its source."""

    identifier: str = ""
    caption: str = ""
    alternative: str = ""
    decorates: bool = False

    @classmethod
    def of(cls, info: str) -> Said:
        """Read the info string of a fence, or an attribute list."""
        options = {m[1].lower(): m[2] or m[3] or m[4] or "" for m in _OPTION.finditer(info)}
        braces = ATTRIBUTES.search(info)
        named = _ID.search(braces[1] if braces else info)
        said = cls.of_options(options)
        said.identifier = named[1] if named else options.get("id", "")
        return said

    @classmethod
    def of_options(cls, options: dict[str, str]) -> Said:
        caption = next((options[key] for key in _CAPTIONS if options.get(key)), "")
        alternative = next((options[key] for key in _ALTERNATIVES if options.get(key)), "")
        decorates = options.get("role", "") in ("presentation", "none")
        return cls(options.get("id", ""), caption, alternative, decorates)

    def or_else(self, other: Said) -> Said:
        return Said(
            self.identifier or other.identifier,
            self.caption or other.caption,
            self.alternative or other.alternative,
            self.decorates or other.decorates,
        )


def kind_of(name: str) -> str:
    """Return the kind that a fence's name means: `dot` for `graphviz`."""
    lowered = name.lower()
    bare = lowered.removeprefix("kroki-").removeprefix("kroki_")
    return _SAME.get(bare, bare)


def append_diagram(
    conversion: Conversion,
    parent: ElementTree.Element,
    kind: str,
    text: str,
    line: int,
    said: Said,
    language: str = "",
) -> None:
    """Append the source of a diagram, `text` from `line` on, for the pass to draw."""
    figure = ElementTree.SubElement(parent, "figure", {"class": DIAGRAM})
    figure.text = figure.tail = "\n"
    code_block(conversion, figure, text, language or kind, "")
    pre = figure[-1]
    pre.set(KIND, kind)
    pre.set(LINE, str(line))
    if said.alternative:
        pre.set(ALT, said.alternative)
    if said.decorates:
        pre.set(DECORATES, "true")
    if said.identifier:
        figure.set("id", said.identifier)
    if said.caption:
        conversion.inline(ElementTree.SubElement(figure, "figcaption"), said.caption, line)


class DiagramFence(Fence):
    """Hold the source of a diagram."""

    def __init__(self, mark: str, info: str, indent: int, name: str) -> None:
        super().__init__(mark, info, indent)
        self.name = name

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        said = Said.of(self.attributes).or_else(Said.of(self.info))
        text = "".join(f"{line}\n" for line in self.lines)
        name = self.name.lower()
        append_diagram(conversion, parent, kind_of(name), text, self.line + 1, said, name)


class ColonFence(DiagramFence):
    """Hold a diagram between colons, as Azure's wikis do."""

    def continues(self, state: BlockState) -> Continue:
        line = state.line
        if not line.indented and line.rest.rstrip() == self.mark:
            self.closed = True
            return Continue.CLOSED_BY_IT
        line.advance(min(self.indent, line.indent))
        return Continue.YES


def start_diagram(state: BlockState, container: Block) -> Started:
    line = state.line
    match = None if line.indented else _OPEN.match(line.rest)
    if not match:
        return Started.NOTHING
    name = match[2].lower()
    if not (name in _DRAWN or name.startswith("kroki") or name in state.conversion.diagrams):
        return Started.NOTHING
    if _AS_CODE.search(match[3]):
        return Started.NOTHING
    state.close_unmatched()
    info = line.rest[match.end(1) :].strip()
    state.add(DiagramFence(match[1], info, line.indent, match[2]))
    return Started.LEAF


def start_colons(state: BlockState, container: Block) -> Started:
    line = state.line
    match = None if line.indented else _OPEN_COLONS.match(line.rest)
    if not match or not state.comes_later(re.compile(rf"^[ \t>]*{match[1]}[ \t]*$")):
        return Started.NOTHING
    state.close_unmatched()
    state.add(ColonFence(match[1], "mermaid", line.indent, "mermaid"))
    return Started.LEAF


class DiagramExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_diagram, 71.5, "`~")
        md.parser.starts.register(start_colons, 99, ":")
