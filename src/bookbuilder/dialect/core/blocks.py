"""The blocks that a chapter is made of, while its lines are read."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from bookbuilder.model.diagnostics import Rule, Severity

if TYPE_CHECKING:
    from bookbuilder.dialect.core.engine import Engine
    from bookbuilder.dialect.core.lines import LineParser

# Where the text of a page still has a column of its own.
MAX_DEPTH = 30
MAX_INLINE_DEPTH = 20

TOO_DEEP = Rule(
    "M004",
    "nested-too-deep",
    Severity.WARNING,
    f"Quotes and lists nest at most {MAX_DEPTH} deep, emphasis and links {MAX_INLINE_DEPTH}. Nobody"
    " can read deeper nesting, and it is nearly always a program's mistake; what lies deeper is"
    " kept as text.",
)


class Continue(Enum):
    """What an open block says of the next line."""

    YES = auto()
    NO = auto()
    CLOSED_BY_IT = auto()


class Started(Enum):
    """What a block start made of a line. After `LEAF` the line is used up."""

    NOTHING = auto()
    CONTAINER = auto()
    LEAF = auto()


class Block:
    """An open or closed block. Subclasses say what may continue it and how it becomes HTML.

    `verbatim` blocks take their lines before any other block may start in them. A blank line that
    `hides_blank_lines` does not make the list around it loose. `attributes` is the inside of `{…}`.
    """

    accepts_lines = False
    verbatim = False
    hides_blank_lines = False
    only_in_lists = False

    def __init__(self) -> None:
        self.children: list[Block] = []
        self.parent: Block | None = None
        self.line = 0
        self.depth = 0
        self.open = True
        self.ends_blank = False
        self.attributes = ""

    def continues(self, parser: LineParser) -> Continue:
        """May move the cursor over what marks the line as its own."""
        return Continue.NO

    def can_hold(self, child: Block) -> bool:
        return False

    def add_line(self, parser: LineParser) -> None:
        """Take what is left of the line; only called where `accepts_lines`."""

    def finish(self, parser: LineParser) -> None:
        """Called once, when the block is closed."""

    def render(self, md: Engine, parent: ElementTree.Element) -> None:
        self.render_children(md, parent)

    def render_children(self, md: Engine, parent: ElementTree.Element) -> None:
        for child in self.children:
            child.render(md, parent)

    @property
    def last_child(self) -> Block | None:
        return self.children[-1] if self.children else None


class Container(Block):
    """A block of blocks. List items stand in lists alone."""

    def can_hold(self, child: Block) -> bool:
        return not child.only_in_lists


class Document(Container):
    def continues(self, parser: LineParser) -> Continue:
        return Continue.YES


class Text(Block):
    """A block of lines that hold inline Markdown."""

    accepts_lines = True

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def continues(self, parser: LineParser) -> Continue:
        return Continue.NO if parser.line.blank else Continue.YES

    def add_line(self, parser: LineParser) -> None:
        parser.line.skip_indent()
        self.lines.append(parser.line.remainder())


BlockStart = Callable[["LineParser", Block], Started]
