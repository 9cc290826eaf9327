"""Read the Markdown of d2lbook, in which *Dive into Deep Learning* is written.

``:label:`sec_x` `` names what stands above it, ``:numref:`sec_x` `` leads there.
"""

from __future__ import annotations

import re
from urllib.parse import quote
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Continue, Started
from bookbuilder.dialect.core.citing import PLACE
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.fenced import UNCLOSED_BLOCK
from bookbuilder.dialect.core.inline import Conversion, InlineParser
from bookbuilder.dialect.core.labelled import LabelledPart
from bookbuilder.dialect.core.links import LABEL_SCHEME, NUMBER_SCHEME
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.syntax.cite_roles import add_role
from bookbuilder.dialect.syntax.cross_references import add_reference, follows_word
from bookbuilder.dialect.syntax.d2l_code import start_cell
from bookbuilder.dialect.syntax.d2l_text import SlideMarks, is_d2l
from bookbuilder.dialect.syntax.myst_blocks import add_label
from bookbuilder.dialect.syntax.myst_roles import add_citation
from bookbuilder.text.patterns import rare_pattern

_MARK = rare_pattern(r":(label|eqlabel|width|height|bibliography):`([^`\n]{1,300})`[ \t]*$")
_TAB = rare_pattern(r":(?:begin_tab:(?:`([^`\n]{1,200})`|(toc))|end_tab:)[ \t]*$")
_END_TAB = rare_pattern(r":end_tab:[ \t]*$")
_ROLE = re.compile(
    r":(label|eqlabel|ref|numref|eqref|cite|citep|citet|class|func|width|height)"
    r":`([^`\n]{1,500})`(?!`)"
)
_SIZE = rare_pattern(r"\d{1,5}(?:\.\d{1,3})?(?:px|%|cm|in|mm|em)?")
_CITES = {"cite": "cite:p", "citep": "cite:p", "citet": "cite:t"}


class Mark(Block):
    """Hold ``:label:`x` `` or ``:width:`x` `` on a line of its own, said of the block above it."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__()
        self.name = name
        self.value = value.strip()

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        before = parent[-1] if len(parent) else None
        if self.name == "bibliography":
            self._add_list_of_sources(conversion, parent)
        elif self.name in ("label", "eqlabel"):
            _name(parent, before, self.value)
        else:
            is_text = before is not None and before.tag in ("p", "img", "figure")
            pictures = list(before.iter("img")) if before is not None and is_text else []
            if pictures and _SIZE.fullmatch(self.value):
                pictures[-1].set(self.name, self.value)
                return
            kind = f"the {self.name} of a picture, and none stands above it"
            conversion.problems.left_out(f":{self.name}:`{self.value}`", self.line, kind)

    def _add_list_of_sources(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        if conversion.sources is not None:
            ElementTree.SubElement(parent, "div", {"id": PLACE})
            return
        kind = "a list of sources, which is not read"
        hint = "name the file under `bibliography` in book.toml"
        conversion.problems.left_out(f":bibliography:`{self.value}`", self.line, kind, hint)


def _name(parent: ElementTree.Element, before: ElementTree.Element | None, name: str) -> None:
    """Give a name to the block `before`, or to the formula at its end."""
    last = before[-1] if before is not None and before.tag == "p" and len(before) else None
    if last is not None and last.tag == "code" and not (last.tail or "").strip():
        last.set("id", name)
        return
    add_label(parent, name)
    if before is not None:
        # As a label of MyST, which stands above what it names.
        mark = parent[-1]
        del parent[-1]
        parent.insert(len(parent) - 1, mark)


def start_mark(state: BlockState, container: Block) -> Started:
    line = state.line
    match = None if line.indented or line.first != ":" else _MARK.match(line.rest)
    if not match:
        return Started.NOTHING
    state.close_unmatched()
    if isinstance(state.tip, Paragraph):
        state.close(state.tip)
    state.close(state.add(Mark(match[1], match[2])))
    return Started.LEAF


class Tab(LabelledPart):
    """Hold what stands between ``:begin_tab:`pytorch` `` and `:end_tab:`."""

    closed = False

    def continues(self, state: BlockState) -> Continue:
        if state.line.indented or state.line.first != ":" or not _END_TAB.match(state.line.rest):
            return Continue.YES
        block: Block = self
        while block.last_child is not None and block.last_child.open:
            block = block.last_child
            if block.verbatim or isinstance(block, Tab):
                return Continue.YES
        self.closed = True
        return Continue.CLOSED_BY_IT

    def finish(self, state: BlockState) -> None:
        if not self.closed:
            message = "the tab `:begin_tab:` is never closed"
            state.problems.add(UNCLOSED_BLOCK, message, self.line, ":begin_tab:")


class ContentsTab(Tab):
    """Hold the list of what is below a page, which is the book's own list of chapters."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        pass


def start_tab(state: BlockState, container: Block) -> Started:
    line = state.line
    match = None if line.indented or line.first != ":" else _TAB.match(line.rest)
    if not match:
        return Started.NOTHING
    state.close_unmatched()
    if not (match[1] or match[2]) or not state.comes_later(":end_tab:"):
        if isinstance(state.tip, Paragraph):
            state.close(state.tip)
        kind = "a tab that does not both begin and end"
        state.problems.left_out(match[0].strip(), state.number, kind, "write both lines")
        return Started.LEAF
    label = (match[1] or match[2]).strip()
    state.add(ContentsTab(label) if label == "toc" else Tab(label))
    return Started.LEAF


def handle_role(parser: InlineParser) -> bool:
    match = _ROLE.match(parser.text, parser.position)
    if not match:
        return False
    name, said = match[1], match[2].strip()
    if name in ("label", "eqlabel"):
        parser.add_element("span", id=said)
    elif name in ("ref", "eqref"):
        parser.add_element("a", href=LABEL_SCHEME + quote(said))
    elif name == "numref" and follows_word(parser.text, match.start(), said):
        add_reference(parser, said, number_only=True, exact=True)
    elif name == "numref":
        parser.add_element("a", href=NUMBER_SCHEME + quote(said))
    elif name in _CITES:
        if not add_role(parser, _CITES[name], said):
            add_citation(parser, _CITES[name], said)
    elif name in ("class", "func"):
        parser.add_element("code", said)
    else:
        return False
    parser.position = match.end()
    return True


class D2lExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        starts = md.parser.starts
        starts.register(start_mark, 94.7, ":")
        starts.register(start_tab, 94.8, ":")
        md.conversion.inlines.register(":", handle_role)
        if is_d2l(md.conversion.problems.source.text):
            md.conversion.alternatives_are_captions = True
            md.preprocessors.register(SlideMarks(md.conversion), "d2l_slides", 10)
            starts.register(start_cell, 74.5, "`~")
