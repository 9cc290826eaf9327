"""Turn MathML into drawings for print, and for readers that know no MathML; remember them."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import msgspec

from bookbuilder.formats.formulas.shapes import prepared
from bookbuilder.runtime.cache import Cache, digest_of, users_cache

MATH = "{http://www.w3.org/1998/Math/MathML}math"
SVG = "http://www.w3.org/2000/svg"
MOST_ELEMENTS = 3_000
"""Parts of one formula that is drawn: it takes about a second."""
LARGEST_CACHE = 50_000_000
_VERSION = b"formulas 6"
_UNITS = 1000


@dataclass(frozen=True, slots=True)
class Drawing:
    """Hold the drawing of a formula: measures in em, and paths by colour.

    `rows` are the baselines of its rows below its own, if it is a table. `lacking` are characters
    that its font does not have.
    """

    left: float
    width: float
    height: float
    depth: float
    paths: tuple[tuple[str, str], ...]
    rows: tuple[float, ...] = ()
    lacking: str = ""

    def svg(self, title: str) -> ET.Element:
        """Return the drawing as an element, without its size on the page."""
        total = self.height + self.depth
        box = (self.left, -self.height, self.width, total)
        svg = ET.Element(f"{{{SVG}}}svg", {"viewBox": " ".join(f"{n * _UNITS:.0f}" for n in box)})
        ET.SubElement(svg, f"{{{SVG}}}title").text = title
        for colour, path in self.paths:
            fill = {} if colour == "black" else {"fill": colour}
            ET.SubElement(svg, f"{{{SVG}}}path", {"d": path, **fill})
        return svg


class Drawings:
    """Draw formulas, and remember the drawings; nothing is kept if `remembers` is False."""

    def __init__(self, remembers: bool) -> None:
        self._cache = users_cache("formulas") if remembers else Cache(None)
        self._known: dict[bytes, Drawing | None] = {}
        self._has_new = False

    def of(self, math: ET.Element) -> Drawing | None:
        """Return the drawing of a `math` element; None if it cannot be drawn."""
        if sum(1 for _ in math.iter()) > MOST_ELEMENTS:
            return None
        shape = prepared(math)
        key = ET.tostring(shape, encoding="utf-8")
        if key not in self._known:
            self._known[key] = self._remembered(key, shape)
        return self._known[key]

    def _remembered(self, key: bytes, shape: ET.Element) -> Drawing | None:
        name = digest_of(_VERSION, key) if self._cache.remembers else ""
        if name and (data := self._cache.get(name)) is not None:
            try:
                return msgspec.msgpack.decode(data, type=Drawing)
            except msgspec.MsgspecError:
                pass
        drawing = _draw(shape)
        if name and drawing is not None:
            self._cache.put(name, msgspec.msgpack.encode(drawing))
            self._has_new = True
        return drawing

    def trim(self) -> None:
        """Drop the drawings that were not used for longest, if there are new ones."""
        if self._has_new:
            self._cache.trim(LARGEST_CACHE)
            self._has_new = False


def _draw(shape: ET.Element) -> Drawing | None:
    # Heavy, and only books with formulas need it.
    from bookbuilder.formats.formulas.engine import outlines_of
    from bookbuilder.formats.formulas.nodes import lacks

    text = "".join(shape.itertext())
    lacking = "".join(char for char in dict.fromkeys(text) if lacks(char))
    try:
        found = outlines_of(shape)
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError):
        # MathML that an author pasted may have any shape; ziamath checks little of it.
        return None
    measures = found.left, found.width, found.height, found.depth
    return Drawing(*measures, found.paths, found.rows, lacking)


@functools.cache
def drawings(remembers: bool) -> Drawings:
    return Drawings(remembers)
