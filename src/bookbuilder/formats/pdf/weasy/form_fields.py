"""Interactive fields in the PDF (ISO 32000-1, 12.7), over the `field` elements of laid-out pages.

Every field comes with its appearance, which is empty: what it looks like on paper is drawn on the
page. So no viewer has to make any (`NeedAppearances`), and whoever never types sees the same.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Any

import pydyf
from fontTools import subset
from fontTools.ttLib import TTFont

from bookbuilder.formats.pdf.pages.records import Field
from bookbuilder.formats.workbook.worksheets import FIELD

# A CSS pixel in points.
POINTS = 0.75
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


def fields_of(page_box: Any) -> list[tuple[Any, Field]]:
    """The boxes of a page's `field` elements, with the fields to lay over them."""
    found = []
    for box, cell in _field_boxes(page_box, None):
        element = box.element
        area = _rectangle(box, cell, page_box.margin_height())
        names = element.get("kind"), element.get("name"), element.get("label")
        found.append((box, Field(*names, area)))
    return found


def add_form(pdf: Any, pages: Sequence[Sequence[Field]]) -> list[list[Any]]:
    """Lay fields over pages; their annotations.

    For a `finisher` of WeasyPrint's: `pdf` is nearly written.
    """
    if not any(pages):
        return [[] for _ in pages]
    font = _add(pdf, _font(pdf))
    annotations: list[list[Any]] = []
    for number, page in enumerate(pages):
        reference = pdf.page_references[number]
        on_page = pdf.objects[int(reference.split()[0])]
        annotations.append([])
        for field in page:
            widget = pydyf.Dictionary(
                {
                    "Type": "/Annot",
                    "Subtype": "/Widget",
                    "P": reference,
                    "F": _PRINT,
                    "Rect": pydyf.Array(field.area),
                    "T": pydyf.String(field.name),
                    "TU": pydyf.String(field.label),
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
            on_page.setdefault("Annots", pydyf.Array()).append(widget.reference)
    fields = pydyf.Array([widget.reference for on_page in annotations for widget in on_page])
    fonts = pydyf.Dictionary({_FONT_NAME: font.reference})
    form = pydyf.Dictionary(
        {
            "Fields": fields,
            "DR": pydyf.Dictionary({"Font": fonts}),
            "DA": pydyf.String(f"/{_FONT_NAME} 10 Tf 0 g"),
        }
    )
    pdf.catalog["AcroForm"] = _add(pdf, form).reference
    return annotations


def _add(pdf: Any, made: Any) -> Any:
    pdf.add_object(made)
    return made


def _field_boxes(box: Any, cell: Any) -> Iterator[tuple[Any, Any]]:
    """The boxes of fields in reading order, each with the cell of a table that it stands in."""
    # Absolutely positioned boxes stand in placeholders.
    box = getattr(box, "_box", box)
    if box.element_tag == FIELD:
        yield box, cell
        return
    if box.element_tag in ("td", "th") and hasattr(box, "colspan"):
        cell = box
    for child in getattr(box, "children", ()):
        yield from _field_boxes(child, cell)


def _rectangle(box: Any, cell: Any, page_height: float) -> tuple[float, float, float, float]:
    """Where the field lies, in points from the lower left corner; in a cell it fills the rest."""
    left, top = box.border_box_x(), box.border_box_y()
    right, bottom = left + box.border_width(), top + box.border_height()
    inset = 0.0
    if cell is not None and box.element.get("kind") == "cell":
        left, right = cell.border_box_x(), cell.border_box_x() + cell.border_width()
        bottom = cell.border_box_y() + cell.border_height()
        top = top if box.element.get("below") else cell.border_box_y()
        inset = INSET
    edges = (left, page_height - bottom, right, page_height - top)
    inward = (inset, inset, -inset, -inset)
    left, bottom, right, top = (
        round(e * POINTS + i, 2) for e, i in zip(edges, inward, strict=True)
    )
    return left, bottom, right, top


def _text_field(pdf: Any, kind: str, width: float, height: float) -> dict[str, Any]:
    flags = 0 if kind in ("line", "mark") else _MULTILINE
    found: dict[str, Any] = {
        "FT": "/Tx",
        "Ff": flags,
        "DA": pydyf.String(f"/{_FONT_NAME} {SIZES[kind]} Tf 0 g"),
        "AP": _appearances(_appearance(pdf, "/Tx BMC EMC", width, height)),
    }
    if kind == "mark":
        found |= {"MaxLen": LETTERS_IN_MARK, "Q": _CENTRED}
    if kind == "area":
        # White below what is typed, for that does not stand on the ruled lines.
        found["MK"] = pydyf.Dictionary({"BG": pydyf.Array([1, 1, 1])})
    return found


def _check_box(pdf: Any, width: float, height: float) -> dict[str, Any]:
    edge = 0.22
    x, y = edge * width, edge * height
    right, top = width - x, height - y
    cross = f"1.2 w {x:.2f} {y:.2f} m {right:.2f} {top:.2f} l {x:.2f} {top:.2f} m"
    on = _appearance(pdf, f"{cross} {right:.2f} {y:.2f} l S", width, height)
    states = pydyf.Dictionary(
        {"Yes": on.reference, "Off": _appearance(pdf, "", width, height).reference}
    )
    return {"FT": "/Btn", "V": "/Off", "AS": "/Off", "AP": pydyf.Dictionary({"N": states})}


def _appearances(normal: Any) -> Any:
    return pydyf.Dictionary({"N": normal.reference})


def _appearance(pdf: Any, drawn: str, width: float, height: float) -> Any:
    extra = {
        "Type": "/XObject",
        "Subtype": "/Form",
        "BBox": pydyf.Array([0, 0, round(width, 2), round(height, 2)]),
    }
    return _add(pdf, pydyf.Stream([drawn.encode()], extra))


def _font(pdf: Any) -> Any:
    """The font that fields are filled in with, embedded with all that its encoding has."""
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
    file_stream = _add(pdf, pydyf.Stream([out.getvalue()], {"Length1": len(out.getvalue())}, True))
    head, line, post = font["head"], font["hhea"], font["post"]
    descriptor = pydyf.Dictionary(
        {
            "Type": "/FontDescriptor",
            "FontName": f"/{_FONT_NAME}",
            "Flags": _NONSYMBOLIC,
            "FontBBox": pydyf.Array(
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
    return pydyf.Dictionary(
        {
            "Type": "/Font",
            "Subtype": "/TrueType",
            "BaseFont": f"/{_FONT_NAME}",
            "Encoding": "/WinAnsiEncoding",
            "FirstChar": _FIRST,
            "LastChar": _LAST,
            "Widths": pydyf.Array(widths),
            "FontDescriptor": _add(pdf, descriptor).reference,
        }
    )


def _character(code: int) -> str:
    return bytes([code]).decode(_ENCODING, errors="ignore")
