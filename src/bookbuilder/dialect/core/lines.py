"""Block structure, line by line, by the algorithm of CommonMark's appendix.

A line is first matched against the blocks that are open; what is left of it may start new ones, and
the rest is text. That settles laziness, nesting and tightness in one pass over the lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from markdown.blockparser import BlockParser
from markdown.util import Registry

from bookbuilder.dialect.core.blocks import (
    MAX_DEPTH,
    TOO_DEEP,
    Block,
    BlockStart,
    Continue,
    Document,
    Started,
)
from bookbuilder.dialect.core.line import Line
from bookbuilder.dialect.core.paragraph import Paragraph

if TYPE_CHECKING:
    from bookbuilder.dialect.core.engine import Engine


class LineParser(BlockParser):
    """Python-Markdown's block parser, reading lines instead of chunks between blank lines.

    `starts` are tried in order of priority. While reading, `line` is the line under the cursor,
    `number` its place in the source and `tip` the deepest open block.
    """

    def __init__(self, md: Engine) -> None:
        super().__init__(md)
        self.engine = md
        self.starts: Registry[BlockStart] = Registry()
        self.pending_attributes = ""
        self.tip: Block = Document()
        self._old_tip: Block = self.tip
        self._last_matched: Block = self.tip
        self._all_closed = True

    def parseDocument(self, lines: object) -> ElementTree.ElementTree[ElementTree.Element | None]:  # noqa: N802
        assert isinstance(lines, list)
        document = self.read(lines)
        root = ElementTree.Element(self.engine.doc_tag)
        document.render(self.engine, root)
        tree: ElementTree.ElementTree[ElementTree.Element | None] = ElementTree.ElementTree(root)
        return tree

    def read(self, lines: list[str]) -> Document:
        """The blocks of `lines`, all closed."""
        self.lines = lines[:-1] if lines and not lines[-1] else lines
        self._last_index_of: dict[str, int] = {}
        document = Document()
        self.tip = document
        for index, text in enumerate(self.lines):
            self.index = index
            self.number = self.engine.first_line + index
            self.line = Line(text)
            self._read_line(document)
        while self.tip is not document:
            self.close(self.tip)
        return document

    def comes_later(self, text: str) -> bool:
        """Whether a line after this one holds `text`."""
        if text not in self._last_index_of:
            indexes = (i for i in range(len(self.lines) - 1, -1, -1) if text in self.lines[i])
            self._last_index_of[text] = next(indexes, -1)
        return self._last_index_of[text] > self.index

    def add(self, block: Block) -> Block:
        """Open `block` in the deepest open block that can hold it."""
        while not self.tip.can_hold(block):
            self.close(self.tip)
        block.parent = self.tip
        block.depth = self.tip.depth + 1
        block.line = self.number
        block.attributes = self.pending_attributes
        self.pending_attributes = ""
        self.tip.children.append(block)
        self.tip = block
        return block

    def close(self, block: Block) -> None:
        block.open = False
        block.finish(self)
        assert block.parent is not None
        self.tip = block.parent

    def close_down_to(self, block: Block) -> None:
        """Close `block` and whatever is open in it."""
        while self.tip is not block.parent:
            self.close(self.tip)

    def close_unmatched(self) -> None:
        """Close the blocks that this line does not continue; every block start does so first."""
        while not self._all_closed and self._old_tip is not self._last_matched:
            parent = self._old_tip.parent
            assert parent is not None
            self.close(self._old_tip)
            self._old_tip = parent
        self._all_closed = True

    def _read_line(self, document: Document) -> None:
        matched = self._match_open_blocks(document)
        if matched is None:
            return
        self._old_tip = self.tip
        self._last_matched = matched
        self._all_closed = matched is self.tip
        container, used_up = self._start_blocks(matched)
        lazy = not self._all_closed and isinstance(self.tip, Paragraph)
        if lazy and not used_up and not self.line.blank:
            self.tip.add_line(self)
            return
        self.close_unmatched()
        self._note_blank_line(container)
        if used_up:
            return
        if container.accepts_lines:
            container.add_line(self)
        elif not self.line.blank:
            self.add(Paragraph()).add_line(self)

    def _match_open_blocks(self, document: Document) -> Block | None:
        """The deepest block that the line continues; None where the line only closed one."""
        block: Block = document
        while block.last_child is not None and block.last_child.open:
            child = block.last_child
            self.line.find()
            verdict = child.continues(self)
            if verdict is Continue.CLOSED_BY_IT:
                self.close_down_to(child)
                return None
            if verdict is Continue.NO:
                break
            block = child
        return block

    def _start_blocks(self, container: Block) -> tuple[Block, bool]:
        """Start what the line starts: the deepest block, and whether it took the whole line."""
        while not container.verbatim:
            self.line.find()
            if self.line.blank or (self._is_plain() and not self.line.indented):
                break
            if container.depth >= MAX_DEPTH:
                message = f"blocks nest more than {MAX_DEPTH} deep; the rest is kept as text"
                self.engine.problems.add(TOO_DEEP, message, self.number)
                break
            started = Started.NOTHING
            for start in self.starts:
                started = start(self, container)
                if started is not Started.NOTHING:
                    break
            if started is Started.NOTHING:
                break
            container = self.tip
            if started is Started.LEAF:
                return container, True
        return container, False

    def _is_plain(self) -> bool:
        """Most lines: no block starts with a letter, except for mdBook's `r[…]`."""
        line = self.line
        return line.first.isalpha() and line.text[line.start + 1 : line.start + 2] != "["

    def _note_blank_line(self, container: Block) -> None:
        line = self.line
        if line.blank and container.last_child is not None:
            container.last_child.ends_blank = True
        empty_item = container.only_in_lists and not container.children
        ends_blank = line.blank and not (
            container.hides_blank_lines or (empty_item and container.line == self.number)
        )
        block: Block | None = container
        while block is not None:
            block.ends_blank = ends_blank
            block = block.parent
