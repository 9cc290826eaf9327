"""Reads the structure tree of a tagged PDF with pikepdf."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2

PDFIUM = pypdfium2.raw


def outline(path: Path) -> list[str]:
    """Return a line for each structure element: its type, indented by depth, then its text."""
    texts = _texts(path)
    with pikepdf.open(path) as pdf:
        pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}

        def walk(element: Any, depth: int) -> Iterator[str]:
            kids = element.get("/K", [])
            kids = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
            said = [
                texts.get((pages[kid.Pg.objgen], int(kid.MCID)), "·")
                for kid in kids
                if kid.get("/Type") == "/MCR"
            ]
            links = sum(kid.get("/Type") == "/OBJR" for kid in kids)
            notes = [str(element[key]) for key in ("/Alt", "/E", "/Lang") if key in element]
            shown = [*notes, *(["@"] * links), "".join(said)]
            yield f"{'  ' * depth}{str(element.S)[1:]} {' '.join(shown)}".rstrip()
            for kid in kids:
                if kid.get("/Type") == "/StructElem":
                    yield from walk(kid, depth + 1)

        return list(walk(pdf.Root.StructTreeRoot.K, 0))


def _texts(path: Path) -> dict[tuple[int, int], str]:
    """Return the text that PDFium reads in marked-content sequences, by page and MCID."""
    found: dict[tuple[int, int], str] = {}
    with pypdfium2.PdfDocument(path) as pdf:
        for number, page in enumerate(pdf):
            text = page.get_textpage()
            for piece in page.get_objects(filter=[PDFIUM.FPDF_PAGEOBJ_TEXT]):
                mcid = PDFIUM.FPDFPageObj_GetMarkedContentID(piece.raw)
                if mcid >= 0:
                    size = PDFIUM.FPDFTextObj_GetText(piece.raw, text.raw, None, 0)
                    buffer = (PDFIUM.FPDF_WCHAR * (size // 2))()
                    PDFIUM.FPDFTextObj_GetText(piece.raw, text.raw, buffer, size)
                    said = bytes(buffer).decode("utf-16-le").rstrip("\0")
                    found[number, mcid] = found.get((number, mcid), "") + said
    return found
