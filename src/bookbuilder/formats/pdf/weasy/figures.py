"""Find where page numbers are painted, so that their figures can be changed without a layout.

That works where all figures are equally wide in whatever order they stand, as in nearly all fonts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.run_data.numbering import GLYPH
from bookbuilder.formats.pdf.run_data.records import Aligned, Quoted
from bookbuilder.formats.pdf.run_data.runs import IN_COLUMN, classes_of, numbers_in
from bookbuilder.formats.pdf.weasy.contract import (
    UNITS_IN_PIXEL,
    Box,
    LineBox,
    MarginBox,
    PaintStream,
    PangoLayout,
    TextBox,
    to_bytes,
)
from bookbuilder.formats.pdf.weasy.contract_text import DrawLine, drawn_glyphs
from bookbuilder.formats.pdf.weasy.inspection import boxes_in_order
from bookbuilder.formats.pdf.weasy.roles import SVG

FIGURES = "0123456789"
# What stands for the number of a page itself among those that the run quotes.
OWN = -1
# Each figure before each other one.
_PAIRS = "".join(one + other for one in FIGURES for other in FIGURES)
# A book has no page with more.
_MOST_FIGURES = 5
# Of lengths, in CSS pixels: a rounding error.
_SLACK = 1e-3
# What the shapes of letters and the room between them depend on.
FONT_STYLE = (  # noqa: SIM905
    "direction lang letter_spacing font_family font_size font_stretch font_style font_weight"
    " font_feature_settings font_kerning font_language_override font_variant_alternates"
    " font_variant_caps font_variant_east_asian font_variant_ligatures font_variant_numeric"
    " font_variant_position font_variation_settings"
).split()
_FIGURE = re.compile("[0-9]")
_SHOWN = re.compile(rb"<([0-9a-f]*)>")
_NUMBER = re.compile(rb"1 0 0 -1 (\S+)( \S+ Tm\n(?:/\S+ \S+ Tf\n)?\[)([^\]]*)\] TJ")
# How much further left than before the text of a box starts that is wider than before.
_SHARES = {"left": 0.0, "center": 0.5, "right": 1.0}


@dataclass(frozen=True, slots=True)
class Figures:
    """The glyphs of 0 to 9 in hexadecimal digits, each `width` CSS pixels wide."""

    glyphs: bytes
    width: float

    def glyph(self, figure: str) -> bytes:
        return self.glyphs[GLYPH * int(figure) :][:GLYPH]


class _Shown(bytes):
    """Operators that show a number; `place` says where in them its figures are."""

    place: Quoted | Aligned


class NumberFinder:
    """Finds the numbers of `tree` while its pages are painted in order, the first being `start`.

    Afterwards, `spells` says that numbers which the text quotes were found where they cannot be
    changed, and `counts` that those of pages were.
    """

    def __init__(self, tree: ET.Element, start: int) -> None:
        self._numbers = {
            element: place
            for place, element in enumerate(numbers_in(tree))
            if _figures_in(element.text or "")
        }
        self._in_columns = {e for e in self._numbers if IN_COLUMN in classes_of(e)}
        self._passed = Counter[ET.Element]()
        self._figures: dict[tuple[object, ...], Figures | None] = {}
        self._folio = start - 1
        self._page_box: Box | None = None
        self._cells: dict[Box, Box] = {}
        self._shown: list[bool] = []
        drawn = (element for picture in tree.iter(SVG) for element in picture.iter())
        self.spells = any(element in self._numbers for element in drawn)
        self.counts = False

    def turn_to(self, page_box: Box) -> None:
        """Go on with the next page."""
        self._folio += 1
        self._page_box = page_box
        self._shown = []
        margins = [b for b in page_box.children if isinstance(b, MarginBox) and _counts_pages(b)]
        boxes = boxes_in_order(page_box) if self._in_columns else ()
        columns = [box for box in boxes if box.element in self._in_columns]
        self._cells = {text: cell for cell in (*margins, *columns) if (text := _only_text(cell))}
        self.counts |= not set(margins) <= set(self._cells.values())

    def noting(self, draw: DrawLine) -> DrawLine:
        """Return a function that draws a line as `draw` does, and notes where numbers are."""

        def draw_and_note(stream: PaintStream, textbox: TextBox, *rest: object) -> list[object]:
            number = self._number_in(textbox)
            if number is None:
                return draw(stream, textbox, *rest)
            figures = self._figures_of(draw, stream, textbox, rest)
            before = len(stream.stream)
            emojis = draw(stream, textbox, *rest)
            data = b"\n".join(map(to_bytes, stream.stream[before:]))
            place: Quoted | Aligned | None = None
            if figures is not None and number != OWN and textbox.element not in self._in_columns:
                place = self._quoted(number, textbox, data, figures)
            elif figures is not None and textbox in self._cells:
                place = self._aligned(number, textbox, data, figures)
            if place is not None:
                shown = _Shown(data)
                shown.place = place
                stream.stream[before:] = [shown]
                self._shown.append(number == OWN)
            elif number == OWN:
                self.counts = True
            else:
                self.spells = True
            return emojis

        return draw_and_note

    def content_of(
        self, operations: Iterable[object]
    ) -> tuple[bytes, tuple[Quoted, ...], tuple[Aligned, ...]]:
        """Return the content of the page, and the numbers in it."""
        content = bytearray()
        quoted: list[Quoted] = []
        aligned: list[Aligned] = []
        for operation in operations:
            at = len(content)
            if isinstance(operation, _Shown):
                place = operation.place
                if isinstance(place, Aligned):
                    aligned.append(replace(place, start=place.start + at, end=place.end + at))
                else:
                    places = tuple((at + offset, which) for offset, which in place.places)
                    quoted.append(replace(place, places=places))
            content += to_bytes(operation) + b"\n"
        # Others are in groups that are painted on their own.
        own = sum(place.number == OWN for place in aligned)
        self.counts |= own < self._shown.count(True)
        self.spells |= len(quoted) + len(aligned) - own < self._shown.count(False)
        return bytes(content[:-1]), tuple(quoted), tuple(aligned)

    def _number_in(self, textbox: TextBox) -> int | None:
        """Say which number of the run a text shows, if any; in a page's margin it is its own."""
        # The text in SVG is drawn with boxes of another kind.
        if not isinstance(textbox, TextBox):
            return None
        if textbox.element is None:
            return OWN if textbox in self._cells else None
        return None if "::" in textbox.element_tag else self._numbers.get(textbox.element)

    def _figures_of(
        self, draw: DrawLine, stream: PaintStream, textbox: TextBox, rest: Sequence[object]
    ) -> Figures | None:
        """Find the figures in the style of a text; None if they are not equally wide."""
        if rest[:2] != ("clip", "none"):
            return None
        signs = "".join(sorted(set(textbox.text) - set(FIGURES)))
        key = (*(textbox.style[name] for name in FONT_STYLE), signs)
        if key not in self._figures:
            text = _PAIRS + "".join(f"{figure}{sign}" for sign in signs for figure in FIGURES) + "0"
            layout = textbox.pango_layout
            own = layout.text
            layout.set_text(text)
            # So the fonts get their glyphs.
            emojis = draw(stream.clone(), textbox, *rest)
            self._figures[key] = None if emojis else _figures_drawn(layout)
            layout.set_text(own, justify=True)
        return self._figures[key]

    def _quoted(
        self, number: int, textbox: TextBox, data: bytes, figures: Figures
    ) -> Quoted | None:
        element = textbox.element
        assert element is not None
        shown = [
            match.start(1) + at
            for match in _SHOWN.finditer(data)
            for at in range(0, len(match[1]), GLYPH)
        ]
        if len(element) or len(shown) != len(textbox.text):
            return None
        places: list[tuple[int, int]] = []
        # A number may go on in the next line.
        passed, whole = self._passed[element], _figures_in(element.text or "")
        for sign, at in zip(textbox.text, shown, strict=True):
            if sign in FIGURES:
                if data[at : at + GLYPH] != figures.glyph(sign):
                    return None
                places.append((at, passed + len(places)))
        passed += len(places)
        self._passed[element] = passed % whole
        return Quoted(number, tuple(places), figures.glyphs) if passed <= whole else None

    def _aligned(
        self, number: int, textbox: TextBox, data: bytes, figures: Figures
    ) -> Aligned | None:
        element = textbox.element
        said = str(self._folio) if element is None else element.text
        found = _NUMBER.fullmatch(data)
        share = self._share_of(textbox, self._cells[textbox], figures.width)
        if found is None or share is None or textbox.text != said:
            return None
        after = found[3].rpartition(b">")[2]
        cells = (b"<%b>%b" % (figures.glyph(figure), after) for figure in textbox.text)
        if b"".join(cells).replace(b"><", b"") != found[3]:
            return None
        return Aligned(
            number,
            found.start(1),
            found.end(3),
            textbox.position_x,
            len(textbox.text),
            figures.width * share,
            found[2],
            after,
            figures.glyphs,
        )

    def _share_of(self, textbox: TextBox, cell: Box, width: float) -> float | None:
        """Say how much of what the number grows by lies to the left of where it starts now.

        Return None if that is not certain, or if more would change than the number.
        """
        growth = width * _MOST_FIGURES if isinstance(cell, MarginBox) else 0
        room = cell.width - textbox.width
        if room > growth + _SLACK:
            share = (textbox.position_x - cell.content_box_x()) / room
            near = [known for known in _SHARES.values() if abs(share - known) < _SLACK]
            return near[0] if near else None
        if not isinstance(cell, MarginBox) or abs(room) > _SLACK:
            return None
        # Such boxes are as wide as their text.
        assert self._page_box is not None
        side, place = f"{cell.at_keyword[1:]}-".split("-")[:2]
        widths = {
            box.at_keyword: box.margin_width()
            for box in self._page_box.children
            if isinstance(box, MarginBox)
        }
        left, center, right = (widths.get(f"@{side}-{name}", 0.0) for name in _SHARES)
        taken = center + 2 * max(left, right) if center else left + right
        has_room = taken + 2 * growth < self._page_box.border_width()
        is_plain = cell.background is None and cell.border_width() == cell.padding_width()
        is_certain = side in ("top", "bottom") and place in _SHARES and has_room and is_plain
        return _SHARES[place] if is_certain else None


