"""Put what has the class `landscape` on pages that are turned; what follows is upright again."""

from __future__ import annotations

import re
from collections.abc import Collection
from xml.etree import ElementTree as ET

from bs4 import Tag

from bookbuilder.book import Book
from bookbuilder.formats.pdf.compose.tree_tools import ancestors_of
from bookbuilder.formats.pdf.run_data.runs import classes_of
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import find_text
from bookbuilder.trees.markup import elements, has_class, text_of

STAYS_UPRIGHT = Rule(
    "P033",
    "landscape-stays-upright",
    Severity.WARNING,
    "`.landscape` turns a table, a figure, a listing, or everything between `::: landscape` and"
    " `:::`. It turns nothing else, and nothing in a list, a quotation, a callout, a table or a"
    " note, because no page can begin there. Move it out, or put all of it between `::: landscape`"
    " and `:::`.",
)

LANDSCAPE, TURNED = "landscape", "turned-page"
_MARK = re.compile(r"\.landscape\b|(?<=:::)[ {.]{0,3}landscape\b|(?<=class=\")landscape\b")
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


def can_turn(tag: Tag) -> bool:
    """Return whether `tag`, in the tree of a chapter, stands where a page may end."""
    above = list(tag.parents)
    figures = [at for at, t in enumerate(above) if t.name == "figure" or has_class(t, "listing")]
    if figures:
        above = above[figures[-1] + 1 :]
    return all(t.name in _OPEN for t in above if t.parent is not None)


def is_turned(tag: Tag) -> bool:
    """Return whether the class turns `tag`, or what it is in."""
    return any(
        t.name in _TURNED and has_class(t, LANDSCAPE) and can_turn(t) for t in (tag, *tag.parents)
    )


def report_upright(book: Book, report: Report) -> None:
    """Report what has the class `landscape` and is not turned, once for each chapter."""
    for chapter in book.chapters:
        marked = [tag for tag in elements(chapter.tree) if has_class(tag, LANDSCAPE)]
        places = [m.span() for m in _MARK.finditer(chapter.source.text)] if marked else []
        for nth, tag in enumerate(marked):
            if is_turned(tag):
                continue
            if len(places) == len(marked):
                start, end = places[nth]
                span = chapter.source.span(start, end - start)
            else:
                span = find_text(chapter.source, next(iter(text_of(tag).split()), ""))
            message = f"`.landscape` cannot turn what is here (<{tag.name}>)"
            report.add(STAYS_UPRIGHT, message, span, alike="landscape")
