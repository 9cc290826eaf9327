"""Put what has the class `landscape` on pages that are turned; what follows is upright again."""

from __future__ import annotations

from collections.abc import Collection
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.compose.tree_tools import ancestors_of
from bookbuilder.formats.pdf.run_data.runs import classes_of

LANDSCAPE, TURNED = "landscape", "turned-page"
_TURNED = frozenset({"table", "figure", "div", "pre"})
# Only where these are around something may a page end before and after it.
_OPEN = frozenset({"section", "div", "article"})


def turn_pages(section: ET.Element, tables: Collection[ET.Element] = ()) -> None:
    """Put each table, figure, listing or division of the class into an element of its own.

    So are `tables`, whatever their class.
    """
    wanted = [*tables]
    if not tables:
        wanted = [e for e in section.iter() if e.tag in _TURNED and LANDSCAPE in classes_of(e)]
    if not wanted:
        return
    parents = {child: parent for parent in section.iter() for child in parent}
    done: set[ET.Element] = set()
    for element in wanted:
        around = ancestors_of(element, parents)
        outermost = element
        for ancestor in around:
            if ancestor.tag == "figure" or "listing" in classes_of(ancestor):
                outermost = ancestor
        above = ancestors_of(outermost, parents)
        if any(e.tag not in _OPEN for e in above) or not done.isdisjoint([outermost, *above]):
            continue
        done.add(outermost)
        parent = parents[outermost]
        place = list(parent).index(outermost)
        turned = ET.Element("div", {"class": TURNED})
        turned.tail, outermost.tail = outermost.tail, None
        parent[place] = turned
        turned.append(outermost)
        parents[turned], parents[outermost] = parent, turned
