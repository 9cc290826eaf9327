"""Reckon how wide the text is, in rem, before anything is laid out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from bookbuilder.book import Book
from bookbuilder.formats.pdf.compose.trim import trim_of
from bookbuilder.formats.pdf.compose.turned_pages import TURNED
from bookbuilder.formats.pdf.run_data.runs import classes_of
from bookbuilder.model.diagnostics import Report

INSETS = {"ul": 1.7, "ol": 1.7, "dd": 1.4, "blockquote": 2.8}
"""The theme's elements take so much from the measure of what is in them, in rem."""
_CLASS_INSETS = {
    "callout": 1.35,
    "callout-quote": 1.5,
    "tab": 0.95,
    "letter": 2.8,
    "margin-text": 2.3,
}
# In print.css: languages whose letters are set larger, while their code is not.
_LARGE, _LARGER = ("ar", "fa", "ur"), 1.15


@dataclass(frozen=True, slots=True)
class Measure:
    """Hold the width of the text on an upright page and on a turned one."""

    upright: float
    turned: float
    code: float = 1.0
    """The size of code for a rem, beside that of other books."""


def points(length: str) -> float:
    """Return a length in millimetres or points, such as `148mm`, in points."""
    unit = 72 / 25.4 if length.endswith("mm") else 1.0
    return float(length.removesuffix("mm").removesuffix("pt")) * unit


def measure_of(book: Book) -> Measure:
    language = book.metadata.language
    trim = trim_of(book.config, Report())
    width = points(trim.width) - points(trim.inner) - points(trim.outer_in(language))
    height = points(trim.height) - points(trim.top) - points(trim.bottom)
    is_large = language.lower().split("-")[0] in _LARGE
    rem = points(trim.size) * (_LARGER if is_large else 1.0)
    return Measure(width / rem, height / rem, 1 / _LARGER if is_large else 1.0)


def with_room(
    element: ET.Element, wanted: Collection[str], measure: Measure, room: float | None = None
) -> Iterator[tuple[ET.Element, float]]:
    """Yield the `wanted` elements with the room that they have; what is in tables has none."""
    room = measure.upright if room is None else room
    for child in element:
        classes = classes_of(child) if child.get("class") else []
        if TURNED in classes:
            yield from with_room(child, wanted, measure, measure.turned)
            continue
        inside = room - INSETS.get(child.tag, 0.0)
        inside -= sum(_CLASS_INSETS.get(name, 0.0) for name in classes)
        if child.tag in wanted:
            yield child, room
        elif child.tag not in ("table", "pre", "svg", "math", "p"):
            yield from with_room(child, wanted, measure, inside)
