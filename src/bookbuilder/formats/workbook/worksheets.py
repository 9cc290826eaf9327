"""Turn exercises into sheets to write on: a `field` element stands wherever one writes.

The element is our own, which no tree of a book can hold. `kind` is `cell`, `area`, `line`, `mark`
or `check`, `name` what a form calls it, `label` what it says to those who do not see its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.run_data.runs import FIELD, classes_of

WRITE, WRITE_LINE, MARK = "write", "write-line", "mark"
LONGEST_LABEL = 120


def add_fields(section: ET.Element, prefix: str) -> None:
    """Put a field wherever the reader of an exercise is to write, tick or mark something.

    These are empty cells of tables, boxes of task lists, and what the author marks: `.write` and
    `.write-line` on paragraphs, items, lists, cells and words, `.mark` on lists. An exercise with
    no room to write below any of its text gets all that is left of its page. Fields are named after
    `prefix`, which no other exercise has and which holds no dots: in forms they part names.
    """
    fields = _Namer(prefix)
    heading = next((e for e in section if e.tag in ("h1", "h2")), section)
    for table in section.iter("table"):
        _add_cells(table, fields)
    for box in [e for e in section.iter("span") if "task-box" in classes_of(e)]:
        _replace(section, box, fields.make("check", _text_around(section, box)))
    for words in [e for e in section.iter("span") if _room_class(e)]:
        _replace(section, words, fields.make("line", _text_around(section, words)))
    parents = {child: parent for parent in section.iter() for child in parent}
    for block in [e for e in section.iter() if e.tag in ("li", "p") and e is not section]:
        parent = parents[block]
        label = text_of(block)
        room = _room_class(block) or (_room_class(parent) if block.tag == "li" else "")
        if block.tag == "li" and MARK in classes_of(parent):
            mark = fields.make("mark", label)
            mark.tail, block.text = block.text, None
            block.insert(0, mark)
        if room and block.tag == "li":
            block.append(_make_room(room, fields, label))
        elif room:
            parent.insert(list(parent).index(block) + 1, _make_room(room, fields, label))
    if not any(field.get("kind") == "area" for field in section.iter(FIELD)):
        section.append(_make_room(WRITE, fields, text_of(heading)))


def text_of(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


class _Namer:
    """Names fields by kind and number, so that names last while the text around them changes."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._counts: dict[str, int] = {}

    def make(self, kind: str, label: str, place: str = "") -> ET.Element:
        if not place:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            place = f"{kind}-{self._counts[kind]}"
        if len(label) > LONGEST_LABEL:
            label = label[:LONGEST_LABEL].rsplit(" ", 1)[0] + " …"
        name = f"{self._prefix}/{place}"
        return ET.Element(FIELD, {"kind": kind, "name": name, "label": label or name})

    def next_table(self) -> int:
        self._counts["table"] = self._counts.get("table", 0) + 1
        return self._counts["table"]


def _room_class(element: ET.Element) -> str:
    """Return the class by which `element` asks for room to write; empty for none."""
    return next((c for c in classes_of(element) if c in (WRITE, WRITE_LINE)), "")


def _make_room(kind: str, fields: _Namer, label: str) -> ET.Element:
    field = fields.make("area", label)
    if kind == WRITE_LINE:
        field.set("lines", "1")
    return field


def _add_cells(table: ET.Element, fields: _Namer) -> None:
    number = fields.next_table()
    rows = [row for row in table.iter("tr") if any(cell.tag == "td" for cell in row)]
    heads = [text_of(cell) for row in table.iter("tr") if row not in rows for cell in row]
    for row_number, row in enumerate(rows, 1):
        first = text_of(row[0]).rstrip(":") or str(row_number)
        for column, cell in enumerate(row, 1):
            head = heads[column - 1] if column <= len(heads) else str(column)
            if cell.tag != "td" or not (_is_empty(cell) or _room_class(cell)):
                continue
            label = ": ".join(dict.fromkeys((first, head)))
            field = fields.make("cell", label, f"table-{number}-row-{row_number}-column-{column}")
            if not _is_empty(cell):
                field.set("below", "text")
            cell.append(field)


def _is_empty(cell: ET.Element) -> bool:
    return not text_of(cell) and not any(e.tag in ("img", FIELD) for e in cell.iter())


def _text_around(section: ET.Element, element: ET.Element) -> str:
    """Return the text of the paragraph or item around `element`, without its own."""
    parents = {child: parent for parent in section.iter() for child in parent}
    at = element
    while at in parents and at.tag not in ("p", "li", "td", "th"):
        at = parents[at]
    return " ".join("".join(_texts_without(at, element)).split())


def _texts_without(element: ET.Element, left_out: ET.Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child is not left_out:
            yield from _texts_without(child, left_out)
        yield child.tail or ""


def _replace(section: ET.Element, old: ET.Element, new: ET.Element) -> None:
    parent = next(e for e in section.iter() if old in list(e))
    new.tail = old.tail
    parent[list(parent).index(old)] = new
