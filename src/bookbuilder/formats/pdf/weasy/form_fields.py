"""Lay interactive fields (ISO 32000-1, 12.7) over the `field` elements of laid-out pages.

Every field comes with its appearance, which is empty: what it looks like on paper is drawn on the
page. So no viewer has to make one (`NeedAppearances`), and an empty form looks like the printed
page.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import TypeVar
from xml.etree import ElementTree as ET

from fontTools import subset
from fontTools.ttLib import TTFont

from bookbuilder.formats.pdf.run_data.records import Field
from bookbuilder.formats.pdf.run_data.runs import FIELD
from bookbuilder.formats.pdf.weasy.contract import (
    Area,
    Array,
    Box,
    Dictionary,
    Pdf,
    PdfStream,
    String,
    TableCellBox,
    object_of,
    without_placeholder,
)
from bookbuilder.formats.pdf.weasy.resources import POINTS

# Between a field and the lines of its cell, in points.
INSET = 1.2
SIZES = {"cell": 9, "area": 10.5, "line": 10.5, "mark": 9}
LETTERS_IN_MARK = 3

_FONT_FILE = "fonts/BookbuilderSans-Regular.ttf"
_FONT_NAME = "BookbuilderSans"
# A font of single bytes: what viewers can type in.
_ENCODING, _FIRST, _LAST = "cp1252", 32, 255
_NONSYMBOLIC = 1 << 5
_PRINT = 1 << 2
_MULTILINE = 1 << 12
_CENTRED = 1
_Made = TypeVar("_Made", Dictionary, PdfStream)


def fields_of(page_box: Box) -> list[tuple[Box, Field]]:
    """Find the boxes of a page's `field` elements, with the fields to lay over them."""
    found = []
    for box, element, cell in _field_boxes(page_box, None):
        area = _rectangle(box, element, cell, page_box.margin_height())
        kind, name, label = (element.get(key, "") for key in ("kind", "name", "label"))
        found.append((box, Field(kind, name, label, area)))
    return found


def add_form(pdf: Pdf, pages: Sequence[Sequence[Field]]) -> list[list[Dictionary]]:
    """Lay fields over pages; return their annotations.

    `joining.py` calls this, when `pdf` has its pages.
    """
    if not any(pages):
        return [[] for _ in pages]
    font = _add(pdf, _font(pdf))
    annotations: list[list[Dictionary]] = []
    for number, page in enumerate(pages):
        reference = pdf.page_references[number]
        on_page = object_of(pdf, reference)
        annotations.append([])
        for field in page:
            widget = Dictionary(
                {
                    "Type": "/Annot",
                    "Subtype": "/Widget",
                    "P": reference,
                    "F": _PRINT,
                    "Rect": Array(field.area),
                    "T": String(field.name),
                    "TU": String(field.label),
                }
            )
            left, bottom, right, top = field.area
            width, height = right - left, top - bottom
            widget |= (
                _check_box(pdf, width, height)
                if field.kind == "check"
                else _text_field(pdf, field.kind, width, height)
            )
            annotations[-1].append(_add(pdf, widget))
            on_page.setdefault("Annots", Array()).append(widget.reference)
    fields = Array([widget.reference for on_page in annotations for widget in on_page])
    fonts = Dictionary({_FONT_NAME: font.reference})
    form = Dictionary(
        {
            "Fields": fields,
            "DR": Dictionary({"Font": fonts}),
            "DA": String(f"/{_FONT_NAME} 10 Tf 0 g"),
        }
    )
    pdf.catalog["AcroForm"] = _add(pdf, form).reference
    return annotations


def _add(pdf: Pdf, made: _Made) -> _Made:
    pdf.add_object(made)
    return made


def _field_boxes(
    box: Box, cell: TableCellBox | None
) -> Iterator[tuple[Box, ET.Element, TableCellBox | None]]:
    """Yield boxes of fields in reading order, each with the cell of a table that it stands in."""
    box = without_placeholder(box)
    if box.element_tag == FIELD and box.element is not None:
        yield box, box.element, cell
        return
    if isinstance(box, TableCellBox):
        cell = box
    for child in box.children:
        yield from _field_boxes(child, cell)


