"""Record laid-out pages: what is painted on them, with what, and its logical structure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.run_data.numbering import mark_for
from bookbuilder.formats.pdf.run_data.records import (
    POINTS,
    Bookmark,
    Element,
    LaidOutRun,
    Link,
    PageRecord,
    Side,
)
from bookbuilder.formats.pdf.run_data.runs import classes_of, numbers_in
from bookbuilder.formats.pdf.weasy.actual_text import say_words
from bookbuilder.formats.pdf.weasy.contract import (
    Array,
    Box,
    Dictionary,
    Document,
    Page,
    String,
    make_stream,
)
from bookbuilder.formats.pdf.weasy.contract_text import grey_in_one_channel, lines_drawn_by
from bookbuilder.formats.pdf.weasy.figures import NumberFinder
from bookbuilder.formats.pdf.weasy.form_fields import fields_of
from bookbuilder.formats.pdf.weasy.initials import Initials
from bookbuilder.formats.pdf.weasy.inspection import (
    coarse_pictures,
    is_blank,
    misplaced_notes,
    next_side,
    wide_things,
)
from bookbuilder.formats.pdf.weasy.justification import fill_lines
from bookbuilder.formats.pdf.weasy.page_starts import PageStartFinder
from bookbuilder.formats.pdf.weasy.resources import ResourceCollector, frozen
from bookbuilder.formats.pdf.weasy.roles import SVG, alternative
from bookbuilder.formats.pdf.weasy.structure import Annotation, Content, Node, Structure
from bookbuilder.formats.pdf.weasy.turned_lines import marks_of_turned_lines
from bookbuilder.formats.pdf.weasy.upright import lies_across, set_upright
from bookbuilder.formats.pdf.weasy.wide_letters import fill_with_letters

_LINKED = ("a", "img", SVG)
_KEPT_EMPTY = frozenset({"TD", "TH"})
_SIDES = ("top", "right", "bottom", "left")


def record(
    document: Document, tree: ET.Element, start: int = 1, has_leaf: bool = False
) -> tuple[LaidOutRun, dict[str, bytes]]:
    """Record the pages laid out from `tree`, without its leaf; also return blobs by digest.

    The first page has the number `start`.
    """
    pages = document.pages[:-1] if has_leaf else document.pages
    side: Side = next_side(document.pages) if has_leaf else ""
    ends_blank = bool(pages) and is_blank(pages[-1])
    initials = Initials(tree)
    structure, finder = Structure(tree), PageStartFinder(tree)
    collector, numbers = ResourceCollector(), NumberFinder(tree, start)
    painted = tuple(
        replace(
            _page(number, page, document, collector, structure, initials, numbers),
            start=finder.start_of(page._page_box),
        )
        for number, page in enumerate(pages)
    )
    across = {n for n, page in enumerate(pages) if lies_across(page)} if _is_print(tree) else set()
    painted = tuple(set_upright(p) if n in across else p for n, p in enumerate(painted))
    heights = [None if n in across else page.height for n, page in enumerate(pages)]
    laid_out = LaidOutRun(
        painted,
        collector.font_uses(),
        collector.frozen_resources(),
        tuple(_elements(structure.document, heights, tree)),
        tuple(collector.blobs),
        misplaced_notes=tuple(misplaced_notes(pages, tree)),
        wide=tuple(wide_things(pages, tree)),
        next_side=side,
        ends_blank=ends_blank,
        coarse=tuple(coarse_pictures(pages, tree)),
        spells=numbers.spells,
        counts=numbers.counts,
    )
    return laid_out, collector.blobs


def _page(
    number: int,
    page: Page,
    document: Document,
    collector: ResourceCollector,
    structure: Structure,
    initials: Initials,
    numbers: NumberFinder,
) -> PageRecord:
    # WeasyPrint makes a link of every box in a link; one rectangle for each line is enough.
    links = [link for link in page.links if _tag_of(link[3]) in _LINKED]
    marks: dict[Box, dict[str, Any]] = {}
    bleed = [page.bleed[side] for side in _SIDES]
    top, right, bottom, left = bleed
    area = (-left, -top, page.width + left + right, page.height + top + bottom)
    stream = make_stream(
        collector.fonts,
        area,
        collector.resources,
        collector.images,
        marks,
        document.color_profiles,
        document.output_intent,
        compress=True,
    )
    # As WeasyPrint does before it paints: some of what is painted depends on it.
    stream.transform(d=-1, f=page.height * POINTS)
    before = len(stream.stream)
    numbers.turn_to(page._page_box)
    with (
        lines_drawn_by(lambda draw: numbers.noting(fill_lines(fill_with_letters(say_words(draw))))),
        initials.painted_with_their_words(),
        grey_in_one_channel(),
    ):
        page.paint(stream, POINTS)
    if marks_at_turns := marks_of_turned_lines(page):
        stream.stream.append(marks_at_turns)
    boxes = {link[3]: place for place, link in enumerate(links)}
    fields = fields_of(page._page_box)
    places = {box: place for place, (box, _) in enumerate(fields)}
    mcids = {box: int(mark["mcid"]) for box, mark in marks.items()}
    decoration = structure.add_page(number, page._page_box, mcids, boxes, places)
    _unmark(stream.stream, decoration)
    content, quoted, aligned = numbers.content_of(stream.stream[before:])
    return PageRecord(
        page.width,
        page.height,
        (top, right, bottom, left),
        page.anchors,
        tuple(
            Link("internal" if kind == "internal" else "external", target, rectangle)
            for kind, target, rectangle, _ in links
        ),
        tuple(Bookmark(*bookmark) for bookmark in page.bookmarks),
        tuple(field for _, field in fields),
        content,
        quoted=quoted,
        aligned=aligned,
    )


def _is_print(tree: ET.Element) -> bool:
    return "print" in classes_of(tree)


def _tag_of(box: Box) -> str:
    return str(box.element.tag) if box.element is not None else ""


def _unmark(operations: list[object], decoration: set[int]) -> None:
    """Turn the marked content in `decoration` into artifacts."""
    for at, operand in enumerate(operations):
        if isinstance(operand, dict) and operand.get("MCID") in decoration:
            operations[at - 1 : at + 2] = ["/Artifact", b"", b"BMC"]


def _elements(document: Node, heights: list[float | None], tree: ET.Element) -> list[Element]:
    nodes = _without_empty(document)
    places = {node: place for place, node in enumerate(nodes)}
    numbers = {element: mark_for(place) for place, element in enumerate(numbers_in(tree))}

    def kid(kid: Node | Content | Annotation) -> tuple[str, int, int]:
        if isinstance(kid, Node):
            return "node", places[kid], 0
        if isinstance(kid, Content):
            return "content", kid.page, kid.mcid
        return kid.kind, kid.page, kid.number

    return [
        Element(
            node.kind,
            frozen(Dictionary(_attributes(node, heights))),
            _link_text(node, numbers) if node.kind == "Link" else "",
            tuple(kid(k) for k in node.kids),
        )
        for node in nodes
    ]


def _link_text(node: Node, numbers: Mapping[ET.Element, str]) -> str:
    """Return what a link says, for readers that list links; `numbers` are marks of numbers."""
    if node.element is None:
        return ""
    pictures = (i.get("alt", "") for i in node.element.iter("img"))
    return " ".join(" ".join([*_texts(node.element, numbers), *pictures]).split())


def _texts(element: ET.Element, numbers: Mapping[ET.Element, str]) -> Iterator[str]:
    yield numbers.get(element) or element.text or ""
    for child in element:
        yield from _texts(child, numbers)
        yield child.tail or ""


def _without_empty(document: Node) -> list[Node]:
    """Return the nodes in reading order, those without content taken out; cells stay."""
    nodes = list(document.descend())
    for node in reversed(nodes):
        node.kids = [
            kid
            for kid in node.kids
            if not isinstance(kid, Node) or kid.kids or kid.kind in _KEPT_EMPTY
        ]
    return list(document.descend())


def _attributes(node: Node, heights: list[float | None]) -> dict[str, object]:
    element = node.element
    found: dict[str, object] = {}
    if element is None:
        return found
    if element.get("lang"):
        found["Lang"] = String(element.get("lang", ""))
    if element.tag == "abbr" and element.get("title"):
        found["E"] = String(element.get("title", ""))
    if node.kind in ("Figure", "Formula"):
        found["Alt"] = String(alternative(element))
        # A formula in parts may stand in two lines, or on two pages.
        if node.box is not None and element.tag in ("img", SVG):
            bounds = _bounds(node.box, heights[node.page])
            found["A"] = Dictionary({"O": "/Layout", "BBox": bounds})
    elif node.kind == "L":
        style = "/Decimal" if element.tag == "ol" else "/None" if element.tag == "dl" else "/Disc"
        found["A"] = Dictionary({"O": "/List", "ListNumbering": style})
    elif node.kind in _KEPT_EMPTY:
        found["A"] = _cell(element)
    return found


def _cell(element: ET.Element) -> Dictionary:
    values = Dictionary({"O": "/Table"})
    if element.tag == "th":
        values["Scope"] = "/Row" if element.get("scope", "").startswith("row") else "/Column"
    for name, key in (("colspan", "ColSpan"), ("rowspan", "RowSpan")):
        span = element.get(name, "")
        if span.isdecimal() and int(span) > 1:
            values[key] = int(span)
    return values


def _bounds(box: Box, page_height: float | None) -> Array:
    """Return a picture's rectangle in points from the lower left corner of its page.

    A page without a height is turned to the left.
    """
    left, top = box.content_box_x(), box.content_box_y()
    right, bottom = left + box.width, top + box.height
    edges = (left, (page_height or 0) - bottom, right, (page_height or 0) - top)
    if page_height is None:
        edges = (top, left, bottom, right)
    return Array([round(edge * POINTS, 2) for edge in edges])
