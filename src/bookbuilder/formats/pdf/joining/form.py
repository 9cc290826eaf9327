"""Lay interactive fields (ISO 32000-1, 12.7) over laid-out pages.

Every field comes with its appearance, which is empty: what it looks like on paper is drawn on the
page. So no viewer has to make one (`NeedAppearances`), and an empty form looks like the printed
page.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib import resources

from bookbuilder.formats.pdf.joining.pdf import Pdf, Unfinished, Values
from bookbuilder.formats.pdf.joining.values import String, reference
from bookbuilder.formats.pdf.run_data.records import Field

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


def add_form(pdf: Pdf, pages: Sequence[Sequence[Field]]) -> list[list[Unfinished]]:
    """Lay fields over pages; return their annotations.

    `joining.py` calls this, when `pdf` has its pages.
    """
    if not any(pages):
        return [[] for _ in pages]
    font = pdf.add(_font(pdf))
    annotations: list[list[Unfinished]] = []
    for (number, on_page), fields in zip(pdf.pages.items(), pages, strict=False):
        annotations.append([])
        for field in fields:
            left, bottom, right, top = field.area
            width, height = right - left, top - bottom
            widget = {
                "Type": "/Annot",
                "Subtype": "/Widget",
                "P": reference(number),
                "F": _PRINT,
                "Rect": field.area,
                "T": String(field.name),
                "TU": String(field.label),
            }
            widget |= (
                _check_box(pdf, width, height)
                if field.kind == "check"
                else _text_field(pdf, field.kind, width, height)
            )
            added = pdf.add_annotation(widget)
            annotations[-1].append(added)
            on_page.setdefault("Annots", []).append(reference(added.number))
    form = {
        "Fields": [reference(field.number) for on_page in annotations for field in on_page],
        "DR": {"Font": {_FONT_NAME: font}},
        "DA": String(f"/{_FONT_NAME} 10 Tf 0 g"),
    }
    pdf.catalog["AcroForm"] = pdf.add(form)
    return annotations


def _text_field(pdf: Pdf, kind: str, width: float, height: float) -> Values:
    flags = 0 if kind in ("line", "mark") else _MULTILINE
    found: Values = {
        "FT": "/Tx",
        "Ff": flags,
        "DA": String(f"/{_FONT_NAME} {SIZES[kind]} Tf 0 g"),
        "AP": {"N": _appearance(pdf, "/Tx BMC EMC", width, height)},
    }
    if kind == "mark":
        found |= {"MaxLen": LETTERS_IN_MARK, "Q": _CENTRED}
    if kind == "area":
        # White below what is typed, for that does not stand on the ruled lines.
        found["MK"] = {"BG": [1, 1, 1]}
    return found


def _check_box(pdf: Pdf, width: float, height: float) -> Values:
    edge = 0.22
    x, y = edge * width, edge * height
    right, top = width - x, height - y
    cross = f"1.2 w {x:.2f} {y:.2f} m {right:.2f} {top:.2f} l {x:.2f} {top:.2f} m"
    on = _appearance(pdf, f"{cross} {right:.2f} {y:.2f} l S", width, height)
    states = {"Yes": on, "Off": _appearance(pdf, "", width, height)}
    return {"FT": "/Btn", "V": "/Off", "AS": "/Off", "AP": {"N": states}}


def _appearance(pdf: Pdf, drawn: str, width: float, height: float) -> bytes:
    extra = {
        "Type": "/XObject",
        "Subtype": "/Form",
        "BBox": [0, 0, round(width, 2), round(height, 2)],
    }
    return pdf.add_stream(drawn.encode(), extra, is_plain=True)


def _font(pdf: Pdf) -> Values:
    """Embed the font that fields are filled in with, with all that its encoding has."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

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
    embedded = pdf.add_stream(out.getvalue(), {"Length1": len(out.getvalue())})
    head, line, post = font["head"], font["hhea"], font["post"]
    descriptor = {
        "Type": "/FontDescriptor",
        "FontName": f"/{_FONT_NAME}",
        "Flags": _NONSYMBOLIC,
        "FontBBox": [round(e * units) for e in (head.xMin, head.yMin, head.xMax, head.yMax)],
        "ItalicAngle": round(post.italicAngle),
        "Ascent": round(line.ascent * units),
        "Descent": round(line.descent * units),
        "CapHeight": round(font["OS/2"].sCapHeight * units),
        "StemV": 80,
        "FontFile2": embedded,
    }
    return {
        "Type": "/Font",
        "Subtype": "/TrueType",
        "BaseFont": f"/{_FONT_NAME}",
        "Encoding": "/WinAnsiEncoding",
        "FirstChar": _FIRST,
        "LastChar": _LAST,
        "Widths": widths,
        "FontDescriptor": pdf.add(descriptor),
    }


def _character(code: int) -> str:
    return bytes([code]).decode(_ENCODING, errors="ignore")
