"""Writing the structure tree into the PDF (ISO 32000-1, 14.7 and 14.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pydyf

from bookbuilder.formats.pdf.pages.records import Element, LaidOutRun
from bookbuilder.formats.pdf.weasy.resources import thawed


@dataclass(slots=True, eq=False)
class _Written:
    """A structure element of the PDF. `kids` are others, and content and links by page."""

    element: Element
    object: Any
    kids: list[tuple[str, int, int] | _Written] = field(default_factory=list)


def write_structure(
    pdf: Any,
    laid_out_runs: Sequence[LaidOutRun],
    parts: Sequence[int],
    annotations: Mapping[str, Sequence[Sequence[Any]]],
) -> None:
    """Write one structure tree for all `laid_out_runs`, whose pages follow one another in `pdf`.

    What stands in the same of `parts` is joined where it was cut into runs. `annotations` are those
    of each page for "link" and "field", in their order; None for a link that leads nowhere.
    """
    _Writer(pdf, annotations).write(laid_out_runs, parts)


class _Writer:
    def __init__(self, pdf: Any, annotations: Mapping[str, Sequence[Sequence[Any]]]) -> None:
        self._pdf = pdf
        self._pages = pdf.page_references
        self._annotations = annotations
        self._owners: list[dict[int, Any]] = [{} for _ in self._pages]
        self._linked: list[tuple[Any, Any]] = []

    def _new(self, values: dict[str, Any]) -> Any:
        made = pydyf.Dictionary(values)
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
            written |= {"S": f"/{node.element.kind}", "P": parent.reference}
            written |= thawed(node.element.attributes)
            if node.element.kind == "Note":
                written["ID"] = pydyf.String(f"note-{number}")
                notes.append((f"note-{number}", written))
            kids = (self._kid(kid, node) for kid in node.kids)
            written["K"] = pydyf.Array([kid for kid in kids if kid is not None])
            stack += [(k, written) for k in reversed(node.kids) if isinstance(k, _Written)]
            number += 1
        root["K"] = document.object.reference
        root["ParentTree"] = self._parent_tree().reference
        if notes:
            names = [x for key, made in sorted(notes, key=_name) for x in _named(key, made)]
            root["IDTree"] = self._new({"Names": pydyf.Array(names)}).reference
        self._pdf.catalog["StructTreeRoot"] = root.reference
        self._pdf.catalog["MarkInfo"] = pydyf.Dictionary({"Marked": "true"})

    def _joined(self, laid_out_runs: Sequence[LaidOutRun], parts: Sequence[int]) -> _Written:
        """All elements, with pages counted from the first run's; a part's runs in one."""
        root_element = Element("Document", {"d": {}}, "", ())
        document = _Written(root_element, self._new({"Type": "/StructElem"}))
        first_page, last_part = 0, None
        for laid_out, part in zip(laid_out_runs, parts, strict=True):
            made: dict[int, _Written] = {}
            for place, element in reversed(list(enumerate(laid_out.elements))):
                made[place] = node = _Written(element, None)
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

    def _kid(self, kid: tuple[str, int, int] | _Written, node: _Written) -> Any:
        if isinstance(kid, _Written):
            kid.object = self._new({"Type": "/StructElem"})
            return kid.object.reference
        kind, page, number = kid
        if kind == "content":
            self._owners[page][number] = node.object
            return pydyf.Dictionary({"Type": "/MCR", "Pg": self._pages[page], "MCID": number})
        annotation = self._annotations[kind][page][number]
        if annotation is None:
            return None
        self._linked.append((annotation, node.object))
        if kind == "link":
            annotation["Contents"] = pydyf.String(node.element.text or "Link")
        reference = {"Type": "/OBJR", "Pg": self._pages[page], "Obj": annotation.reference}
        return pydyf.Dictionary(reference)

    def _parent_tree(self) -> Any:
        """From marked content and annotations back to their structure elements (14.7.4.4)."""
        numbers = pydyf.Array()
        for number, owners in enumerate(self._owners):
            page = self._pdf.objects[int(self._pages[number].split()[0])]
            page |= {"Tabs": "/S", "StructParents": number}
            last = max(owners, default=-1)
            found = (owners.get(n) for n in range(last + 1))
            numbers += [number, pydyf.Array([o.reference if o else "null" for o in found])]
        for number, (annotation, owner) in enumerate(self._linked, len(self._pages)):
            annotation["StructParent"] = number
            numbers += [number, owner.reference]
        return self._new({"Nums": numbers})


def _name(named: tuple[str, Any]) -> str:
    return named[0]


def _named(key: str, made: Any) -> tuple[Any, Any]:
    return pydyf.String(key), made.reference
