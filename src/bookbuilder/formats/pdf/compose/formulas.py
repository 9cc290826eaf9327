"""Print formulas as drawings that stand on the line, as large as the text around them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from bookbuilder.book import Book
from bookbuilder.formats.formulas.drawing import MATH, Drawing, drawings
from bookbuilder.formats.pdf.compose.measure import Measure, measure_of, with_room
from bookbuilder.formats.pdf.run_data.runs import classes_of
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import find_text
from bookbuilder.model.source import Source, Span
from bookbuilder.trees.markup import elements
from bookbuilder.trees.serializing import to_element

FLAT_FORMULA = Rule(
    "P029",
    "formula-in-a-row",
    Severity.WARNING,
    "A formula in MathML has a shape that cannot be drawn, or thousands of parts. In print, its"
    " signs stand in a row: a fraction of a and b is printed as `ab`. The EPUB shows the formula."
    " For print, write it in TeX, or use a picture of it.",
)
WIDE_FORMULA = Rule(
    "P036",
    "wide-formula",
    Severity.WARNING,
    "A formula is so much wider than the text of a page that it is printed in small type. Break it"
    " into lines: `\\begin{aligned} a &= b \\\\ &= c \\end{aligned}`.",
)
NO_GLYPH = Rule(
    "P037",
    "formula-without-glyph",
    Severity.WARNING,
    "The font of printed formulas (STIX Two Math) has Latin, Greek and Cyrillic letters and the"
    " signs of mathematics. Other characters are printed as empty boxes; write them outside of the"
    " formula.",
)

SIZE = 1.0
"""The size of a formula for that of the text, so that their small letters are equally high."""
SMALLEST = 0.7
"""The size at which a formula that is too wide is reported."""
_NUMBER_ROOM = 0.6
"""The width of a character of a formula's number, in em."""


def set_formulas(section: ET.Element, measure: Measure, remembers: bool) -> None:
    """Put drawings into the places of MathML."""
    found = list(section.iter(MATH))
    if not found:
        return
    drawn = drawings(remembers)
    rooms = dict(with_room(section, (MATH,), measure))
    parents = {child: parent for parent in section.iter() for child in parent}
    for math in found:
        drawing = drawn.of(math)
        parent = parents.get(math)
        if drawing is None or parent is None or not drawing.paths:
            continue
        room = rooms.get(math, measure.upright) - _number_width(parent)
        svg = drawing.svg(_title(math))
        is_display = math.get("display") == "block"
        size = SIZE * min(1.0, room / max(drawing.width * SIZE, 0.01)) if is_display else SIZE
        svg.attrib.update({"class": "formula", "style": _style(drawing, size)})
        svg.tail = math.tail
        parent[list(parent).index(math)] = svg
        for number in parent if is_display else ():
            if "formula-number" in classes_of(number):
                height = (drawing.height + drawing.depth) * size
                number.set("style", f"line-height: {height:.3f}em")
    drawn.trim()


def _title(math: ET.Element) -> str:
    return math.get("alttext") or "".join(math.itertext()).strip() or "?"


def _style(drawing: Drawing, size: float) -> str:
    height = (drawing.height + drawing.depth) * size
    return (
        f"width: {drawing.width * size:.3f}em; height: {height:.3f}em;"
        f" vertical-align: {-drawing.depth * size:.3f}em"
    )


def _number_width(parent: ET.Element) -> float:
    """Return the room that the numbers on both sides of a formula in the middle would take."""
    said = ["".join(n.itertext()) for n in parent if "formula-number" in classes_of(n)]
    return 2 * _NUMBER_ROOM * max(map(len, said)) + 1 if said else 0.0


def report_formulas(book: Book, report: Report) -> None:
    """Report formulas that cannot be drawn, or are printed in small type."""
    measure: Measure | None = None
    for chapter in book.chapters:
        for tag in elements(chapter.tree, "math"):
            measure = measure or measure_of(book)
            math = to_element(tag)
            drawing = drawings(book.config.pdf.cache).of(math)
            shown = _title(math)[:60]
            if drawing is None:
                message = f"the formula `{shown}` is printed as signs in a row"
                span = _place(chapter.source, math)
                report.add(FLAT_FORMULA, message, span, "write it in TeX", alike="flat")
            elif drawing.lacking:
                message = f"the formula `{shown}` has `{drawing.lacking[:20]}`, which are not drawn"
                report.add(NO_GLYPH, message, _place(chapter.source, math), alike="glyph")
            elif math.get("display") == "block":
                room = measure.upright - _number_width(to_element(tag.parent or tag))
                if drawing.width * SIZE * SMALLEST > room:
                    share = room / (drawing.width * SIZE)
                    message = f"the formula `{shown}` is printed at {share:.0%} of its size"
                    report.add(WIDE_FORMULA, message, _place(chapter.source, math), alike="wide")


def _place(source: Source, math: ET.Element) -> Span:
    alt = math.get("alttext", "")
    for piece in (alt, alt[:40], *alt.split()[:3], "<math"):
        if len(piece) > 3 and (span := find_text(source, piece)):
            return span
    return source.span_of_file()
