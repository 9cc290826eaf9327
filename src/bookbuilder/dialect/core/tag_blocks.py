"""Hold blocks between a template tag and its end tag, `{% hint %}` and `{% endhint %}`."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from bookbuilder.dialect.core.blocks import Block, BlockState, Container, Continue
from bookbuilder.dialect.core.fenced import UNCLOSED_BLOCK
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.leaves import IndentedCode
from bookbuilder.dialect.core.line import Line
from bookbuilder.dialect.core.raw_html import HtmlBlock
from bookbuilder.dialect.core.templates import TemplateTag


def step_into(line: Line, tag: TemplateTag, end: int | None) -> None:
    """Go behind `tag` in `line`, and cut off what stands from `end` on: its end tag."""
    line.skip_indent()
    line.advance_characters(tag.end - line.offset)
    if end is not None:
        line.text = line.text[:end]


class TagBlock(Container):
    """Hold everything up to the end tag, which may follow text in its line.

    `is_over` after the line that ends it; `has_end` if there is an end tag to come. The tag itself
    may go on for `rows` more lines, the last up to `column`.
    """

    hides_blank_lines = True
    takes_indent = False
    """True if its lines lose the indentation of the first one."""

    def __init__(self, tag: TemplateTag, *, has_end: bool = True) -> None:
        Container.__init__(self)  # Subclasses may have a second base, which sets itself up.
        self.tag = tag
        self.has_end = has_end
        self.is_over = not has_end
        self.rows = self.column = 0
        self.indent: int | None = None

    def continues(self, state: BlockState) -> Continue:
        line = state.line
        if self.rows:
            self.rows -= 1
            if self.rows:
                line.skip_all()
                return Continue.YES
            line.advance_characters(self.column)
            line.find()
        elif self.is_over:
            state.close_down_to(self)
            return Continue.NO
        if self.takes_indent and not line.blank:
            self.indent = line.indent if self.indent is None else self.indent
            line.advance(min(self.indent, line.indent))
        if self.is_over or self.tag.opening[:2] not in line.text or _in_code(self, line):
            return Continue.YES
        if self._is_for_inner():
            return Continue.YES
        found = self.tag.find_end(line.text, line.offset)
        if found is None:
            return Continue.YES
        start, stop = found
        self.is_over = True
        if line.text[line.offset : start].strip():
            line.text = line.text[:start] + line.text[stop:]
            return Continue.YES
        if not line.text[stop:].strip():
            return Continue.CLOSED_BY_IT
        state.close_down_to(self)
        line.advance_characters(stop - line.offset)
        return Continue.NO

    def _is_for_inner(self) -> bool:
        """Return whether the next end tag ends a block of the same name in this one."""
        block: Block = self
        while block.last_child is not None and block.last_child.open:
            block = block.last_child
            if isinstance(block, TagBlock) and block.tag.name == self.tag.name:
                return not block.is_over
        return False

    def finish(self, state: BlockState) -> None:
        if not self.is_over:
            text = f"{self.tag.opening} {self.tag.name}"
            message = f"the block `{text} … {self.tag.closing}` is never closed"
            state.problems.add(UNCLOSED_BLOCK, message, self.line, text)


class RawBlock(TagBlock):
    """Hold `{% raw %}`, between which template tags are text."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        before, conversion.templates.is_raw = conversion.templates.is_raw, True
        self.render_children(conversion, parent)
        conversion.templates.is_raw = before


class LiteralBlock(Block):
    """Hold lines that are no Markdown, up to the first place that `end` matches."""

    accepts_lines = True
    verbatim = True
    hides_blank_lines = True

    def __init__(self, end: re.Pattern[str], indent: int) -> None:
        super().__init__()
        self.end = end
        self.indent = indent
        self.is_over = False
        self.lines: list[str] = []
        self.first_line = 0

    def continues(self, state: BlockState) -> Continue:
        line = state.line
        if self.is_over:
            state.close_down_to(self)
            return Continue.NO
        match = self.end.search(line.text, line.offset)
        if match:
            self.is_over = True
            before, after = line.text[line.offset : match.start()], line.text[match.end() :]
            if not before.strip():
                if not after.strip():
                    return Continue.CLOSED_BY_IT
                state.close_down_to(self)
                line.advance_characters(match.end() - line.offset)
                return Continue.NO
            line.text = line.text[: match.start()] + after
        line.advance(min(self.indent, line.indent))
        return Continue.YES

    def add_line(self, state: BlockState) -> None:
        if not self.first_line and not state.line.blank:
            self.first_line = state.number
        self.lines.append(state.line.remainder())

    @property
    def text(self) -> str:
        """Return its text without blank lines around it."""
        text = "\n".join(line.rstrip() for line in self.lines)
        return re.sub(r"\A(?:[ \t]*\n)+", "", text).rstrip()

    def finish(self, state: BlockState) -> None:
        if not self.is_over:
            message = "a block without Markdown in it is never closed"
            state.problems.add(UNCLOSED_BLOCK, message, self.line)

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        """Show nothing, as for a comment."""


def is_raw(block: Block | None) -> bool:
    """Return whether template tags are text in `block`."""
    while block is not None:
        if isinstance(block, RawBlock):
            return True
        block = block.parent
    return False


def _in_code(block: Block, line: Line) -> bool:
    while block.last_child is not None and block.last_child.open:
        block = block.last_child
    if isinstance(block, HtmlBlock):
        return bool(block.end)
    if isinstance(block, IndentedCode):
        return line.indented
    return block.verbatim
