"""Report diagrams that are scaled down so far that their text is hard to read on paper."""

from __future__ import annotations

import re

from bs4 import Tag

from bookbuilder.book import Book
from bookbuilder.dialect.syntax.diagrams import DIAGRAM
from bookbuilder.formats.pdf.compose.measure import measure_of, points
from bookbuilder.formats.pdf.compose.trim import trim_of
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.trees.markup import elements, has_class, text_of

SMALL = Rule(
    "D004",
    "small-diagram-text",
    Severity.NOTE,
    "A diagram that is wider or higher than the page is scaled down, and its text with it. Text of"
    " less than 6 points is hard to read on paper. Make the diagram narrower (a flow chart from top"
    " to bottom, `flowchart TD`, instead of from left to right), or make several of it.",
)
SMALLEST = 6.0
"""Points."""
_SIZE = 0.85
"""Set a diagram's text this large, as a share of the book's, as the theme does."""
_WIDTH = re.compile(r"width: ([\d.]{1,12})em")


def report_small_diagrams(book: Book, report: Report) -> None:
    """Report each diagram whose usual text is too small on an upright page."""
    found = [
        (chapter, svg)
        for chapter in book.chapters
        for svg in elements(chapter.tree, "svg")
        if has_class(svg, DIAGRAM)
    ]
    if not found:
        return
    trim = trim_of(book.config, Report())
    size = points(trim.size)
    width = measure_of(book).upright * size
    height = points(trim.height) - points(trim.top) - points(trim.bottom) - points("12mm")
    for chapter, svg in found:
        text = size * _SIZE
        wide, high = _extent(svg, text)
        shown = text * min(1.0, width / wide, height / high)
        if shown < SMALLEST:
            title = next((text_of(t) for t in elements(svg, "title")), "")
            name = f" (“{title[:60]}”)" if title else ""
            label = next((text_of(t) for t in elements(svg, "text") if text_of(t).strip()), "")
            message = f"the text of a diagram{name} is only {shown:.1f} points high in print"
            # Fences are no text that would be searched for findings.
            at = chapter.source.text.find(label.strip())
            line = chapter.source.text.count("\n", 0, max(at, 0)) + 1
            span = chapter.source.span_of_line(line) if at >= 0 else chapter.source.span_of_file()
            report.add(SMALL, message, span)


def _extent(svg: Tag, text: float) -> tuple[float, float]:
    """Return the width and height of a drawing whose text is so many points high."""
    said = _WIDTH.search(str(svg.get("style", "")))
    wide = float(said[1]) * text if said else 1.0
    box = [float(n) for n in str(svg.get("viewBox", "0 0 1 1")).split()]
    return max(wide, 1.0), max(wide * box[3] / box[2], 1.0)
