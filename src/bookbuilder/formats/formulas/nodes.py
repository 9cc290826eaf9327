"""Draw the elements of MathML that ziamath draws otherwise than TeX, or takes too long for.

Importing this module puts them in the places of ziamath's own.
"""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Callable, Iterator
from importlib import resources
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

with warnings.catch_warnings():
    # It opens its font in a way that Python calls old.
    warnings.simplefilter("ignore")
    from ziafont.font import Font
    from ziafont.fonttypes import BBox
    from ziamath import drawable
    from ziamath.mathfont import MathFont
    from ziamath.nodes import msubsup
    from ziamath.nodes.menclose import Menclose
    from ziamath.nodes.mnode import Mnode
    from ziamath.nodes.mrow import Mrow
    from ziamath.zmath import loadedfonts

UNITS = 1000
"""Units of a drawing in one em."""

_STRUT_ABOVE, _STRUT_BELOW = 0.76, 0.3
"""Give a row of a table at least this, in em."""
_UNITS_TO_EM = {"em": 1.0, "ex": 0.46, "mu": 1 / 18, "pt": 0.1, "px": 0.075, "mm": 0.2845}
_UNITS_TO_EM |= {"cm": 2.845, "in": 7.227, "pc": 1.2}
_NAMED = ("veryverythin", "verythin", "thin", "medium", "thick", "verythick", "veryverythick")
_SPACES = {f"{name}mathspace": n / 18 for n, name in enumerate(_NAMED, 1)}
_SPACES |= {f"negative{name}": -width for name, width in _SPACES.items()}
_LENGTH = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))([a-z]{2}|%)?")


def lacks(char: str) -> bool:
    """Return whether no font of formulas has a glyph for `char`."""
    if char.isspace() or loadedfonts["default"].glyphindex(char):
        return False
    return bool(_other_font().glyphindex(char) == 0)


@functools.cache
def _other_font() -> Any:
    """Return the bundled font with most letters that the font of formulas lacks: Japanese."""
    return Font(str(resources.files("bookbuilder").joinpath("fonts/BIZUDMincho-Regular.ttf")))


class _Foreign:
    """Stand for a glyph of another font, in the units of the font of formulas."""

    index = -1

    def __init__(self, glyph: Any, font: Any) -> None:
        self._glyph = glyph
        self.font = font
        self.id = glyph.id
        units = font.info.layout.unitsperem / glyph.font.info.layout.unitsperem
        self._advance: int = round(glyph.advance() * units)
        self.bbox = BBox(*(edge * units for edge in glyph.bbox))
        self.path = SimpleNamespace(bbox=self.bbox)

    def advance(self, nextchr: object = None) -> int:
        return self._advance

    def place(self, x: float, y: float, size: float) -> Any:
        return self._glyph.place(x, y, size)


