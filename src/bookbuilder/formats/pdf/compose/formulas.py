"""Print formulas as drawings that stand on the line, as large as the text around them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from bookbuilder.book import Book
from bookbuilder.formats.formulas.drawing import MATH, Drawing, Drawings, drawings
from bookbuilder.formats.formulas.shapes import parts_of
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
    "The fonts of printed formulas (STIX Two Math and BIZ UDMincho) have Latin, Greek, Cyrillic and"
    " Japanese letters and the signs of mathematics. Other characters are printed as empty boxes;"
    " write them outside of the formula.",
)

SIZE = 1.0
"""The size of a formula for that of the text, so that their small letters are equally high."""
SMALLEST = 0.7
"""The size at which a formula that is too wide is reported."""
_TABLE = "{http://www.w3.org/1998/Math/MathML}mtable"
_ASCENT = 0.85
"""Lower the baseline of numbers this far below the top of their line, in em of the theme's type."""
_LONGEST_WHOLE = 4.0
"""Formulas in a line up to this width, in em, are never divided."""
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
        parent = parents[math]
        numbers = _take_numbers(math)
        drawing = drawn.of(math)
        if drawing is None or not drawing.paths:
            _put_back(numbers)
            continue
        size = SIZE
        if math.get("display") == "block":
            room = rooms.get(math, measure.upright) - _number_width(parent, numbers)
            size *= min(1.0, room / max(drawing.width * SIZE, 0.01))
            _place_numbers(parent, drawing, numbers, size)
            made = _drawn(drawing, _title(math), size)
        else:
            made = _in_parts(math, drawing, drawn) or _drawn(drawing, _title(math), size)
        made.tail = math.tail
        at = list(parent).index(math)
        parent[at] = made
        for name in (str(tag.get("id")) for tag in math.iter() if tag.get("id")):
            parent.insert(at, ET.Element("span", {"id": name}))
    drawn.trim()


def _drawn(drawing: Drawing, title: str, size: float, kind: str = "formula") -> ET.Element:
    svg = drawing.svg(title)
    svg.attrib.update({"class": kind, "style": _style(drawing, size)})
    return svg


def _in_parts(math: ET.Element, whole: Drawing, drawn: Drawings) -> ET.Element | None:
    """Return a formula in a line as several drawings, between which the line may end.

    As in TeX, it may after a relation, and after a sign such as `+`, but not within brackets.
    """
    parts = list(parts_of(math)) if whole.width > _LONGEST_WHOLE else []
    if len(parts) < 2:
        return None
    holder = ET.Element("span", {"class": "formula", "alt": _title(math)})
    for part in parts:
        drawing = drawn.of(part)
        if drawing is None:
            return None
        svg = _drawn(drawing, "", SIZE, "formula-part")
        svg.tail = "\N{ZERO WIDTH SPACE}"
        holder.append(svg)
    holder[-1].tail = None
    return holder


def _take_numbers(math: ET.Element) -> list[tuple[int, ET.Element, ET.Element]]:
    """Take the numbers of rows out of a formula: their row, its element and their cell."""
    table = next(math.iter(_TABLE), None)
    found = []
    for at, row in enumerate(table if table is not None else ()):
        if len(row) and "formula-number" in classes_of(row[-1]):
            found.append((at, row, row[-1]))
            row.remove(row[-1])
    return found


def _put_back(numbers: list[tuple[int, ET.Element, ET.Element]]) -> None:
    for _, row, cell in numbers:
        row.append(cell)


def _place_numbers(
    parent: ET.Element,
    drawing: Drawing,
    numbers: list[tuple[int, ET.Element, ET.Element]],
    size: float,
) -> None:
    """Place the number of a formula in the middle of its height, and those of rows beside them."""
    height = (drawing.height + drawing.depth) * size
    for number in parent:
        if "formula-number" in classes_of(number):
            number.set("style", f"line-height: {height:.3f}em")
    for at, _, cell in numbers:
        baseline = drawing.rows[at] if at < len(drawing.rows) else 0.0
        top = (drawing.height + baseline) * size - _ASCENT
        attributes = {"class": "formula-number", "style": f"top: {top:.3f}em"}
        if cell.get("id"):
            attributes["id"] = str(cell.get("id"))
        number = ET.SubElement(parent, "span", attributes)
        number.text = "".join(cell.itertext())


def _title(math: ET.Element) -> str:
    return math.get("alttext") or "".join(math.itertext()).strip() or "?"


def _style(drawing: Drawing, size: float) -> str:
    height = (drawing.height + drawing.depth) * size
    return (
        f"width: {drawing.width * size:.3f}em; height: {height:.3f}em;"
        f" vertical-align: {-drawing.depth * size:.3f}em"
    )


def _number_width(
    parent: ET.Element, rows: list[tuple[int, ET.Element, ET.Element]] | None = None
) -> float:
    """Return the room that the numbers on both sides of a formula in the middle would take."""
    numbers = [n for n in parent.iter() if "formula-number" in classes_of(n)]
    said = ["".join(n.itertext()) for n in (*numbers, *(cell for _, _, cell in rows or ()))]
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
