"""Draw MathML with ziamath: its outlines as one path, and its place on the line.

Only this module and `nodes` use ziamath. docs/dependencies.md lists what these mend.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from bookbuilder.formats.formulas.nodes import UNITS, Table

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from ziamath.config import config
    from ziamath.zmath import Math

DEEPEST = 60
MARGIN = 0.04
"""Above and below a drawing, in em: screens cut off what is less than a dot."""
_FRACTION = re.compile(r"-?\d+\.\d+")
_STANDING = re.compile(r"(M (-?\d+ -?\d+) )L \2 ")
_BLANKS = re.compile(r"(?<=[A-Z]) | (?=[A-Z-])")


@dataclass(frozen=True, slots=True)
class Outlines:
    """Hold a drawing: its measures in em, and its paths by colour. `y` grows downwards.

    `rows` are the baselines of the rows of the table that the formula is, from its own baseline.
    """

    left: float
    width: float
    height: float
    depth: float
    paths: tuple[tuple[str, str], ...]
    rows: tuple[float, ...] = ()


def outlines_of(math: ET.Element) -> Outlines:
    """Draw `math`, whose names have no namespace and which `formula_shapes` has prepared."""
    config.svg2 = False
    config.precision = 1
    config.minsizefraction = 0.0
    drawn = Math(math, size=UNITS)
    svg = ET.Element("svg")
    drawn.node.draw(0, 0, svg)
    box = drawn.node.bbox
    left = min(box.xmin, 0)
    right = max(box.xmax, drawn.node.xadvance(), 1)
    paths: dict[str, list[str]] = {}
    for colour, path in _paths(svg):
        paths.setdefault(colour, []).append(path)
    return Outlines(
        left / UNITS,
        (right - left) / UNITS,
        max(box.ymax, 0) / UNITS + MARGIN,
        max(-box.ymin, 0) / UNITS + MARGIN,
        tuple((colour, "".join(parts)) for colour, parts in paths.items()),
        tuple(y / UNITS for y in _rows_of(drawn.node)),
    )


def _rows_of(node: Any) -> list[float]:
    """Return the baselines of a table that stands alone in a formula."""
    for _ in range(DEEPEST):
        if isinstance(node, Table):
            return node.baselines
        if len(node.nodes) != 1:
            return []
        node = node.nodes[0]
    return []


def _paths(svg: ET.Element) -> Iterator[tuple[str, str]]:
    for shape in svg.iter():
        colour = shape.get("fill") or shape.get("stroke") or "black"
        if shape.tag == "path" and shape.get("stroke"):
            yield shape.get("stroke", "black"), _stroke(shape)
        elif shape.tag == "path":
            yield colour, _shortened(shape.get("d", ""))
        elif shape.tag == "rect" and shape.get("stroke"):
            yield shape.get("stroke", "black"), _frame(shape)
        elif shape.tag == "rect":
            x, y, width, height = _numbers(shape, "x", "y", "width", "height")
            yield colour, _box(x, y, width, height)


def _shortened(path: str) -> str:
    """Return a path of whole numbers, without the lines of no length that ziamath begins with."""
    whole = _FRACTION.sub(lambda number: f"{float(number[0]):.0f}", path)
    return _BLANKS.sub("", _STANDING.sub(r"\1", whole))


def _numbers(shape: ET.Element, *names: str) -> list[float]:
    return [float(shape.get(name, "0")) for name in names]


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"M{x:g} {y:g}h{width:g}v{height:g}h{-width:g}Z "


def _frame(shape: ET.Element) -> str:
    x, y, width, height = _numbers(shape, "x", "y", "width", "height")
    thick = float(shape.get("stroke-width", "40"))
    return (
        _box(x, y, width, thick)
        + _box(x, y + height - thick, width, thick)
        + _box(x, y, thick, height)
        + _box(x + width - thick, y, thick, height)
    )


def _stroke(shape: ET.Element) -> str:
    """Return a line from corner to corner as an area."""
    numbers = [float(n) for n in re.findall(r"-?\d+\.?\d*", shape.get("d", ""))]
    if len(numbers) != 4:
        return ""
    x1, y1, x2, y2 = numbers
    thick = float(shape.get("stroke-width", "40"))
    length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1)
    dx, dy = (y2 - y1) / length * thick / 2, (x1 - x2) / length * thick / 2
    points = ((x1 + dx, y1 + dy), (x2 + dx, y2 + dy), (x2 - dx, y2 - dy), (x1 - dx, y1 - dy))
    return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in points) + "Z "
