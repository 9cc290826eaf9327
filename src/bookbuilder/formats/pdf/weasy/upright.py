"""Let what lies across the others in the print edition be upright pages, with their heads left.

A printer takes a file whose pages all have the size of the cut book: a page that is as wide as the
others are high would be refused, scaled, or bound at its head. On screen a page may lie across.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bookbuilder.formats.pdf.run_data.records import POINTS, PageRecord
from bookbuilder.formats.pdf.weasy.contract import Page

TURNED = "turned"
Area = tuple[float, float, float, float]


def lies_across(page: Page) -> bool:
    """Tell whether the theme has turned this page."""
    known: Any = page._page_box
    return bool(known.page_type.name == TURNED)


def set_upright(page: PageRecord) -> PageRecord:
    """Return `page` turned to the left by a quarter, with all that has a place on it."""
    top, right, bottom, left = page.bleed
    width = page.width

    def turned(area: Area) -> Area:
        x1, y1, x2, y2 = area
        return y1, width - x2, y2, width - x1

    matrix = f"q 0 -1 1 0 0 {width * POINTS:.4f} cm\n".encode()
    return replace(
        page,
        width=page.height,
        height=width,
        bleed=(right, bottom, left, top),
        anchors={name: turned(area) for name, area in page.anchors.items()},
        links=tuple(replace(link, area=turned(link.area)) for link in page.links),
        bookmarks=tuple(
            replace(mark, point=(mark.point[1], width - mark.point[0])) for mark in page.bookmarks
        ),
        content=matrix + page.content + b"\nQ",
        quoted=tuple(
            replace(q, places=tuple((at + len(matrix), figure) for at, figure in q.places))
            for q in page.quoted
        ),
        aligned=tuple(
            replace(a, start=a.start + len(matrix), end=a.end + len(matrix)) for a in page.aligned
        ),
    )
