"""Writing the structure tree into the PDF (ISO 32000-1, 14.7 and 14.8)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree as ET

import pydyf

from bookbuilder.formats.pdf.roles import SVG, alternative
from bookbuilder.formats.pdf.structure import Annotation, Content, Node, Structure

# A CSS pixel in points.
POINTS = 0.75

_LINKED = ("a", "img", SVG)
_KEPT_EMPTY = frozenset({"TD", "TH"})


class TaggedPages:
    """Pages that mark what they draw, and the finisher that writes the structure tree for it."""

    def __init__(self, pages: Iterable[Any], trees: Iterable[ET.Element]) -> None:
        self.pages = [_MarkingPage(page) for page in pages]
        self._structure = Structure(trees)

    def finish(self, _document: Any, pdf: Any) -> None:
        """To be WeasyPrint's `finisher`."""
        for number, page in enumerate(self.pages):
            decoration = self._structure.add_page(number, page.page_box, page.marks)
            _unmark(page.stream, decoration)
        heights = [page.page_box.margin_height() for page in self.pages]
        _Writer(pdf, self._structure, heights).write()


class _MarkingPage:
    """A page that marks its text and pictures and remembers the marks."""

    def __init__(self, page: Any) -> None:
        self._page = page
        # WeasyPrint makes a link of every box in a link; one rectangle for each line is enough.
        self.links = [link for link in page.links if link[3].element.tag in _LINKED]
        self.page_box = page._page_box
        self.marks: dict[Any, Any] = {}
        self.stream: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._page, name)

    def paint(self, stream: Any, scale: float = 1) -> None:
        self.stream = stream
        stream._tags = self.marks
        self._page.paint(stream, scale)


def _unmark(stream: Any, decoration: set[int]) -> None:
    """Turn the marked content in `decoration` into artifacts."""
    operations = stream.stream
    for at, operand in enumerate(operations):
        if isinstance(operand, dict) and operand.get("MCID") in decoration:
            operations[at - 1 : at + 2] = ["/Artifact", b"", b"BMC"]


class _Writer:
    def __init__(self, pdf: Any, structure: Structure, heights: list[float]) -> None:
        self._pdf = pdf
        self._pages = pdf.page_references
        self._heights = heights
        self._structure = structure
        self._nodes = _without_empty(structure.document)
        self._written = {node: self._new({"Type": "/StructElem"}) for node in self._nodes}
        self._owners: dict[Content, Any] = {}
        self._links: list[tuple[Any, Any]] = []

    def _new(self, values: dict[str, Any]) -> Any:
        made = pydyf.Dictionary(values)
        self._pdf.add_object(made)
        return made

    def write(self) -> None:
        root = self._new({"Type": "/StructTreeRoot"})
        for number, node in enumerate(self._nodes):
            written = self._written[node]
            parent = self._written[node.parent] if node.parent else root
            written |= {"S": f"/{node.kind}", "P": parent.reference}
            written |= _attributes(node, number, self._heights)
            written["K"] = pydyf.Array([self._kid(kid, node) for kid in node.kids])
        root["K"] = self._written[self._structure.document].reference
        root["ParentTree"] = self._parent_tree().reference
        ids = sorted(
            (str(written["ID"].string), written)
            for written in self._written.values()
            if "ID" in written
        )
        if ids:
            names = [item for key, w in ids for item in (pydyf.String(key), w.reference)]
            root["IDTree"] = self._new({"Names": pydyf.Array(names)}).reference
        self._pdf.catalog["StructTreeRoot"] = root.reference
        self._pdf.catalog["MarkInfo"] = pydyf.Dictionary({"Marked": "true"})

    def _kid(self, kid: Node | Content | Annotation, node: Node) -> Any:
        if isinstance(kid, Node):
            return self._written[kid].reference
        page = self._pages[kid.page]
        if isinstance(kid, Content):
            self._owners[kid] = self._written[node]
            return pydyf.Dictionary({"Type": "/MCR", "Pg": page, "MCID": kid.mcid})
        self._links.append((kid.annotation, self._written[node]))
        if node.kind == "Link":
            kid.annotation["Contents"] = pydyf.String(self._structure.link_text(node) or "Link")
        return pydyf.Dictionary({"Type": "/OBJR", "Pg": page, "Obj": kid.annotation.reference})

    def _parent_tree(self) -> Any:
        """From marked content and annotations back to their structure elements (14.7.4.4)."""
        by_page: list[dict[int, Any]] = [{} for _ in self._pages]
        for content, owner in self._owners.items():
            by_page[content.page][content.mcid] = owner.reference
        numbers = pydyf.Array()
        for number, owners in enumerate(by_page):
            page = self._pdf.objects[int(self._pages[number].split()[0])]
            page |= {"Tabs": "/S", "StructParents": number}
            last = max(owners, default=-1)
            numbers += [number, pydyf.Array([owners.get(n, "null") for n in range(last + 1)])]
        for number, (annotation, owner) in enumerate(self._links, len(self._pages)):
            annotation["StructParent"] = number
            numbers += [number, owner.reference]
        return self._new({"Nums": numbers})


def _without_empty(document: Node) -> list[Node]:
    """The nodes in reading order, those without content taken out; cells stay."""
    nodes = list(document.descend())
    for node in reversed(nodes):
        node.kids = [
            kid
            for kid in node.kids
            if not isinstance(kid, Node) or kid.kids or kid.kind in _KEPT_EMPTY
        ]
    return list(document.descend())


def _attributes(node: Node, number: int, heights: list[float]) -> dict[str, Any]:
    element = node.element
    found: dict[str, Any] = {}
    if node.kind == "Note":
        found["ID"] = pydyf.String(f"note-{number}")
    if element is None:
        return found
    if element.get("lang"):
        found["Lang"] = pydyf.String(element.get("lang"))
    if element.tag == "abbr" and element.get("title"):
        found["E"] = pydyf.String(element.get("title"))
    if node.kind == "Figure":
        found["Alt"] = pydyf.String(alternative(element))
        if node.box is not None:
            bounds = _bounds(node.box, heights[node.page])
            found["A"] = pydyf.Dictionary({"O": "/Layout", "BBox": bounds})
    elif node.kind == "L":
        style = "/Decimal" if element.tag == "ol" else "/None" if element.tag == "dl" else "/Disc"
        found["A"] = pydyf.Dictionary({"O": "/List", "ListNumbering": style})
    elif node.kind in _KEPT_EMPTY:
        found["A"] = _cell(element)
    return found


def _cell(element: ET.Element) -> Any:
    values = pydyf.Dictionary({"O": "/Table"})
    if element.tag == "th":
        values["Scope"] = "/Row" if element.get("scope", "").startswith("row") else "/Column"
    for name, key in (("colspan", "ColSpan"), ("rowspan", "RowSpan")):
        span = element.get(name, "")
        if span.isdecimal() and int(span) > 1:
            values[key] = int(span)
    return values


def _bounds(box: Any, page_height: float) -> Any:
    """A picture's rectangle in points from the lower left corner of its page."""
    left, top = box.content_box_x(), page_height - box.content_box_y()
    edges = (left, top - box.height, left + box.width, top)
    return pydyf.Array([round(edge * POINTS, 2) for edge in edges])
