"""Find where page numbers are painted, so that their figures can be changed without a layout.

That works where all figures are equally wide in whatever order they stand, as in nearly all fonts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.run_data.records import Folio, Quoted
from bookbuilder.formats.pdf.run_data.runs import numbers_in
from bookbuilder.formats.pdf.weasy.contract import (
    UNITS_IN_PIXEL,
    Box,
    DrawLine,
    LineBox,
    MarginBox,
    PaintStream,
    TextBox,
    drawn_glyphs,
    painted_widths,
    to_bytes,
)
from bookbuilder.formats.pdf.weasy.roles import SVG

FIGURES = "0123456789"
# Each figure before each other one.
_PAIRS = "".join(one + other for one in FIGURES for other in FIGURES)
# A book has no page with more.
_MOST_FIGURES = 5
# Of lengths, in CSS pixels: a rounding error.
_SLACK = 1e-3
# What the shapes of letters and the room between them depend on.
FONT_STYLE = (
    "direction",
    "font_family",
    "font_feature_settings",
    "font_kerning",
    "font_language_override",
    "font_size",
    "font_stretch",
    "font_style",
    "font_variant_alternates",
    "font_variant_caps",
    "font_variant_east_asian",
    "font_variant_ligatures",
    "font_variant_numeric",
    "font_variant_position",
    "font_variation_settings",
    "font_weight",
    "lang",
    "letter_spacing",
)
_SHOWN = re.compile(rb"<([0-9a-f]*)>")
_NUMBER = re.compile(rb"1 0 0 -1 (\S+)( \S+ Tm\n(?:/\S+ \S+ Tf\n)?\[)([^\]]*)\] TJ")
_DIGITS = 4
# How much further left than before the text of a box starts that is wider than before.
_SHARES = {"left": 0.0, "center": 0.5, "right": 1.0}


@dataclass(frozen=True, slots=True)
class Figures:
    """The glyphs of 0 to 9 in hexadecimal digits, each `width` CSS pixels wide."""

    glyphs: bytes
    width: float

    def shows(self, figure: str, glyph: int) -> bool:
        """Tell whether `glyph` is that of `figure`."""
        at = _DIGITS * int(figure)
        return int(self.glyphs[at : at + _DIGITS], 16) == glyph


class _Shown(bytes):
    """Operators that show a number; `place` says where in them its figures are."""

    place: Quoted | Folio


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
        self._passed = Counter[ET.Element]()
        self._figures: dict[tuple[object, ...], Figures | None] = {}
        self._folio = start - 1
        self._page_box: Box | None = None
        self._margins: dict[Box, MarginBox] = {}
        self._shown = Counter[type]()
        drawn = (element for picture in tree.iter(SVG) for element in picture.iter())
        self.spells = any(element in self._numbers for element in drawn)
        self.counts = False

    def turn_to(self, page_box: Box) -> None:
        """Go on with the next page."""
        self._folio += 1
        self._page_box = page_box
        self._shown.clear()
        self._margins = {}
        for margin in page_box.children:
            if isinstance(margin, MarginBox) and _counts_pages(margin):
                box = _only_text(margin)
                if box is None:
                    self.counts = True
                else:
                    self._margins[box] = margin

    def noting(self, draw: DrawLine) -> DrawLine:
        """Return a function that draws a line as `draw` does, and notes where numbers are."""

        def draw_and_note(stream: PaintStream, textbox: TextBox, *rest: object) -> list[object]:
            # The text in SVG is drawn with boxes of another kind.
            is_ours = isinstance(textbox, TextBox)
            margin = self._margins.get(textbox) if is_ours else None
            number = self._number_in(textbox) if is_ours else None
            if margin is None and number is None:
                return draw(stream, textbox, *rest)
            figures = self._figures_of(draw, stream, textbox, rest)
            before = len(stream.stream)
            emojis = draw(stream, textbox, *rest)
            data = b"\n".join(map(to_bytes, stream.stream[before:]))
            place: Quoted | Folio | None = None
            if figures is not None and number is not None:
                place = self._quoted(number, textbox, data, figures)
            elif figures is not None and margin is not None:
                place = self._folio_of(textbox, margin, data, figures)
            if place is None:
                self.spells |= number is not None
                self.counts |= margin is not None
            else:
                shown = _Shown(data)
                shown.place = place
                stream.stream[before:] = [shown]
                self._shown[type(place)] += 1
            return emojis

        return draw_and_note

    def content_of(
        self, operations: Iterable[object]
    ) -> tuple[bytes, tuple[Quoted, ...], tuple[Folio, ...]]:
        """Return the content of the page, and the numbers in it."""
        content = bytearray()
        quoted: list[Quoted] = []
        folios: list[Folio] = []
        for operation in operations:
            at = len(content)
            if isinstance(operation, _Shown):
                place = operation.place
                if isinstance(place, Folio):
                    folios.append(replace(place, start=place.start + at, end=place.end + at))
                else:
                    places = tuple((at + offset, which) for offset, which in place.places)
                    quoted.append(replace(place, places=places))
            content += to_bytes(operation) + b"\n"
        # Others are in groups that are painted on their own.
        self.spells |= len(quoted) < self._shown[Quoted]
        self.counts |= len(folios) < self._shown[Folio]
        return bytes(content[:-1]), tuple(quoted), tuple(folios)

    def _number_in(self, textbox: TextBox) -> int | None:
        if textbox.element is None or "::" in textbox.element_tag:
            return None
        return self._numbers.get(textbox.element)

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
            self._figures[key] = None if emojis else _figures_drawn(stream, textbox)
            layout.set_text(own, justify=True)
        return self._figures[key]

    def _quoted(
        self, number: int, textbox: TextBox, data: bytes, figures: Figures
    ) -> Quoted | None:
        element = textbox.element
        assert element is not None
        text, runs = drawn_glyphs(textbox.pango_layout)
        shown = [
            (match.start(1) + at, int(match[1][at : at + _DIGITS], 16))
            for match in _SHOWN.finditer(data)
            for at in range(0, len(match[1]), _DIGITS)
        ]
        drawn = [
            (start, glyph) for run in runs for start, glyph in zip(run.starts, run.ids, strict=True)
        ]
        if len(element) or [glyph for _, glyph in shown] != [glyph for _, glyph in drawn]:
            return None
        passed = self._passed[element]
        places = []
        for (offset, _), (start, glyph) in zip(shown, drawn, strict=True):
            sign = chr(text[start])
            if sign in FIGURES:
                if not figures.shows(sign, glyph):
                    return None
                places.append((offset, passed + _figures_in(text[:start].decode())))
        whole = _figures_in(element.text or "")
        passed += len(places)
        self._passed[element] = passed % whole
        return Quoted(number, tuple(places), figures.glyphs) if passed <= whole else None

    def _folio_of(
        self, textbox: TextBox, margin: MarginBox, data: bytes, figures: Figures
    ) -> Folio | None:
        found = _NUMBER.fullmatch(data)
        share = self._share_of(textbox, margin, figures.width)
        if found is None or share is None or textbox.text != str(self._folio):
            return None
        after = found[3].rpartition(b">")[2]
        cells = [
            b"<%b>%b" % (figures.glyphs[at : at + _DIGITS], after)
            for at in (_DIGITS * int(figure) for figure in textbox.text)
        ]
        if b"".join(cells).replace(b"><", b"") != found[3]:
            return None
        return Folio(
            found.start(1),
            found.end(3),
            textbox.position_x,
            len(textbox.text),
            figures.width * share,
            found[2],
            after,
            figures.glyphs,
        )

    def _share_of(self, textbox: TextBox, margin: MarginBox, width: float) -> float | None:
        """Say how much of what the number grows by lies to the left of where it starts now.

        Return None if that is not certain, or if more would change than the number.
        """
        growth = width * _MOST_FIGURES
        room = margin.width - textbox.width
        side, place = f"{margin.at_keyword[1:]}-".split("-")[:2]
        if room > growth:
            share = (textbox.position_x - margin.content_box_x()) / room
            near = [known for known in _SHARES.values() if abs(share - known) < _SLACK]
            return near[0] if near else None
        # Such boxes are as wide as their text.
        is_alike = abs(room) < _SLACK and side in ("top", "bottom") and place in _SHARES
        is_plain = margin.background is None and not margin.border_left_width
        if not (is_alike and is_plain and not margin.border_right_width):
            return None
        assert self._page_box is not None
        widths = {
            box.at_keyword: box.margin_width()
            for box in self._page_box.children
            if isinstance(box, MarginBox)
        }
        left, center, right = (widths.get(f"@{side}-{name}", 0.0) for name in _SHARES)
        taken = center + 2 * max(left, right) if center else left + right
        return _SHARES[place] if taken + 2 * growth < self._page_box.border_width() else None


def _figures_in(text: str) -> int:
    return sum(sign in FIGURES for sign in text)


def _counts_pages(margin: MarginBox) -> bool:
    """Tell whether the content of a box in a page's margin has the number of the page in it."""
    return any(
        kind in ("counter()", "counters()") and said[0] == "page"
        for kind, said in margin.style["content"]
    )


