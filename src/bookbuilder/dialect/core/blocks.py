"""Define blocks, and hold the state of reading them from lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum, auto
from xml.etree import ElementTree

from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.line import CODE_INDENT, Line


class Continue(Enum):
    """Say whether an open block continues on the next line."""

    YES = auto()
    NO = auto()
    CLOSED_BY_IT = auto()


def continue_indented(line: Line) -> Continue:
    """Continue a block whose lines stand four columns in, or are blank."""
    if line.blank:
        return Continue.YES
    if not line.indented:
        return Continue.NO
    line.advance(CODE_INDENT)
    return Continue.YES


class Started(Enum):
    """Say which kind of block a line has started. After `LEAF` the line is used up."""

    NOTHING = auto()
    CONTAINER = auto()
    LEAF = auto()


class Block:
    """Hold an open or closed block. Subclasses decide what continues it, and render it as HTML.

    `verbatim` blocks take their lines before any other block may start in them. A blank line that
    `hides_blank_lines` does not make the list around it loose. `text_type` holds text in it, if not
    a paragraph does. `attributes` is the inside of `{…}`.
    """

    accepts_lines = False
    verbatim = False
    hides_blank_lines = False
    only_in_lists = False
    text_type: type[Text] | None = None

    def __init__(self) -> None:
        self.children: list[Block] = []
        self.parent: Block | None = None
        self.line = 0
        self.depth = 0
        self.open = True
        self.ends_blank = False
        self.attributes = ""

    def continues(self, state: BlockState) -> Continue:
        """Decide about the next line, and move the cursor past the marks of this block."""
        return Continue.NO

    def can_hold(self, child: Block) -> bool:
        return False

    def add_line(self, state: BlockState) -> None:
        """Take the rest of the line; called only on blocks with `accepts_lines`."""

    def finish(self, state: BlockState) -> None:
        """Complete the block; called once, when it is closed."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        self.render_children(conversion, parent)

    def render_children(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        for child in self.children:
            child.render(conversion, parent)

    @property
    def last_child(self) -> Block | None:
        return self.children[-1] if self.children else None


class Container(Block):
    """Hold other blocks, except list items, which only lists hold."""

    def can_hold(self, child: Block) -> bool:
        return not child.only_in_lists


class OpenContainer(Container):
    """Hold every line up to one that ends it, however little that is indented."""


class Document(Container):
    """Hold all blocks of a text. `is_drawn` says that it is a cell of a drawn table."""

    is_drawn = False

    def continues(self, state: BlockState) -> Continue:
        return Continue.YES


class Text(Block):
    """Hold lines of inline Markdown."""

    accepts_lines = True

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def continues(self, state: BlockState) -> Continue:
        return Continue.NO if state.line.blank else Continue.YES

    def add_line(self, state: BlockState) -> None:
        state.line.skip_indent()
        self.lines.append(state.line.remainder())


class BlockState:
    """Hold the open blocks and the line being read; block starts and blocks change them.

    `line` is the line under the cursor, `number` its place in the source and `tip` the deepest open
    block.
    """

    def __init__(self, conversion: Conversion, lines: list[str], first_line: int) -> None:
        self.first_line = first_line
        self.conversion = conversion
        self.problems = conversion.problems
        self.lines = lines
        self.document = Document()
        self.tip: Block = self.document
        self.pending_attributes = ""
        self.all_matched = True
        self._last_matched: Block = self.tip
        self._old_tip: Block = self.tip
        self._last_index_of: dict[str | re.Pattern[str], int] = {}

    def begin_line(self, index: int) -> None:
        self.index = index
        self.number = self.first_line + index
        self.line = Line(self.lines[index])

    def set_matched(self, block: Block) -> None:
        """Note that `block` is the deepest open block that the line continues."""
        self._old_tip = self.tip
        self._last_matched = block
        self.all_matched = block is self.tip

    def comes_later(self, text: str | re.Pattern[str]) -> bool:
        """Return whether a line after this one holds `text`."""
        if text not in self._last_index_of:
            found = (lambda s: text in s) if isinstance(text, str) else text.search
            indexes = (i for i in range(len(self.lines) - 1, -1, -1) if found(self.lines[i]))
            self._last_index_of[text] = next(indexes, -1)
        return self._last_index_of[text] > self.index

    def lines_ahead(self, most: int) -> Iterator[str]:
        """Yield the lines after this one, without the marks of the blocks around it.

        They end where one lacks these marks, and after `most` lines.
        """
        text = self.line.text[: self.line.offset]
        marks = "".join(c if c in "> \t" else " " for c in text)
        for index in range(self.index + 1, min(self.index + 1 + most, len(self.lines))):
            ahead = self.lines[index]
            if ahead.startswith(marks):
                yield ahead[len(marks) :].rstrip()
            elif marks.startswith(ahead.rstrip()):
                yield ""
            else:
                return

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
        """Close `block` and all open blocks in it."""
        while self.tip is not block.parent:
            self.close(self.tip)

    def close_unmatched(self) -> None:
        """Close the blocks that this line does not continue; every block start does so first."""
        while not self.all_matched and self._old_tip is not self._last_matched:
            parent = self._old_tip.parent
            assert parent is not None
            self.close(self._old_tip)
            self._old_tip = parent
        self.all_matched = True


BlockStart = Callable[[BlockState, Block], Started]
