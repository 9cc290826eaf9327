"""Build the logical structure of laid-out pages: the marked content of each element.

WeasyPrint builds a tag tree box by box. This one follows the book's own trees, so that a paragraph
broken over two pages is one paragraph, a note stands beside its call, and lists, tables and the
contents have the shape that PDF/UA-1 (ISO 14289-1) wants.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.weasy.contract import Box
from bookbuilder.formats.pdf.weasy.inspection import boxes_in_order
from bookbuilder.formats.pdf.weasy.roles import GROUPING, is_decoration, is_reference, role_of

_CELLS = ("th", "td")
_ROW_GROUPS = ("thead", "tbody", "tfoot")


@dataclass(frozen=True, slots=True)
class Content:
    """A marked-content sequence: `page` counts from 0."""

    page: int
    mcid: int


@dataclass(frozen=True, slots=True)
class Annotation:
    """A rectangle of a "link", or a "field": the `number`th of its page, both counted from 0."""

    kind: str
    page: int
    number: int


@dataclass(slots=True, eq=False)
class Node:
    """A structure element. `box` is the first box drawn for a picture, `page` where it is."""

    kind: str
    parent: Node | None = None
    element: ET.Element | None = None
    kids: list[Node | Content | Annotation] = field(default_factory=list)
    box: Box | None = None
    page: int = 0

    def add(self, kind: str, element: ET.Element | None = None, at: int | None = None) -> Node:
        node = Node(kind, self, element)
        self.kids.insert(len(self.kids) if at is None else at, node)
        return node

    def descend(self) -> Iterator[Node]:
        """Yield the node and all below it, in reading order."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(kid for kid in reversed(node.kids) if isinstance(kid, Node))


class Structure:
    """The structure tree of the pages drawn from `tree`; content is added page by page."""

    def __init__(self, tree: ET.Element) -> None:
        self.document = Node("Document")
        self._parents = {c: p for p in tree.iter() for c in p}
        self._nodes: dict[ET.Element, Node] = {}
        self._head_pages: dict[ET.Element, int] = {}

    def add_page(
        self,
        page: int,
        page_box: Box,
        marks: Mapping[Box, int],
        links: Mapping[Box, int],
        fields: Mapping[Box, int],
    ) -> set[int]:
        """Add what was drawn on a page; return the marked content that belongs to no element.

        `marks`, `links` and `fields` are the numbers of boxes that are marked content, links
        and fields. What belongs to no element is decoration: running heads, folios, leaders,
        repeated table heads.
        """
        decoration = set(marks.values())
        for box in boxes_in_order(page_box):
            if box.element is None:
                continue
            if box in links:
                self._add_link(page, box.element, links[box])
            if box in fields:
                self._node(box.element).kids.append(Annotation("field", page, fields[box]))
            mark = marks.get(box)
            if mark is not None and not self._is_decoration(page, box, box.element):
                self._add_content(page, box, box.element, mark)
                decoration.discard(mark)
        return decoration

    def _is_decoration(self, page: int, box: Box, element: ET.Element) -> bool:
        if is_decoration(element, box.element_tag):
            return True
        head = next((e for e in self._up(element) if e.tag in ("thead", "tfoot")), None)
        return head is not None and self._head_pages.setdefault(head, page) != page

    def _add_content(self, page: int, box: Box, element: ET.Element, mcid: int) -> None:
        node = self._node(element)
        if box.element_tag.endswith("::marker") and node.kind == "LBody" and node.parent:
            node = _label(node.parent)
        elif node.kind in GROUPING:
            last = node.kids[-1] if node.kids else None
            anonymous = isinstance(last, Node) and last.element is None
            node = last if anonymous and isinstance(last, Node) else node.add("P")
        if node.box is None:
            node.box, node.page = box, page
        node.kids.append(Content(page, mcid))

    def _add_link(self, page: int, element: ET.Element, number: int) -> None:
        link = next((e for e in self._up(element) if e.tag == "a" and e.get("href")), None)
        if link is not None:
            self._node(link).kids.append(Annotation("link", page, number))

    def _up(self, element: ET.Element) -> Iterator[ET.Element]:
        at: ET.Element | None = element
        while at is not None:
            yield at
            at = self._parents.get(at)

    def _node(self, element: ET.Element) -> Node:
        """Return the node for the content of `element`, made with all above it where missing."""
        missing = []
        base = self.document
        for ancestor in self._up(element):
            if ancestor in self._nodes:
                base = self._nodes[ancestor]
                break
            missing.append(ancestor)
        for new in reversed(missing):
            # A table makes its rows and cells at once.
            if new not in self._nodes:
                self._nodes[new] = self._make(new, base)
            base = self._nodes[new]
        return base

    def _make(self, element: ET.Element, base: Node) -> Node:
        if element.tag in ("dt", "dd"):
            return _description(element, base)
        role = role_of(element, self._parents)
        if role is None or (role == "LI") != (base.kind == "L"):
            return base
        if role == "LI":
            return base.add("LI").add("LBody", element)
        if role == "Note":
            return base.add("Note", element, at=self._after_call(element, base))
        if role == "Caption":
            return base.add("Caption", element, at=0 if base.kind == "Table" else None)
        if role == "Link" and is_reference(element, self._parents):
            return base.add("Reference").add("Link", element)
        node = base.add(role, element)
        if role == "Table":
            self._make_rows(element, node)
        return node

    def _after_call(self, note: ET.Element, base: Node) -> int | None:
        """Find a note's place among its parent's kids: after the reference that it is beside."""
        siblings = list(self._parents[note])
        before = siblings[siblings.index(note) - 1] if siblings.index(note) else None
        node = self._nodes.get(before) if before is not None else None
        while node is not None and node.parent is not base:
            node = node.parent
        return base.kids.index(node) + 1 if node is not None else None

    def _make_rows(self, table: ET.Element, node: Node) -> None:
        """Make a node of every row and cell, for the empty ones count too."""
        stack = [(child, node) for child in reversed(table)]
        while stack:
            element, base = stack.pop()
            if element.tag in (*_ROW_GROUPS, "tr", *_CELLS):
                self._nodes[element] = made = base.add(role_of(element, {}) or "", element)
                if element.tag not in _CELLS:
                    stack.extend((child, made) for child in reversed(element))


def _description(element: ET.Element, base: Node) -> Node:
    """Make a term the label of a list item, and its definitions the body."""
    if base.kind != "L":
        return base
    last = base.kids[-1] if base.kids else None
    kinds = [k.kind for k in last.kids if isinstance(k, Node)] if isinstance(last, Node) else []
    starts = not kinds or (element.tag == "dt" and "LBody" in kinds)
    item = base.add("LI") if starts or not isinstance(last, Node) else last
    if element.tag == "dd" and "LBody" in kinds and not starts:
        return next(k for k in item.kids if isinstance(k, Node) and k.kind == "LBody")
    return item.add("Lbl" if element.tag == "dt" else "LBody", element)


def _label(item: Node) -> Node:
    first = item.kids[0]
    return first if isinstance(first, Node) and first.kind == "Lbl" else item.add("Lbl", at=0)
