"""Impose pages two by two on sheets that are printed on both sides, folded and sewn."""

from __future__ import annotations

import io

import pikepdf

# Eight sheets are as many as fold well.
PAGES_IN_SIGNATURE = 32


def imposed(pages: int, right_to_left: bool = False) -> list[tuple[int | None, int | None]]:
    """Return the pages on each side of each sheet, left and right; None for an empty one.

    Signatures have 32 pages, the last as many as it needs, in fours. Sides alternate: front, back,
    turned over the short edge.
    """
    sides: list[tuple[int | None, int | None]] = []
    for start in range(0, pages, PAGES_IN_SIGNATURE):
        size = -(-min(PAGES_IN_SIGNATURE, pages - start) // 4) * 4
        numbers = [n if n < pages else None for n in range(start, start + size)]
        for outer in range(0, size // 2, 2):
            sides.append((numbers[size - 1 - outer], numbers[outer]))
            sides.append((numbers[outer + 1], numbers[size - 2 - outer]))
    return [(right, left) for left, right in sides] if right_to_left else sides


def impose(data: bytes, right_to_left: bool = False) -> bytes:
    """Return the PDF `data` as a booklet: sheets twice as wide as its pages."""
    with pikepdf.open(io.BytesIO(data)) as pdf, pikepdf.new() as sheets:
        _left, _bottom, width, height = (float(x) for x in pdf.pages[0].trimbox)
        for pair in imposed(len(pdf.pages), right_to_left):
            sheet = sheets.add_blank_page(page_size=(2 * width, height))
            for side, number in enumerate(pair):
                if number is not None:
                    place = pikepdf.Rectangle(side * width, 0, (side + 1) * width, height)
                    _set_upright(pdf.pages[number], width < height)
                    page = sheets.copy_foreign(pdf.pages[number].as_form_xobject())
                    _draw(sheet, page, place, f"/Page{side}")
        for key in ("/Title", "/Author"):
            if key in pdf.docinfo:
                sheets.docinfo[key] = str(pdf.docinfo[key])
        out = io.BytesIO()
        sheets.save(out, deterministic_id=True)
        return out.getvalue()


def _set_upright(page: pikepdf.Page, is_upright: bool) -> None:
    """Turn a page that lies across the others, so that its head is on the left."""
    left, bottom, right, top = (float(x) for x in page.trimbox)
    if is_upright != (right - left < top - bottom):
        page.rotate(270, relative=False)


def _draw(sheet: pikepdf.Page, page: pikepdf.Object, place: pikepdf.Rectangle, name: str) -> None:
    """Draw `page`, a form XObject, on `sheet`; `add_overlay` would give it a name at random."""
    drawn = sheet.add_resource(page, pikepdf.Name.XObject, pikepdf.Name(name))
    sheet.contents_add(sheet.calc_form_xobject_placement(page, drawn, place, allow_expand=True))
    sheet.contents_coalesce()
