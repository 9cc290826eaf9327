"""Hold blocks between an opening line and a closing line, such as `::: note` and `:::`."""

from __future__ import annotations

from bookbuilder.dialect.core.blocks import (
    Block,
    BlockState,
    Container,
    Continue,
    OpenContainer,
)
from bookbuilder.dialect.core.containers import Item, List
from bookbuilder.dialect.core.leaves import IndentedCode
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.core.raw_html import HtmlBlock
from bookbuilder.model.diagnostics import Rule, Severity
from bookbuilder.text.patterns import rare_pattern

UNCLOSED_BLOCK = Rule(
    "M009",
    "unclosed-callout",
    Severity.WARNING,
    "A block opened with `/// kind`, `::: kind` or the like ends at a line that holds only slashes"
    " or colons. Without that line, the rest of the chapter becomes part of the block.",
)

_CLOSE = rare_pattern(r"(:{3,}|/{3,}|`{3,}|~{3,})[ \t]*$")


class FencedContainer(Container):
    """Hold everything up to the line that closes the block. `marks` opened it: `:::`, for example.

    Three or more colons close the innermost block of colons, as in pandoc: Carpentries' authors
    type any number of them. Slashes must be as many as opened the block. Backticks and tildes close
    like those of code, with at least as many.
    """

    hides_blank_lines = True

    def __init__(self, marks: str, name: str) -> None:
        Container.__init__(self)  # Subclasses may have a second base, which sets itself up.
        self.marks = marks
        self.name = name
        self.closed = False

    def continues(self, state: BlockState) -> Continue:
        line = state.line
        # A line in the middle of a paragraph is never code, however far it is indented.
        may_close = not line.indented or (self.marks[0] == ":" and isinstance(state.tip, Paragraph))
        match = _CLOSE.match(line.rest) if may_close else None
        if match and self._is_closed_by(match[1], line.indent):
            self.closed = True
            return Continue.CLOSED_BY_IT
        return Continue.YES

    def _is_closed_by(self, marks: str, indent: int) -> bool:
        if marks[0] != self.marks[0]:
            return False
        if self.marks[0] in "`~":
            return len(marks) >= len(self.marks)
        return (marks == self.marks or marks[0] == ":") and not self._is_for_inner(marks, indent)

    def _is_for_inner(self, marks: str, indent: int) -> bool:
        """Return whether an open block in this one takes the line, which stands `indent` in."""
        block: Block = self
        while block.last_child is not None and block.last_child.open:
            block = block.last_child
            if block.verbatim:
                return not isinstance(block, IndentedCode) and not _ends_at_blank_line(block)
            if isinstance(block, Item):
                if indent < block.offset:
                    return False
                indent -= block.offset
            elif isinstance(block, FencedContainer):
                if block._closes_at(marks):
                    return True
            elif not isinstance(block, List | OpenContainer):
                return False
        return False

    def _closes_at(self, marks: str) -> bool:
        return self.marks == marks or (self.marks[0] == ":" == marks[0])

    def finish(self, state: BlockState) -> None:
        if not self.closed:
            message = f"the block `{self.marks} {self.name}` is never closed"
            state.problems.add(UNCLOSED_BLOCK, message, self.line, self.marks)


def _ends_at_blank_line(block: Block) -> bool:
    return isinstance(block, HtmlBlock) and block.end == ""
