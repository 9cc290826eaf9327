"""Draw a mark where a line of code turns. It is a drawing, so that copied code does not have it."""

from __future__ import annotations

from collections.abc import Iterator

from bookbuilder.formats.pdf.run_data.records import POINTS
from bookbuilder.formats.pdf.run_data.runs import TURNS, classes_of
from bookbuilder.formats.pdf.weasy.contract import BlockBox, Box, LineBox, Page, TextBox
from bookbuilder.formats.pdf.weasy.inspection import boxes_in_order

# An arrow back to the left, in em from its lower left corner on the baseline: its shaft with the
# bend, its head.
_SHAFT = "0 .19 m .4 .19 l .56 .19 .56 .5 .4 .5 c .2 .5 l"
_HEAD = ".15 .34 m 0 .19 l .15 .04 l"
_GAP = 0.3
_GREY = 0.35


def marks_of_turned_lines(page: Page) -> bytes:
    """Return operators that draw the marks on a page that was painted upside down, as all are."""
    drawn = [
        f"q {size:.3f} 0 0 {-size:.3f} {x:.3f} {y:.3f} cm {_SHAFT} {_HEAD} S Q"
        for x, y, size in _ends(page)
    ]
    if not drawn:
        return b""
    start = f"/Artifact BMC q {_GREY} G {POINTS} 0 0 {POINTS} 0 0 cm 0.07 w 1 j 1 J"
    return " ".join([start, *drawn, "Q EMC"]).encode()


def _ends(page: Page) -> Iterator[tuple[float, float, float]]:
    """Yield the place where a mark starts, and the size of type, for each line that goes on."""
    for box in boxes_in_order(page._page_box):
        if not isinstance(box, BlockBox) or box.element is None:
            continue
        if TURNS in classes_of(box.element):
            lines = [child for child in box.children if isinstance(child, LineBox)]
            for line in lines[:-1]:
                if last := _last_text(line):
                    shown = last.text.rstrip()
                    width = last.width * len(shown) / len(last.text)
                    size = float(str(last.style["font_size"]))
                    x = last.position_x + width + _GAP * size
                    yield x, last.position_y + last.baseline, size


def _last_text(line: Box) -> TextBox | None:
    texts = (box for box in boxes_in_order(line) if isinstance(box, TextBox) and box.text.strip())
    return max(texts, key=lambda box: box.position_x, default=None)
