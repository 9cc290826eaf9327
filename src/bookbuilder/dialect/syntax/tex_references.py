"""Read TeX's labels and references: `\\label{x}`, `\\cref{x,y}`, `\\hyperref[x]{text}`."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion, InlineParser
from bookbuilder.dialect.core.links import ANYWHERE
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.syntax.cross_references import add_group, add_reference
from bookbuilder.text.patterns import rare_pattern

_REFERENCE = rare_pattern(
    r"\\(ref|autoref|cref|Cref|vref|Vref|eqref|nameref)\*?\{([\w:./ ,\n-]{1,300})\}"
)
_NUMBERS = frozenset({"ref", "eqref"})
_HYPERREF = rare_pattern(r"\\hyperref\[([\w:./-]{1,100})\]\{")
_LABEL = re.compile(r"\\label\{([\w:./-]{1,100})\}")
_ONLY_LABEL = re.compile(_LABEL.pattern + r"[ \t]*$")


class LabelOfHeading(Block):
    """Hold `\\label{x}` on a line of its own, which names the heading or block above it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        before = parent[-1] if len(parent) else None
        if before is not None and before.tag in ("h1", "h2", "h3", "h4", "h5", "h6", "p"):
            ElementTree.SubElement(before, "span", {"id": self.name})
        elif before is not None and not before.get("id"):
            before.set("id", self.name)
        elif before is not None and before.tag in ("div", "figure", "aside", "blockquote"):
            ElementTree.SubElement(before, "span", {"id": self.name})
        else:
            ElementTree.SubElement(parent, "p", {"id": self.name})


def start_label(state: BlockState, container: Block) -> Started:
    match = None if state.line.indented else _ONLY_LABEL.match(state.line.rest)
    if not match or isinstance(container, Paragraph):
        return Started.NOTHING
    state.close_unmatched()
    state.close(state.add(LabelOfHeading(match[1])))
    return Started.LEAF


def handle_reference(parser: InlineParser) -> bool:
    text, start = parser.text, parser.position
    before = text[start - 1 : start]
    if before.isalnum() or (before and before in "\\:/_"):
        return False
    if match := _LABEL.match(text, start):
        parser.add_element("span", id=match[1])
    elif match := _HYPERREF.match(text, start):
        return _add_link(parser, match)
    elif match := _REFERENCE.match(text, start):
        _add_references(parser, match[1], match[2])
    else:
        return False
    parser.position = match.end()
    return True


def _add_references(parser: InlineParser, name: str, said: str) -> None:
    labels = [label.strip() for label in said.split(",") if label.strip()]
    if name == "nameref":
        for label in labels:
            parser.add_element("a", **{"class": f"{ANYWHERE} title"}, href=f"#{label}")
    elif len(labels) > 1:
        add_group(parser, labels, number_only=name in _NUMBERS, exact=True)
    elif labels:
        add_reference(parser, labels[0], number_only=name in _NUMBERS, exact=True)


def _add_link(parser: InlineParser, match: re.Match[str]) -> bool:
    """Read `\\hyperref[label]{text}`."""
    end = parser.closing_brace(match.end() - 1)
    if end < 0:
        return False
    link = parser.add_element("a", **{"class": ANYWHERE}, href=f"#{match[1]}")
    parser.parse_inner(parser.text[match.end() : end], link, parser.line_at(match.start()))
    parser.position = end + 1
    return True


class TexReferenceExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_label, 92.7, "\\")
        md.conversion.inlines.register("\\", handle_reference)