def _rectangle(
    box: Box, element: ET.Element, cell: TableCellBox | None, page_height: float
) -> Area:
    """Say where a field lies, in points from the lower left; in a cell it fills the rest."""
    left, top = box.border_box_x(), box.border_box_y()
    right, bottom = left + box.border_width(), top + box.border_height()
    inset = 0.0
    if cell is not None and element.get("kind") == "cell":
        left, right = cell.border_box_x(), cell.border_box_x() + cell.border_width()
        bottom = cell.border_box_y() + cell.border_height()
        top = top if element.get("below") else cell.border_box_y()
        inset = INSET
    edges = (left, page_height - bottom, right, page_height - top)
    inward = (inset, inset, -inset, -inset)
    left, bottom, right, top = (
        round(e * POINTS + i, 2) for e, i in zip(edges, inward, strict=True)
    )
    return left, bottom, right, top


def _text_field(pdf: Pdf, kind: str, width: float, height: float) -> dict[str, object]:
    flags = 0 if kind in ("line", "mark") else _MULTILINE
    found: dict[str, object] = {
        "FT": "/Tx",
        "Ff": flags,
        "DA": String(f"/{_FONT_NAME} {SIZES[kind]} Tf 0 g"),
        "AP": _appearances(_appearance(pdf, "/Tx BMC EMC", width, height)),
    }
    if kind == "mark":
        found |= {"MaxLen": LETTERS_IN_MARK, "Q": _CENTRED}
    if kind == "area":
        # White below what is typed, for that does not stand on the ruled lines.
        found["MK"] = Dictionary({"BG": Array([1, 1, 1])})
    return found


def _check_box(pdf: Pdf, width: float, height: float) -> dict[str, object]:
    edge = 0.22
    x, y = edge * width, edge * height
    right, top = width - x, height - y
    cross = f"1.2 w {x:.2f} {y:.2f} m {right:.2f} {top:.2f} l {x:.2f} {top:.2f} m"
    on = _appearance(pdf, f"{cross} {right:.2f} {y:.2f} l S", width, height)
    states = Dictionary({"Yes": on.reference, "Off": _appearance(pdf, "", width, height).reference})
    return {"FT": "/Btn", "V": "/Off", "AS": "/Off", "AP": Dictionary({"N": states})}


def _appearances(normal: PdfStream) -> Dictionary:
    return Dictionary({"N": normal.reference})


def _appearance(pdf: Pdf, drawn: str, width: float, height: float) -> PdfStream:
    extra = {
        "Type": "/XObject",
        "Subtype": "/Form",
        "BBox": Array([0, 0, round(width, 2), round(height, 2)]),
    }
    return _add(pdf, PdfStream([drawn.encode()], extra))


def _font(pdf: Pdf) -> Dictionary:
    """Embed the font that fields are filled in with, with all that its encoding has."""
    characters = {code: _character(code) for code in range(_FIRST, _LAST + 1)}
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True)
    with resources.files("bookbuilder").joinpath(_FONT_FILE).open("rb") as file:
        font = TTFont(io.BytesIO(file.read()), recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(characters.values()))
    cutter.subset(font)
    out = io.BytesIO()
    font.save(out)
    units = 1000 / font["head"].unitsPerEm
    glyphs, metrics = font.getBestCmap(), font["hmtx"]
    widths = [
        round(metrics[glyphs.get(ord(character or "\0"), ".notdef")][0] * units)
        for character in characters.values()
    ]
    file_stream = _add(pdf, PdfStream([out.getvalue()], {"Length1": len(out.getvalue())}, True))
    head, line, post = font["head"], font["hhea"], font["post"]
    descriptor = Dictionary(
        {
            "Type": "/FontDescriptor",
            "FontName": f"/{_FONT_NAME}",
            "Flags": _NONSYMBOLIC,
            "FontBBox": Array(
                [round(e * units) for e in (head.xMin, head.yMin, head.xMax, head.yMax)]
            ),
            "ItalicAngle": round(post.italicAngle),
            "Ascent": round(line.ascent * units),
            "Descent": round(line.descent * units),
            "CapHeight": round(font["OS/2"].sCapHeight * units),
            "StemV": 80,
            "FontFile2": file_stream.reference,
        }
    )
    return Dictionary(
        {
            "Type": "/Font",
            "Subtype": "/TrueType",
            "BaseFont": f"/{_FONT_NAME}",
            "Encoding": "/WinAnsiEncoding",
            "FirstChar": _FIRST,
            "LastChar": _LAST,
            "Widths": Array(widths),
            "FontDescriptor": _add(pdf, descriptor).reference,
        }
    )


def _character(code: int) -> str:
    return bytes([code]).decode(_ENCODING, errors="ignore")
