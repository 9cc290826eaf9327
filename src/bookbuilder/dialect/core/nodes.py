"""Link inline nodes in lists, so that wrapping a run of them copies nothing."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from markdown.util import AtomicString

from bookbuilder.dialect.core.attributes import ATTRIBUTES, apply_attributes
from bookbuilder.dialect.core.problems import MAX_INLINE_DEPTH


class Node:
    """Hold text, or an element if `tag` is set. No further syntax applies to `literal` text."""

    __slots__ = ("attributes", "first", "last", "literal", "next", "parent", "previous",
                 "tag", "text")  # fmt: skip

    def __init__(self, tag: str = "", text: str = "", *, literal: bool = False) -> None:
        self.tag = tag
        self.text = text
        self.literal = literal
        self.attributes: dict[str, str] = {}
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
        if child.parent is not None:
            child.unlink()
        child.parent = self
        child.previous = self.last
        if self.last is not None:
            self.last.next = child
        else:
            self.first = child
        self.last = child

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

    def insert_before(self, sibling: Node) -> None:
        if self.previous is not None:
            self.previous.insert_after(sibling)
        elif self.parent is not None:
            sibling.unlink()
            sibling.parent, sibling.next = self.parent, self
            self.previous = self.parent.first = sibling

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
        """Move the nodes between two siblings into this node."""
        child = after.next
        while child is not None and child is not before:
            following = child.next
            self.append(child)
            child = following

    def take_all(self, other: Node) -> None:
        """Move all children of `other` to the end of this node."""
        for child in other:
            self.append(child)

    def clear(self) -> None:
        """Drop the children."""
        self.first = self.last = None

    def plain_text(self) -> str:
        """Return the text without markup, for `alt`."""
        pieces: list[str] = []
        waiting = [self]
        while waiting:
            node = waiting.pop()
            pieces.append(_OWN_TEXT.get(node.tag, node.text) or node.attributes.get("alt", ""))
            child = node.last
            while child is not None:
                waiting.append(child)
                child = child.previous
        return "".join(pieces)


_OWN_TEXT = {"br": "\n"}


def build(parent: ElementTree.Element, node: Node, depth: int = 0) -> bool:
    """Append the children of `node` to `parent`, and apply attribute lists after elements.

    Elements deeper than `MAX_INLINE_DEPTH` become text; return False if there were any.
    """
    last: ElementTree.Element | None = parent[-1] if len(parent) else None
    touching: ElementTree.Element | None = None
    complete = True
    child = node.first
    while child is not None:
        if child.tag and depth < MAX_INLINE_DEPTH:
            last = touching = ElementTree.SubElement(parent, child.tag, child.attributes)
            if child.tag == "code":
                last.text = AtomicString(child.text)
            else:
                complete = build(last, child, depth + 1) and complete
            if child.tag == "br":
                last.tail, touching = "\n", None
            child = child.next
            continue
        literal = child.literal
        if child.tag:
            complete = False
            text, child = child.plain_text(), child.next
        else:
            text, child = _joined(child)
        while touching is not None and not literal and (match := ATTRIBUTES.match(text)):
            apply_attributes(touching, match[1])
            text = text[match.end() :]
        touching = None
        _append_after(parent, last, text)
    return complete


def append_text(parent: ElementTree.Element, text: str) -> None:
    """Append `text` to what `parent` holds."""
    _append_after(parent, parent[-1] if len(parent) else None, text)


def _append_after(parent: ElementTree.Element, last: ElementTree.Element | None, text: str) -> None:
    if last is None:
        parent.text = (parent.text or "") + text
    else:
        last.tail = (last.tail or "") + text


def _joined(first: Node) -> tuple[str, Node | None]:
    """Return the text of `first` and of the texts right after it, and what follows these."""
    pieces = [first.text]
    following = first.next
    while following is not None and not following.tag:
        pieces.append(following.text)
        following = following.next
    return "".join(pieces), following