def _figures_in(text: str) -> int:
    return sum(sign in FIGURES for sign in text)


def _counts_pages(margin: MarginBox) -> bool:
    """Tell whether the content of a box in a page's margin has the number of the page in it."""
    return any(
        kind in ("counter()", "counters()") and said[0] == "page"
        for kind, said in margin.style["content"]
    )


def _only_text(cell: Box) -> TextBox | None:
    """Return the text of a box that holds one line, and nothing else on it."""
    lines = [box for box in cell.children if isinstance(box, LineBox)]
    texts = [box for line in lines for box in line.children]
    text = texts[0] if len(cell.children) == len(texts) == 1 else None
    is_plain = isinstance(text, TextBox) and text.style["text_decoration_line"] == "none"
    return text if is_plain and isinstance(text, TextBox) else None


def _figures_drawn(layout: PangoLayout) -> Figures | None:
    """Return the figures of a text, if all are equally wide, and each looks the same all over."""
    _, runs = drawn_glyphs(layout)
    drawn = [glyph for run in runs for glyph in zip(run.ids, run.geometries, strict=True)]
    starts = [start for run in runs for start in run.starts]
    if len(drawn) != len(layout.text) or starts != sorted(starts):
        return None
    glyphs: dict[str, set[int]] = {}
    geometries: dict[str, set[tuple[int, int, int]]] = {}
    # The room for a figure may depend on what follows.
    for (glyph, geometry), (sign, after) in zip(drawn, pairwise(f"{layout.text} "), strict=True):
        glyphs.setdefault(sign, set()).add(glyph)
        geometries.setdefault(_FIGURE.sub("0", sign + after), set()).add(geometry)
    if {*map(len, glyphs.values()), *map(len, geometries.values())} != {1}:
        return None
    ids = (glyph for figure in FIGURES for glyph in glyphs[figure])
    ((width, _, _),) = geometries["00"]
    return Figures(b"".join(b"%04x" % glyph for glyph in ids), width / UNITS_IN_PIXEL)
