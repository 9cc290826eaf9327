"""Read block quotes and lists."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import add_class, apply_attributes
from bookbuilder.dialect.core.blocks import Block, BlockState, Container, Continue, Started
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.core.starts import DIGIT

BOX, TICKED_BOX = "☐", "☑"


class Quote(Container):
    hides_blank_lines = True

    def continues(self, state: BlockState) -> Continue:
        return Continue.YES if skip_quote_mark(state) else Continue.NO

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        quote = ElementTree.SubElement(parent, "blockquote")
        quote.text = quote.tail = "\n"
        apply_attributes(quote, self.attributes)
        self.render_children(conversion, quote)


def skip_quote_mark(state: BlockState) -> bool:
    line = state.line
    if line.indented or line.first != ">":
        return False
    line.skip_indent()
    line.advance_characters(1)
    if line.text[line.offset : line.offset + 1] in (" ", "\t"):
        line.advance(1)
    return True


def start_quote(state: BlockState, container: Block) -> Started:
    if not skip_quote_mark(state):
        return Started.NOTHING
    state.close_unmatched()
    state.add(Quote())
    return Started.CONTAINER


class List(Block):
    """Hold list items. `kind` is the bullet, or the `.` or `)` of a numbered list.

    A numbered list counts from `start`; bulleted lists have None.
    """

    def __init__(self, kind: str, start: int | None) -> None:
        super().__init__()
        self.kind = kind
        self.start = start
        self.tight = True

    def continues(self, state: BlockState) -> Continue:
        return Continue.YES

    def can_hold(self, child: Block) -> bool:
        return child.only_in_lists

    def finish(self, state: BlockState) -> None:
        last = self.last_child
        self.tight = not any(
            (ends_with_blank_line(item) and item is not last)
            or any(
                ends_with_blank_line(child) and not (item is last and child is item.last_child)
                for child in item.children
            )
            for item in self.children
        )
        if self.tight:
            for item in self.children:
                for child in item.children:
                    if isinstance(child, Paragraph):
                        child.tight = True

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        element = ElementTree.SubElement(parent, "ul" if self.start is None else "ol")
        element.text = element.tail = "\n"
        if self.start not in (None, 1):
            element.set("start", str(self.start))
        apply_attributes(element, self.attributes)
        self.render_children(conversion, element)


def ends_with_blank_line(block: Block) -> bool:
    current: Block | None = block
    while current is not None:
        if current.ends_blank:
            return True
        current = current.last_child if isinstance(current, List | Item) else None
    return False


class Item(Container):
    """Hold the content of a list item, which starts `offset` columns in."""

    only_in_lists = True

    def __init__(self, offset: int) -> None:
        super().__init__()
        self.offset = offset
        self.is_done: bool | None = None
        self.is_cancelled = False

    def finish(self, state: BlockState) -> None:
        first = self.children[0] if self.children else None
        if isinstance(first, Paragraph) and first.lines and (match := _TASK.match(first.lines[0])):
            self.is_done = match[1] in "xX"
            self.is_cancelled = match[1] == "-"
            first.lines[0] = first.lines[0][match.end() :]

    def continues(self, state: BlockState) -> Continue:
        line = state.line
        if line.blank:
            if not self.children:
                return Continue.NO
            line.skip_indent()
            return Continue.YES
        if line.indent >= self.offset:
            line.advance(self.offset)
            return Continue.YES
        return Continue.NO

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        item = ElementTree.SubElement(parent, "li")
        item.tail = "\n"
        apply_attributes(item, self.attributes)
        if self.children and not (
            isinstance(self.children[0], Paragraph) and self.children[0].tight
        ):
            item.text = "\n"
        self.render_children(conversion, item)
        if self.is_done is not None:
            if self.is_cancelled:
                _strike(item)
            _add_box(item, done=self.is_done)


def _strike(item: ElementTree.Element) -> None:
    """Strike out the text of a task that has been cancelled."""
    holder = item[0] if len(item) and item[0].tag == "p" else item
    gone = ElementTree.Element("del")
    gone.text, holder.text = holder.text, None
    for child in list(holder):
        if child.tag in ("p", "ul", "ol", "pre", "blockquote", "table", "div", "aside", "figure"):
            break
        holder.remove(child)
        gone.append(child)
    holder.insert(0, gone)


def _add_box(item: ElementTree.Element, *, done: bool) -> None:
    """Put a box before the item's text. It must print, so it is not a form control.

    `passes.furniture` labels it in the chapter's language.
    """
    add_class(item, "task-list-item")
    holder = item[0] if len(item) and item[0].tag == "p" else item
    box = ElementTree.Element("span", {"class": "task-box", "role": "img"})
    box.text = TICKED_BOX if done else BOX
    box.tail = " " + (holder.text or "").lstrip()
    holder.text = None
    holder.insert(0, box)


# Themes of Obsidian have further states: begun, put off, cancelled, open, urgent.
_TASK = re.compile(r"\[([ xX/<>?!-])\][ \t]+(?=\S)")
_BULLET = re.compile(r"[*+-](?=[ \t]|$)")
_NUMBER = re.compile(r"(\d{1,9})([.)])(?=[ \t]|$)")
MAX_PADDING = 5


def start_item(state: BlockState, container: Block) -> Started:
    line = state.line
    if line.indented and not isinstance(container, List):
        return Started.NOTHING
    if line.indent >= 4:
        return Started.NOTHING
    rest = line.rest
    bullet, number = _BULLET.match(rest), _NUMBER.match(rest)
    marker = bullet or number
    if marker is None:
        return Started.NOTHING
    interrupts = isinstance(container, Paragraph)
    if interrupts and (not rest[marker.end() :].strip() or (number and int(number[1]) != 1)):
        return Started.NOTHING
    state.close_unmatched()
    indent = line.indent
    line.skip_indent()
    line.advance_characters(marker.end())
    offset = indent + marker.end() + skip_padding(state)
    kind = number[2] if number else marker[0]
    if not (isinstance(state.tip, List) and state.tip.kind == kind):
        state.add(List(kind, int(number[1]) if number else None))
    state.add(Item(offset))
    return Started.CONTAINER


def skip_padding(state: BlockState) -> int:
    """Move past the blanks after a marker; return how many columns the item's content skips."""
    line = state.line
    start = line.column, line.offset, line.inside_tab
    line.find()
    padding = line.indent
    if not line.blank and 1 <= padding < MAX_PADDING:
        line.advance(padding)
        return padding
    line.column, line.offset, line.inside_tab = start
    line.advance(1)
    return 1


class ContainerExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_quote, 90, ">")
        md.parser.starts.register(start_item, 30, "*+-" + DIGIT)
