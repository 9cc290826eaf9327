"""Page numbers as text in the trees.

WeasyPrint's own way, `target-counter(…, page)`, silently corrupts the layout of pages that also
have footnotes. So pages are laid out, their anchors read, the numbers written into the tree, and
pages laid out again until nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.indexing import bake_index

UNKNOWN = "000"


def roman(number: int) -> str:
    """Lower-case Roman numerals, for numbers from 1."""
    values = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
    letters = ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i")
    found = []
    for value, letter in zip(values, letters, strict=True):
        count, number = divmod(number, value)
        found.append(letter * count)
    return "".join(found)


def front_labels(pages: list[Any]) -> dict[str, str]:
    """Anchors of laid-out front matter and the folios of their pages."""
    return _labels(pages, roman)


def body_labels(pages: list[Any]) -> dict[str, str]:
    return _labels(pages, str)


def _labels(pages: list[Any], folio: Callable[[int], str]) -> dict[str, str]:
    """An element that spans pages has its anchor on each; the first counts."""
    labels: dict[str, str] = {}
    for number, page in enumerate(pages, 1):
        for name in page.anchors:
            labels.setdefault(name, folio(number))
    return labels


def bake(tree: ET.Element, labels: Mapping[str, str]) -> bool:
    """Write page numbers into every element with `data-page-of="#id"`, and into the index.

    Returns whether one changed.
    """
    changed = bake_index(tree, labels)
    for element in tree.iter():
        target = element.get("data-page-of")
        if target is None:
            continue
        label = labels.get(target.removeprefix("#"), UNKNOWN)
        changed = changed or element.text != label
        element.text = label
    return changed
