"""Put pages on sheets two by two: to be folded and sewn, or read beside each other."""

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


def side_by_side(pages: int, right_to_left: bool = False) -> list[tuple[int | None, int | None]]:
    """Return the pages on each sheet in the order of reading, left and right."""
    pairs: list[tuple[int | None, int | None]] = [
        (n, n + 1 if n + 1 < pages else None) for n in range(0, pages, 2)
    ]
    return [(right, left) for left, right in pairs] if right_to_left else pairs


def impose(data: bytes, right_to_left: bool = False) -> bytes:
    """Return the PDF `data` as a booklet: sheets twice as wide as its pages."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        width, height = _size_of(pdf.pages[0])
        return _on_sheets(pdf, imposed(len(pdf.pages), right_to_left), (2 * width, height))


def two_up(data: bytes, sheet: tuple[float, float], right_to_left: bool = False) -> bytes:
    """Return the PDF `data` with two pages beside each other on each `sheet`, as large as fits."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return _on_sheets(pdf, side_by_side(len(pdf.pages), right_to_left), sheet)


def _size_of(page: pikepdf.Page) -> tuple[float, float]:
    left, bottom, right, top = (float(x) for x in page.trimbox)
    return right - left, top - bottom


def _on_sheets(
    pdf: pikepdf.Pdf, pairs: list[tuple[int | None, int | None]], size: tuple[float, float]
) -> bytes:
    """Draw pairs of pages on the halves of sheets."""
    width, height = size[0] / 2, size[1]
    with pikepdf.new() as sheets:
        for pair in pairs:
            sheet = sheets.add_blank_page(page_size=size)
            for side, number in enumerate(pair):
                if number is not None:
                    place = pikepdf.Rectangle(side * width, 0, (side + 1) * width, height)
                    _set_upright(pdf.pages[number], width < height)
                    page = sheets.copy_foreign(pdf.pages[number].as_form_xobject())
                    _draw(sheet, page, place, f"/Page{side}")
        for key in ("/Title", "/Author"):
            if key in pdf.docinfo:
                sheets.docinfo[key] = str(pdf.docinfo[key])
        if "/Lang" in pdf.Root:
            sheets.Root.Lang = pikepdf.String(str(pdf.Root.Lang))
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
