"""Inline nodes: a linked list, so that wrapping a run of them costs no copying."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as etree

from markdown.util import AtomicString

from bookbuilder.dialect.attributes import ATTRIBUTES, apply_attributes


class Node:
    """Text, or an element where `tag` is set. `literal` text takes part in no further syntax."""

    __slots__ = ("attributes", "depth", "first", "last", "literal", "next", "parent", "previous",
                 "tag", "text")  # fmt: skip

    def __init__(self, tag: str = "", text: str = "", *, literal: bool = False) -> None:
        self.tag = tag
        self.text = text
        self.literal = literal
        self.attributes: dict[str, str] = {}
        self.depth = 0
        self.parent: Node | None = None
        self.previous: Node | None = None
        self.next: Node | None = None
        self.first: Node | None = None
        self.last: Node | None = None

    def __iter__(self) -> Iterator[Node]:
        child = self.first
        while child is not None:
            following = child.next
            yield child
            child = following

    def append(self, child: Node) -> None:
        child.unlink()
        child.parent = self
        child.previous = self.last
        if self.last is not None:
            self.last.next = child
        else:
            self.first = child
        self.last = child
        self.depth = max(self.depth, child.depth + 1)

    def insert_after(self, sibling: Node) -> None:
        sibling.unlink()
        sibling.parent = self.parent
        sibling.previous = self
        sibling.next = self.next
        if self.next is not None:
            self.next.previous = sibling
        elif self.parent is not None:
            self.parent.last = sibling
        self.next = sibling

    def unlink(self) -> None:
        if self.previous is not None:
            self.previous.next = self.next
        elif self.parent is not None:
            self.parent.first = self.next
        if self.next is not None:
            self.next.previous = self.previous
        elif self.parent is not None:
            self.parent.last = self.previous
        self.parent = self.previous = self.next = None

    def take(self, after: Node, before: Node | None) -> None:
        """Move what stands between two siblings into this node."""
        child = after.next
        while child is not None and child is not before:
            following = child.next
            self.append(child)
            child = following

    def clear(self) -> None:
        """Drop the children."""
        self.first = self.last = None
        self.depth = 0

    def unwrap(self) -> None:
        """Put the children where this node stands."""
        place = self
        for child in self:
            place.insert_after(child)
            place = child
        self.unlink()

    def plain_text(self) -> str:
        """The text alone, as `alt` needs it."""
        if self.tag == "img":
            return self.attributes.get("alt", "")
        if self.tag == "br":
            return "\n"
        return self.text + "".join(child.plain_text() for child in self)


def build(parent: etree.Element, node: Node) -> None:
    """Append the children of `node` to `parent`, an attribute list after an element to the element."""
    last: etree.Element | None = parent[-1] if len(parent) else None
    touching: etree.Element | None = None
    text = ""
    for child in _merged(node):
        if child.tag:
            last = _append_text(parent, last, text)
            text = ""
            last = touching = etree.SubElement(parent, child.tag, child.attributes)
            if child.tag == "code":
                last.text = AtomicString(child.text)
            else:
                build(last, child)
            if child.tag == "br":
                last.tail, touching = "\n", None
            continue
        piece = child.text
        if touching is not None and not child.literal and (match := ATTRIBUTES.match(piece)):
            apply_attributes(touching, match[1])
            piece = piece[match.end() :]
        touching = None
        text += piece
    _append_text(parent, last, text)


def _append_text(
    parent: etree.Element, last: etree.Element | None, text: str
) -> etree.Element | None:
    if text:
        if last is None:
            parent.text = (parent.text or "") + text
        else:
            last.tail = (last.tail or "") + text
    return last


def _merged(node: Node) -> Iterator[Node]:
    """The children, neighbouring texts joined."""
    pending: list[str] = []
    literal = False
    for child in node:
        if not child.tag:
            if not pending:
                literal = child.literal
            pending.append(child.text)
            continue
        if pending:
            yield Node(text="".join(pending), literal=literal)
            pending = []
        yield child
    if pending:
        yield Node(text="".join(pending), literal=literal)
