"""Write the structure tree into the PDF (ISO 32000-1, 14.7 and 14.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from bookbuilder.formats.pdf.run_data.records import Element, LaidOutRun
from bookbuilder.formats.pdf.weasy.contract import Array, Dictionary, Pdf, String, object_of
from bookbuilder.formats.pdf.weasy.resources import thawed

# The annotations of each page, in their order; none for a link that leads nowhere.
Annotations: TypeAlias = Sequence[Sequence[Dictionary | None]]
# What composing adds to guide the breaking of lines.
_BREAKS = {0x200B: None, 0x2060: None}
_NON_JOINER = "\u200c"


@dataclass(slots=True, eq=False)
class _Written:
    """A structure element of the PDF. `kids` are others, and content and links by page."""

    element: Element
    object: Dictionary
    kids: list[tuple[str, int, int] | _Written] = field(default_factory=list)


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
    _Writer(pdf, annotations, has_links).write(laid_out_runs, parts)


class _Writer:
    def __init__(self, pdf: Pdf, annotations: Mapping[str, Annotations], has_links: bool) -> None:
        self._pdf = pdf
        self._pages = pdf.page_references
        self._annotations = annotations
        self._has_links = has_links
        self._owners: list[dict[int, Dictionary]] = [{} for _ in self._pages]
        self._linked: list[tuple[Dictionary, Dictionary]] = []

    def _new(self, values: dict[str, object]) -> Dictionary:
        made = Dictionary(values)
        self._pdf.add_object(made)
        return made

    def write(self, laid_out_runs: Sequence[LaidOutRun], parts: Sequence[int]) -> None:
        root = self._new({"Type": "/StructTreeRoot"})
        document = self._joined(laid_out_runs, parts)
        notes = []
        stack = [(document, root)]
        number = 0
        while stack:
            node, parent = stack.pop()
            written = node.object
            kind = node.element.kind
            kind = "Span" if kind == "Link" and not self._has_links else kind
            written |= {"S": f"/{kind}", "P": parent.reference}
            written |= thawed(node.element.attributes)
            if node.element.kind == "Note":
                written["ID"] = String(f"note-{number}")
                notes.append((f"note-{number}", written))
            kids = (self._kid(kid, node) for kid in node.kids)
            written["K"] = Array([kid for kid in kids if kid is not None])
            stack += [(k, written) for k in reversed(node.kids) if isinstance(k, _Written)]
            number += 1
        root["K"] = document.object.reference
        root["ParentTree"] = self._parent_tree().reference
        if notes:
            names = [x for key, made in sorted(notes, key=_name) for x in _named(key, made)]
            root["IDTree"] = self._new({"Names": Array(names)}).reference
        self._pdf.catalog["StructTreeRoot"] = root.reference
        self._pdf.catalog["MarkInfo"] = Dictionary({"Marked": "true"})

    def _joined(self, laid_out_runs: Sequence[LaidOutRun], parts: Sequence[int]) -> _Written:
        """Join all elements, with pages counted from the first run's; a part's runs become one."""
        root_element = Element("Document", {"d": {}}, "", ())
        document = _Written(root_element, self._new({"Type": "/StructElem"}))
        first_page, last_part = 0, None
        for laid_out, part in zip(laid_out_runs, parts, strict=True):
            made: dict[int, _Written] = {}
            for place, element in reversed(list(enumerate(laid_out.elements))):
                made[place] = node = _Written(element, Dictionary())
                for kind, number, detail in element.kids:
                    node.kids.append(
                        made[number] if kind == "node" else (kind, first_page + number, detail)
                    )
            top = made[0].kids if made else []
            before = document.kids[-1] if document.kids else None
            for kid in top:
                is_part = isinstance(kid, _Written) and kid.element.kind == "Part"
                if is_part and part == last_part and isinstance(before, _Written):
                    before.kids += kid.kids  # type: ignore[union-attr]
                else:
                    document.kids.append(kid)
            first_page, last_part = first_page + len(laid_out.pages), part
        return document

    def _kid(
        self, kid: tuple[str, int, int] | _Written, node: _Written
    ) -> bytes | Dictionary | None:
        if isinstance(kid, _Written):
            kid.object = self._new({"Type": "/StructElem"})
            return kid.object.reference
        kind, page, number = kid
        if kind == "content":
            self._owners[page][number] = node.object
            return Dictionary({"Type": "/MCR", "Pg": self._pages[page], "MCID": number})
        annotation = self._annotations[kind][page][number]
        if annotation is None:
            return None
        self._linked.append((annotation, node.object))
        if kind == "link":
            said = (node.element.text or "").translate(_BREAKS).lstrip(_NON_JOINER)
            annotation["Contents"] = String(said or "Link")
        reference = {"Type": "/OBJR", "Pg": self._pages[page], "Obj": annotation.reference}
        return Dictionary(reference)

    def _parent_tree(self) -> Dictionary:
        """Lead from marked content and annotations back to their elements (14.7.4.4)."""
        numbers = Array()
        for number, owners in enumerate(self._owners):
            page = object_of(self._pdf, self._pages[number])
            page |= {"Tabs": "/S", "StructParents": number}
            last = max(owners, default=-1)
            found = (owners.get(n) for n in range(last + 1))
            numbers += [number, Array([o.reference if o else "null" for o in found])]
        for number, (annotation, owner) in enumerate(self._linked, len(self._pages)):
            annotation["StructParent"] = number
            numbers += [number, owner.reference]
        return self._new({"Nums": numbers})


def _name(named: tuple[str, Dictionary]) -> str:
    return named[0]


def _named(key: str, made: Dictionary) -> tuple[String, bytes]:
    return String(key), made.reference