def _only_text(margin: MarginBox) -> TextBox | None:
    """Return the one text in a box that holds the number of the page and no more."""
    content = margin.style["content"]
    lines = [box for box in margin.children if isinstance(box, LineBox)]
    texts = [box for line in lines for box in line.children if isinstance(box, TextBox)]
    is_alone = len(content) == len(margin.children) == len(texts) == 1
    is_plain = is_alone and texts[0].style["text_decoration_line"] == "none"
    return texts[0] if is_plain else None


def _figures_drawn(stream: PaintStream, textbox: TextBox) -> Figures | None:
    """Return the figures of a text that was just drawn, if each looks the same all over."""
    _, runs = drawn_glyphs(textbox.pango_layout)
    drawn = {
        start: (glyph, geometry, run.font)
        for run in runs
        for start, glyph, geometry in zip(run.starts, run.ids, run.geometries, strict=True)
    }
    signs = textbox.pango_layout.text
    starts = [len(signs[:at].encode()) for at in range(len(signs))]
    if sorted(drawn) != starts or sum(len(run.ids) for run in runs) != len(starts):
        return None
    glyphs: dict[str, set[int]] = {}
    geometries: dict[str, set[tuple[int, int, int]]] = {}
    widths: set[float] = set()
    for (start, sign), following in zip(
        zip(starts, signs, strict=True), (*signs[1:], ""), strict=True
    ):
        glyph, geometry, font = drawn[start]
        kind = re.sub("[0-9]", "0", sign + following)
        geometries.setdefault(kind, set()).add(geometry)
        if sign in FIGURES:
            glyphs.setdefault(sign, set()).add(glyph)
            widths.add(painted_widths(stream, font).get(glyph, -1))
    is_alike = {len(found) for found in glyphs.values()} | {
        len(g) for g in geometries.values()
    } == {1}
    ids = [glyph for figure in FIGURES for glyph in glyphs[figure]]
    (advance, *_), *_ = geometries["00"]
    if not is_alike or len(widths) > 1 or max(ids) >= 16**_DIGITS:
        return None
    return Figures(b"".join(b"%04x" % glyph for glyph in ids), advance / UNITS_IN_PIXEL)
