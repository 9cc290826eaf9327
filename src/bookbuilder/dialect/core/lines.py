"""Parse block structure line by line, by the algorithm of CommonMark's appendix.

A line is first matched against the open blocks; the rest of it may start new blocks, and whatever
then remains is text. One pass over the lines settles laziness, nesting and tightness.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

from markdown import Markdown
from markdown.blockparser import BlockParser

from bookbuilder.dialect.core.blocks import (
    Block,
    BlockState,
    Continue,
    Document,
    Started,
)
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.line import Line
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.core.problems import MAX_DEPTH, TOO_DEEP
from bookbuilder.dialect.core.starts import BlockStarts

# mdBook's `r[…]`; Leanpub's `A> `; items `a.` and `iv)`; the first word of JavaScript in MDX.
_STARTS_WITH_LETTER = re.compile(
    r"[a-z]\[|[A-Z]>(?:[ \t]|$)|(?:[A-Za-z]|[ivxlcIVXLC]{2,7})[.)][ \t]|import|export"
)


class LineParser(BlockParser):
    """Replace Python-Markdown's block parser, which reads chunks between blank lines.

    `mends` may change how a line begins before `starts` are chosen by that.
    """

    def __init__(self, md: Markdown, conversion: Conversion) -> None:
        super().__init__(md)
        self.conversion = conversion
        self.mends: list[Callable[[BlockState], None]] = []
        self.starts = BlockStarts()

    def parseDocument(self, lines: object) -> ElementTree.ElementTree[ElementTree.Element | None]:  # noqa: N802
        assert isinstance(lines, list)
        document = self.read(lines[:-1] if lines and not lines[-1] else lines)
        root = ElementTree.Element(self.md.doc_tag)
        document.render(self.conversion, root)
        tree: ElementTree.ElementTree[ElementTree.Element | None] = ElementTree.ElementTree(root)
        return tree

    def read(
        self, lines: list[str], first_line: int = 0, depth: int = 0, *, is_drawn: bool = False
    ) -> Document:
        """Return the blocks of `lines`, which may be the text of a table's cell.

        Such a text starts in `first_line` of the source, and its blocks are `depth` deep already.
        """
        state = BlockState(self.conversion, lines, first_line or self.conversion.first_line)
        state.document.depth = depth
        state.document.is_drawn = is_drawn
        for index in range(len(state.lines)):
            state.begin_line(index)
            self._read_line(state)
        while state.tip is not state.document:
            state.close(state.tip)
        return state.document

    def _read_line(self, state: BlockState) -> None:
        matched = _match_open_blocks(state)
        if matched is None:
            return
        state.set_matched(matched)
        container, used_up = self._start_blocks(state, matched)
        lazy = not state.all_matched and isinstance(state.tip, Paragraph)
        if lazy and not used_up and not state.line.blank:
            state.tip.add_line(state)
            return
        state.close_unmatched()
        _note_blank_line(state, container)
        if used_up:
            return
        if container.accepts_lines:
            container.add_line(state)
        elif not state.line.blank:
            state.add((container.text_type or Paragraph)()).add_line(state)

    def _start_blocks(self, state: BlockState, container: Block) -> tuple[Block, bool]:
        """Start new blocks; return the deepest one, and whether the line is used up."""
        line = state.line
        while not container.verbatim:
            line.find()
            if line.blank or (_is_plain(line) and not line.indented):
                break
            if container.depth >= MAX_DEPTH:
                message = f"blocks nest more than {MAX_DEPTH} deep; the rest is kept as text"
                state.problems.add(TOO_DEEP, message, state.number)
                break
            for mend in self.mends:
                mend(state)
            started = Started.NOTHING
            for start in self.starts.at(line.first):
                started = start(state, container)
                if started is not Started.NOTHING:
                    break
            if started is Started.NOTHING:
                break
            container = state.tip
            if started is Started.LEAF:
                return container, True
        return container, False


def _match_open_blocks(state: BlockState) -> Block | None:
    """Return the deepest block that the line continues, or None if the line only closed one."""
    block: Block = state.document
    while block.children and (child := block.children[-1]).open:
        state.line.find()
        verdict = child.continues(state)
        if verdict is Continue.CLOSED_BY_IT:
            state.close_down_to(child)
            return None
        if verdict is Continue.NO:
            break
        block = child
    return block


def _is_plain(line: Line) -> bool:
    """Return whether no block can start here: few start with a letter."""
    return line.first.isalpha() and not _STARTS_WITH_LETTER.match(line.text, line.start)


def _note_blank_line(state: BlockState, container: Block) -> None:
    line = state.line
    if line.blank and container.last_child is not None:
        container.last_child.ends_blank = True
    empty_item = container.only_in_lists and not container.children
    ends_blank = line.blank and not (
        container.hides_blank_lines or (empty_item and container.line == state.number)
    )
    block: Block | None = container
    while block is not None:
        block.ends_blank = ends_blank
        block = block.parent
