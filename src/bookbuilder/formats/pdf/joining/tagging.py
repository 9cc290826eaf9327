"""Write the structure tree into the PDF (ISO 32000-1, 14.7 and 14.8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bookbuilder.formats.pdf.joining.pdf import Pdf, Unfinished, Values
from bookbuilder.formats.pdf.joining.values import String, reference, thawed, written
from bookbuilder.formats.pdf.run_data.records import Element, LaidOutRun

# The annotations of each page, in their order; none for a link that leads nowhere.
Annotations: TypeAlias = Sequence[Sequence[Unfinished | None]]
# What composing adds to guide the breaking of lines.
_BREAKS = {0x200B: None, 0x2060: None}
_NON_JOINER = "\u200c"
_DOCUMENT = Element("Document", {"d": {}}, "", ())


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The elements of a run, and the number of its first page in the PDF, from 0."""

    elements: Sequence[Element]
    first_page: int


_Kid: TypeAlias = tuple[_Stretch, tuple[str, int, int]]


@dataclass(slots=True)
class _Node:
    """A structure element, whose kids may come from several runs."""

    element: Element
    kids: list[_Kid]
    number: int = 0
    parent: int = 0


def write_structure(
    pdf: Pdf,
    laid_out_runs: Sequence[LaidOutRun],
    parts: Sequence[int],
    annotations: Mapping[str, Annotations],
    has_links: bool = True,
) -> None:
    """Write one structure tree for all `laid_out_runs`, whose pages follow one another in `pdf`.

    What stands in the same of `parts` is joined where it was cut into runs. `annotations` are those
    of each page for "link" and "field", in their order; None for a link that leads nowhere. Unless
    the PDF `has_links`, they are tagged as the text that they are.
    """
    _Writer(pdf, annotations, has_links).write(_top_level(laid_out_runs, parts))


def _top_level(laid_out_runs: Sequence[LaidOutRun], parts: Sequence[int]) -> list[_Kid | _Node]:
    """Return the kids of the whole document; a part's runs become one of them."""
    top: list[_Kid | _Node] = []
    first_page, last_part = 0, None
    for laid_out, part in zip(laid_out_runs, parts, strict=True):
        stretch = _Stretch(laid_out.elements, first_page)
        before = top[-1] if top else None
        for kid in laid_out.elements[0].kids if laid_out.elements else ():
            element = laid_out.elements[kid[1]] if kid[0] == "node" else None
            if element is None:
                top.append((stretch, kid))
            elif element.kind == "Part" and part == last_part and isinstance(before, _Node):
                before.kids += _kids(stretch, element)
            else:
                top.append(_Node(element, _kids(stretch, element)))
        first_page, last_part = first_page + len(laid_out.pages), part
    return top


def _kids(stretch: _Stretch, element: Element) -> list[_Kid]:
    return [(stretch, kid) for kid in element.kids]


class _Writer:
    def __init__(self, pdf: Pdf, annotations: Mapping[str, Annotations], has_links: bool) -> None:
        self._pdf = pdf
        self._pages = [reference(number) for number in pdf.pages]
        self._annotations = annotations
        self._has_links = has_links
        # For each page, the elements of its marked content.
        self._owners: list[dict[int, int]] = [{} for _ in self._pages]
        self._linked: list[tuple[Unfinished, int]] = []
        self._notes: list[tuple[str, int]] = []
        self._waiting: list[_Node] = []

    def write(self, top: Sequence[_Kid | _Node]) -> None:
        root = self._pdf.reserve()
        document = self._pdf.reserve()
        self._put(_Node(_DOCUMENT, [], document, root), top, 0)
        count = 1
        while self._waiting:
            node = self._waiting.pop()
            self._put(node, node.kids, count)
            count += 1
        values = {
            "Type": "/StructTreeRoot",
            "K": reference(document),
            "ParentTree": self._parent_tree(),
        }
        if self._notes:
            names = [x for name, number in sorted(self._notes) for x in _named(name, number)]
            values["IDTree"] = self._pdf.add({"Names": names})
        self._pdf.put(root, written(values))
        self._pdf.catalog["StructTreeRoot"] = reference(root)
        self._pdf.catalog["MarkInfo"] = {"Marked": "true"}

    def _put(self, node: _Node, kids: Sequence[_Kid | _Node], count: int) -> None:
        """Put an element, which is the `count`th, and let those below it wait for their turn."""
        kind, number = node.element.kind, node.number
        attributes: Values = thawed(node.element.attributes)
        if kind == "Note":
            attributes["ID"] = String(f"note-{count}")
            self._notes.append((f"note-{count}", number))
        below: list[_Node] = []
        said = b" ".join(self._kids_of(node, kids, below))
        self._waiting += reversed(below)
        self._pdf.put(
            number,
            b"<</Type /StructElem/S /%b/P %b%b/K [%b]>>"
            % (
                b"Span" if kind == "Link" and not self._has_links else kind.encode("ascii"),
                reference(node.parent),
                written(attributes)[2:-2],
                said,
            ),
        )

    def _kids_of(
        self, node: _Node, kids: Sequence[_Kid | _Node], below: list[_Node]
    ) -> Iterator[bytes]:
        """Yield what is said of each kid; those that are elements are put into `below`."""
        for each in kids:
            if isinstance(each, _Node):
                yield self._below(node, each, below)
                continue
            stretch, (kind, place, detail) = each
            if kind == "node":
                element = stretch.elements[place]
                yield self._below(node, _Node(element, _kids(stretch, element)), below)
                continue
            page = stretch.first_page + place
            if kind == "content":
                self._owners[page][detail] = node.number
                yield b"<</Type /MCR/Pg %b/MCID %d>>" % (self._pages[page], detail)
            elif annotation := self._annotations[kind][page][detail]:
                self._linked.append((annotation, node.number))
                if kind == "link":
                    said = (node.element.text or "").translate(_BREAKS).lstrip(_NON_JOINER)
                    annotation.values["Contents"] = String(said or "Link")
                place_of = (self._pages[page], reference(annotation.number))
                yield b"<</Type /OBJR/Pg %b/Obj %b>>" % place_of

    def _below(self, node: _Node, kid: _Node, below: list[_Node]) -> bytes:
        kid.number, kid.parent = self._pdf.reserve(), node.number
        below.append(kid)
        return reference(kid.number)

    def _parent_tree(self) -> bytes:
        """Lead from marked content and annotations back to their elements (14.7.4.4)."""
        numbers: list[bytes] = []
        for number, (page, owners) in enumerate(
            zip(self._pdf.pages.values(), self._owners, strict=True)
        ):
            page |= {"Tabs": "/S", "StructParents": number}
            found = (owners.get(mark) for mark in range(max(owners, default=-1) + 1))
            said = b" ".join(reference(owner) if owner else b"null" for owner in found)
            numbers.append(b"%d [%b]" % (number, said))
        for number, (annotation, owner) in enumerate(self._linked, len(self._pages)):
            annotation.values["StructParent"] = number
            numbers.append(b"%d %b" % (number, reference(owner)))
        return self._pdf.add(b"<</Nums [%b]>>" % b" ".join(numbers))


def _named(name: str, number: int) -> tuple[String, bytes]:
    return String(name), reference(number)
