"""Write gradients that are turned or skewed as ones that are not, which every renderer draws.

WeasyPrint paints a gradient on the rectangle between two transformed corners. Where it is turned
by 45 degrees, that rectangle has no height, and nothing is painted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from bs4 import Tag

from bookbuilder.text.patterns import rare_pattern
from bookbuilder.trees.markup import elements

Matrix = tuple[float, float, float, float, float, float]
_DEFAULTS = {
    "linearGradient": {"x1": "0%", "y1": "0%", "x2": "100%", "y2": "0%"},
    "radialGradient": {"cx": "50%", "cy": "50%", "r": "50%", "fx": "", "fy": ""},
}
_STEP = rare_pattern(r"(matrix|translate|scale|rotate|skewX|skewY)\s{0,9}\(([^()]{0,200})\)")
_MOST_STEPS = 50
_MOST_FOLLOWED = 20
_NUMBER = rare_pattern(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(px|%)?\s*")


def untransform_gradients(root: Tag) -> None:
    """Apply each `gradientTransform` to the coordinates of its gradient, where that is exact."""
    gradients = elements(root, *_DEFAULTS)
    by_id = {str(tag["id"]): tag for tag in reversed(gradients) if tag.get("id")}
    written: list[tuple[Tag, dict[str, str]]] = []
    for tag in gradients:
        said = _said(tag, by_id)
        matrix = _matrix(said.get("gradientTransform", ""))
        if matrix is None:
            continue
        linear = tag.name == "linearGradient"
        moved = _linear(said, matrix) if linear else _radial(said, matrix)
        if moved is not None:
            written.append((tag, moved))
    for tag, moved in written:
        tag.attrs |= moved
        # An empty one would not hide that of a gradient that it refers to.
        tag.attrs["gradientTransform"] = "translate(0)"


def is_tilted(transformation: str) -> bool:
    """Return whether a transformation turns by anything but a multiple of 90 degrees, or skews."""
    matrix = _matrix(transformation)
    return matrix is not None and (abs(matrix[0]) > 1e-9 or abs(matrix[3]) > 1e-9)


def _said(tag: Tag, by_id: Mapping[str, Tag]) -> dict[str, str]:
    """Return the attributes of a gradient, with those of the gradients that it refers to."""
    found = {key: str(value) for key, value in tag.attrs.items()}
    at = tag
    for _ in range(_MOST_FOLLOWED):
        target = str(at.get("href") or at.get("xlink:href") or "").strip().removeprefix("#")
        if target not in by_id:
            break
        at = by_id[target]
        found = {key: str(value) for key, value in at.attrs.items()} | found
    return _DEFAULTS[tag.name] | found


def _matrix(text: str) -> Matrix | None:
    """Return what a transformation comes to; None where it is none, or only moves and scales."""
    whole: Matrix = (1, 0, 0, 1, 0, 0)
    for step, _ in zip(_STEP.finditer(text), range(_MOST_STEPS), strict=False):
        try:
            numbers = [float(n) for n in re.split(r"[\s,]+", step[2].strip())]
            whole = _product(whole, _step(step[1], numbers))
        except (ValueError, IndexError):
            return None
    is_turned = abs(whole[1]) > 1e-9 or abs(whole[2]) > 1e-9
    is_sound = all(map(math.isfinite, whole)) and whole[0] * whole[3] != whole[1] * whole[2]
    return whole if is_turned and is_sound else None


def _step(name: str, n: list[float]) -> Matrix:
    if name == "matrix":
        return (n[0], n[1], n[2], n[3], n[4], n[5])
    if name == "translate":
        return (1, 0, 0, 1, n[0], n[1] if len(n) > 1 else 0)
    if name == "scale":
        return (n[0], 0, 0, n[1] if len(n) > 1 else n[0], 0, 0)
    angle = math.radians(n[0])
    if name == "rotate":
        sin, cos = math.sin(angle), math.cos(angle)
        x, y = (n[1], n[2]) if len(n) > 1 else (0, 0)
        return (cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y)
    tan = math.tan(angle)
    return (1, 0, tan, 1, 0, 0) if name == "skewX" else (1, tan, 0, 1, 0, 0)


def _product(m: Matrix, n: Matrix) -> Matrix:
    a, b, c, d, e, f = m
    return (
        a * n[0] + c * n[1],
        b * n[0] + d * n[1],
        a * n[2] + c * n[3],
        b * n[2] + d * n[3],
        a * n[4] + c * n[5] + e,
        b * n[4] + d * n[5] + f,
    )


def _linear(said: Mapping[str, str], matrix: Matrix) -> dict[str, str] | None:
    """Return the ends of the line along which colours change, at right angles to their stripes."""
    numbers = _numbers(said, "x1", "y1", "x2", "y2")
    if numbers is None:
        return None
    x1, y1, x2, y2 = numbers
    start, end = _point(matrix, x1, y1), _point(matrix, x2, y2)
    right, down = y1 - y2, x2 - x1
    stripe = (
        matrix[0] * right + matrix[2] * down,
        matrix[1] * right + matrix[3] * down,
    )
    along = math.hypot(*stripe)
    if not along:
        return None
    across = (-stripe[1] / along, stripe[0] / along)
    far = (end[0] - start[0]) * across[0] + (end[1] - start[1]) * across[1]
    ends = (*start, start[0] + far * across[0], start[1] + far * across[1])
    return {key: f"{value:.6g}" for key, value in zip(("x1", "y1", "x2", "y2"), ends, strict=True)}


def _radial(said: Mapping[str, str], matrix: Matrix) -> dict[str, str] | None:
    """Return a circle's place and size; None where the circle becomes an ellipse."""
    a, b, c, d, _, _ = matrix
    scale = math.hypot(a, b)
    is_circle = abs(a * c + b * d) < 1e-6 * scale and abs(math.hypot(c, d) - scale) < 1e-6 * scale
    filled = {**said, "fx": said["fx"] or said["cx"], "fy": said["fy"] or said["cy"]}
    numbers = _numbers(filled, "cx", "cy", "fx", "fy", "r")
    if not is_circle or numbers is None or "fr" in said:
        return None
    cx, cy, fx, fy, r = numbers
    values = (*_point(matrix, cx, cy), *_point(matrix, fx, fy), r * scale)
    return {
        key: f"{value:.6g}"
        for key, value in zip(("cx", "cy", "fx", "fy", "r"), values, strict=True)
    }


def _point(m: Matrix, x: float, y: float) -> tuple[float, float]:
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


def _numbers(said: Mapping[str, str], *keys: str) -> list[float] | None:
    """Return coordinates as numbers; None where they are shares of a drawing of unknown size."""
    shares = said.get("gradientUnits") != "userSpaceOnUse"
    found = [*_read(said, keys, shares)]
    return found if len(found) == len(keys) else None


def _read(said: Mapping[str, str], keys: tuple[str, ...], shares: bool) -> Iterator[float]:
    for key in keys:
        match = _NUMBER.fullmatch(said[key])
        if match and (shares or match[2] != "%" or float(match[1]) == 0):
            yield float(match[1]) / (100 if match[2] == "%" else 1)