def _found(find: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(self: Any, char: str, variant: Any) -> Any:
        glyph = find(self, char, variant)
        if glyph.index or char.isspace() or not _other_font().glyphindex(char):
            return glyph
        return _Foreign(_other_font().glyph(char), self)

    return wrapped


def _size_px(self: Any, size: str, fontsize: float | None = None) -> float:
    """Return a length in units. ziamath takes 1em for a third more than the font's size."""
    em = self.glyphsize if fontsize is None else fontsize
    if size in _SPACES:
        return float(_SPACES[size] * em)
    match = _LENGTH.fullmatch(str(size).strip())
    if match is None:
        return 0.0
    number, unit = float(match[1]), match[2]
    if unit is None:
        return number
    return float(number * _UNITS_TO_EM.get(unit, 0) * em)


class _Letter:
    """Stand for a single sign that has scripts: TeX lets its height not move them."""

    def __init__(self, node: Any) -> None:
        self._node = node
        em = node.glyphsize
        self.bbox = node.bbox._replace(
            ymin=max(node.bbox.ymin, -0.05 * em), ymax=min(node.bbox.ymax, 0.5 * em)
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._node, name)


def _placed(place: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(base: Any, script: Any, font: Any) -> Any:
        if base.mtag in ("mi", "mn", "mo", "mtext"):
            is_large = base.params.get("largeop") == "true" and base.style.displaystyle
            if not is_large and "minsize" not in base.element.attrib and not _grows(base.element):
                base = _Letter(base)
        return place(base, script, font)

    return wrapped


class Row(Mrow, tag="mrow"):
    """Measure a row once: ziamath measures it twice at each level, which doubles with each."""

    def _setup_single_line(self, line: list[ET.Element], **kwargs: Any) -> None:
        kwargs.pop("rowymin", None)
        kwargs.pop("rowymax", None)
        grows = [_grows(child) for child in line]
        made: list[Any] = [None] * len(line)
        around: list[Any] = []
        parent: Any = _Parent(self, around)
        # The first time for what does not grow, whose height those that do grow need.
        for at, child in enumerate(line):
            if not grows[at] and not (child.tag == "mo" and not (child.text or "").strip()):
                made[at] = Mnode.fromelement(child, parent=parent, **kwargs)
                around.append(made[at])
        if any(grows):
            heights = [node.bbox for node in around] or [BBox(0, 0, 0, UNITS / 2)]
            kwargs["rowymin"] = min(box.ymin for box in heights)
            kwargs["rowymax"] = max(box.ymax for box in heights)
            for at, child in enumerate(line):
                if grows[at]:
                    made[at] = Mnode.fromelement(child, parent=self, **kwargs)
        self._place([node for node in made if node is not None])

    def _place(self, nodes: list[Any]) -> None:
        x = xmin = xmax = ymin = ymax = 0.0
        for at, node in enumerate(nodes):
            self.nodes.append(node)
            self.nodexy.append((x, 0))
            xmin = min(xmin, x + node.bbox.xmin)
            xmax = max(xmax, x + node.bbox.xmax)
            ymin = node.bbox.ymin if at == 0 else min(ymin, node.bbox.ymin)
            ymax = node.bbox.ymax if at == 0 else max(ymax, node.bbox.ymax)
            x += node.xadvance()
        self.bbox = BBox(xmin, max(xmax, x), ymin, ymax)
        self._xadvance = x


class _Parent:
    """Stand for a row while its parts are made, whose left sibling is not known yet."""

    def __init__(self, row: Row, nodes: list[Any]) -> None:
        self._row = row
        self.nodes = nodes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)


def _grows(child: ET.Element) -> bool:
    return child.tag == "mo" and child.get("stretchy") == "true" and "minsize" not in child.attrib


class Enclosed(Menclose, tag="menclose"):
    """Give a box the height that it has."""

    def _setup(self, **kwargs: Any) -> None:
        super()._setup(**kwargs)
        pad = 2 * self.units_to_points(self.font.math.consts.radicalRuleThickness)
        base = self.base.bbox
        self.bbox = BBox(0, self.bbox.xmax, base.ymin - pad, base.ymax + pad)


class Arrow(Mnode, tag="arrow"):
    """Set an arrow that is as long as what stands above and below it."""

    def __init__(self, element: ET.Element, parent: Any, **kwargs: Any) -> None:
        super().__init__(element, parent, **kwargs)
        for child in list(element)[1:]:
            self.increase_child_scriptlevel(child)
        others = [Mnode.fromelement(child, parent=self, **kwargs) for child in list(element)[1:]]
        width = max([self.size_px("1.5em"), *(node.bbox.xmax for node in others)])
        arrow = Mnode.fromelement(element[0], parent=self, **{**kwargs, "width": width})
        width = max(width, arrow.bbox.xmax)
        gap = self.size_px("0.12em")
        self._add(arrow, (width - arrow.bbox.xmax) / 2, 0)
        above, below = arrow.bbox.ymax, arrow.bbox.ymin
        if element.get("below") and others:
            node = others.pop(0)
            self._add(node, (width - node.bbox.xmax) / 2, -below + gap + node.bbox.ymax)
            below -= gap + node.bbox.ymax - node.bbox.ymin
        for node in others:
            self._add(node, (width - node.bbox.xmax) / 2, -above - gap + node.bbox.ymin)
            above += gap + node.bbox.ymax - node.bbox.ymin
        self.bbox = BBox(0, width, below, above)

    def _add(self, node: Any, x: float, y: float) -> None:
        self.nodes.append(node)
        self.nodexy.append((x, y))


class Table(Mnode, tag="mtable"):
    """Set a table with the struts of TeX, with lines, and with cells over several columns."""

    def __init__(self, element: ET.Element, parent: Any, **kwargs: Any) -> None:
        super().__init__(element, parent, **kwargs)
        kwargs.pop("rowymin", None)
        kwargs.pop("rowymax", None)
        self.baselines: list[float] = []
        rows = [list(self._cells(row, kwargs)) for row in element]
        if any(rows):
            self._arrange([row for row in rows if row])

    def _cells(
        self, row: ET.Element, kwargs: dict[str, Any]
    ) -> Iterator[tuple[int, int, Any, str]]:
        sides = (row.get("columnalign") or self.element.get("columnalign") or "center").split()
        column = 0
        for cell in row:
            span = int(cell.get("columnspan", "1"))
            side = cell.get("columnalign") or sides[min(column, len(sides) - 1)]
            yield column, span, Mnode.fromelement(cell, parent=self, **kwargs), side
            column += span

    def _arrange(self, rows: list[list[tuple[int, int, Any, str]]]) -> None:
        em = self.glyphsize
        columns = max(column + span for row in rows for column, span, _, _ in row)
        gaps = self._gaps("columnspacing", "1em", columns - 1)
        widths = [0.0] * columns
        for row in rows:
            for column, span, node, _ in row:
                if span == 1:
                    widths[column] = max(widths[column], node.bbox.xmax)
        self._widen(widths, gaps, rows)
        starts = [0.0]
        for width, gap in zip(widths, [*gaps, 0.0], strict=True):
            starts.append(starts[-1] + width + gap)
        spaces = self._gaps("rowspacing", "0.1em", len(rows) - 1)
        heights = [max(_STRUT_ABOVE * em, *(c[2].bbox.ymax for c in row)) for row in rows]
        depths = [max(_STRUT_BELOW * em, *(-c[2].bbox.ymin for c in row)) for row in rows]
        total = sum(heights) + sum(depths) + sum(spaces)
        top = -total / 2 - self.font_units_to_points(self.font.math.consts.axisHeight) * (
            em / self.size
        )
        y = top
        for number, row in enumerate(rows):
            baseline = y + heights[number]
            self.baselines.append(baseline)
            for column, span, node, side in row:
                room = starts[column + span] - starts[column] - ([*gaps, 0.0][column + span - 1])
                spare = max(room - node.bbox.xmax, 0.0)
                x = starts[column] + {"left": 0.0, "right": spare}.get(side, spare / 2)
                self.nodes.append(node)
                self.nodexy.append((x, baseline))
            y = baseline + depths[number] + (spaces[number] if number < len(spaces) else 0.0)
        self._rule(starts, gaps, top, total, rows, heights, depths, spaces)
        self.bbox = BBox(0, starts[-1], -(top + total), -top)

    def _widen(
        self, widths: list[float], gaps: list[float], rows: list[list[tuple[int, int, Any, str]]]
    ) -> None:
        """Make room for cells over several columns, on both sides of what stands in these."""
        for row in rows:
            for column, span, node, _ in row:
                last = column + span - 1
                room = sum(widths[column : last + 1]) + sum(gaps[column:last])
                lacking = node.bbox.xmax - room
                if span > 1 and lacking > 0:
                    widths[column] += lacking / 2
                    widths[last] += lacking / 2

    def _gaps(self, name: str, otherwise: str, count: int) -> list[float]:
        said = (self.element.get(name) or otherwise).split() or [otherwise]
        sizes = [self.size_px(length) for length in said]
        return [sizes[min(n, len(sizes) - 1)] for n in range(count)]

    def _rule(
        self,
        starts: list[float],
        gaps: list[float],
        top: float,
        total: float,
        rows: list[Any],
        heights: list[float],
        depths: list[float],
        spaces: list[float],
    ) -> None:
        thick = self.units_to_points(self.font.math.consts.fractionRuleThickness)
        lines = (self.element.get("columnlines") or "").split()
        for number, gap in enumerate(gaps):
            if lines and lines[min(number, len(lines) - 1)] != "none":
                self.nodes.append(drawable.VLine(total, thick, style=self.style))
                self.nodexy.append((starts[number + 1] - gap / 2, top))
        lines = (self.element.get("rowlines") or "").split()
        y = top
        for number in range(len(rows) - 1):
            y += heights[number] + depths[number]
            if lines and lines[min(number, len(lines) - 1)] != "none":
                self.nodes.append(drawable.HLine(starts[-1], thick, style=self.style))
                self.nodexy.append((0, y + spaces[number] / 2))
            y += spaces[number]


msubsup.place_super = _placed(msubsup.place_super)
msubsup.place_sub = _placed(msubsup.place_sub)
setattr(MathFont, "findglyph", _found(MathFont.findglyph))  # noqa: B010
setattr(Mnode, "size_px", _size_px)  # noqa: B010
