"""Put laid-out pages into a PDF: their content, links, anchors and bookmarks."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from bookbuilder.formats.pdf.joining.pdf import Pdf, Unfinished, Values
from bookbuilder.formats.pdf.joining.values import String, reference, written
from bookbuilder.formats.pdf.run_data.records import POINTS, Bookmark, Link, PageRecord
from bookbuilder.formats.pdf.run_data.streams import compressed

# How far the bleed box reaches over the trimmed page, at most: in points.
_WIDEST_BLEED = 10
# While one compresses, another can.
_THREADS = 2


@dataclass(slots=True)
class _Entry:
    """A bookmark, where it leads, and those below it."""

    bookmark: Bookmark
    place: list[object]
    below: list[_Entry] = field(default_factory=list)


def add_pages(
    pdf: Pdf, pages: Sequence[PageRecord], resources: bytes, has_links: bool
) -> list[list[Unfinished | None]]:
    """Add `pages`, which use `resources`; return the annotations of their links.

    They are None for links that lead nowhere, and all are if the PDF has no links.
    """
    anchors = {name for page in pages for name in page.anchors}
    annotations: list[list[Unfinished | None]] = []
    with ThreadPoolExecutor(_THREADS) as threads:
        for page, content in zip(pages, threads.map(_content_of, pages), strict=True):
            contents = pdf.add_compressed(content, {})
            values = _page(pdf, page, contents, resources)
            own = pdf.add_page(values)
            links = [_link(link, page, anchors, pdf) if has_links else None for link in page.links]
            annotations.append([pdf.add_annotation(link) if link else None for link in links])
            if made := [reference(link.number) for link in annotations[-1] if link]:
                values["Annots"] = made
            for name, (x, y, _, _) in page.anchors.items():
                if name not in pdf.destinations:
                    pdf.destinations[name] = [own, "/XYZ", *_point(page, x, y), 0]
            values |= _inner_boxes(page)
    return annotations


def add_names(pdf: Pdf) -> None:
    """Name the places of anchors: links lead to these names."""
    if places := pdf.destinations:
        names = [x for name in sorted(places) for x in (String(name), places[name])]
        pdf.catalog["Names"] = {"Dests": {"Names": names}}


def _content_of(page: PageRecord) -> bytes:
    top = written(page.height * POINTS)
    return compressed(b"1 0 0 -1 0 %b cm\n%b" % (top, page.content))


def _page(pdf: Pdf, page: PageRecord, contents: bytes, resources: bytes) -> Values:
    return {
        "Type": "/Page",
        "Parent": pdf.page_tree,
        "MediaBox": _media_box(page),
        "Contents": contents,
        "Resources": resources,
    }


def _media_box(page: PageRecord) -> list[float]:
    top, right, bottom, left = page.bleed
    x, y = -POINTS * left, -POINTS * top
    width = POINTS * (page.width + left + right)
    return [x, y, x + width, y + POINTS * (page.height + top + bottom)]


def _inner_boxes(page: PageRecord) -> Values:
    top, right, bottom, left = (side * POINTS for side in page.bleed)
    x, y, end, foot = _media_box(page)
    trim = [x + left, y + top, end - right, foot - bottom]
    outward = [min(_WIDEST_BLEED, side) for side in (left, top, right, bottom)]
    bleed = [
        trim[0] - outward[0],
        trim[1] - outward[1],
        trim[2] + outward[2],
        trim[3] + outward[3],
    ]
    return {"TrimBox": trim, "BleedBox": bleed}


def _point(page: PageRecord, x: float, y: float) -> tuple[float, float]:
    """Return a point of a page in points from its lower left corner."""
    return x * POINTS, y * -POINTS + page.height * POINTS


def _link(link: Link, page: PageRecord, anchors: set[str], pdf: Pdf) -> Values | None:
    if link.kind == "internal" and link.target not in anchors:
        pdf.messages[f"No anchor #{link.target} for internal URI reference"] = None
        return None
    left, top, right, bottom = link.area
    values = {
        "Type": "/Annot",
        "Subtype": "/Link",
        "Rect": [*_point(page, left, top), *_point(page, right, bottom)],
        "BS": {"W": 0},
    }
    target = String(link.target)
    if link.kind == "internal":
        return values | {"Dest": target}
    return values | {"A": {"Type": "/Action", "S": "/URI", "URI": target}}


def add_outline(pdf: Pdf, pages: Sequence[PageRecord]) -> None:
    """Add the bookmarks of all pages."""
    entries, count = _add_entries(pdf, _bookmark_tree(pdf, pages), None)
    if not entries:
        return
    first, last = (reference(entry.number) for entry in (entries[0], entries[-1]))
    outline = pdf.add({"Count": count, "First": first, "Last": last})
    for entry in entries:
        entry.values["Parent"] = outline
    pdf.catalog["Outlines"] = outline


def _bookmark_tree(pdf: Pdf, pages: Sequence[PageRecord]) -> list[_Entry]:
    """Return the bookmarks, each below the last one of a smaller level."""
    root: list[_Entry] = []
    above: list[_Entry] = []
    for number, page in zip(pdf.pages, pages, strict=True):
        for bookmark in page.bookmarks:
            while above and above[-1].bookmark.level >= bookmark.level:
                above.pop()
            place = [reference(number), "/XYZ", *_point(page, *bookmark.point), 0]
            entry = _Entry(bookmark, place)
            (above[-1].below if above else root).append(entry)
            above.append(entry)
    return root


def _add_entries(
    pdf: Pdf, entries: Sequence[_Entry], parent: bytes | None
) -> tuple[list[Unfinished], int]:
    """Add entries of the outline; return them, and how many of them and below them are shown."""
    made: list[Unfinished] = []
    count = len(entries)
    for entry in entries:
        values: Values = {"Title": String(entry.bookmark.label), "Dest": entry.place}
        own = pdf.add_unfinished(values)
        below, inner = _add_entries(pdf, entry.below, reference(own.number))
        is_closed = entry.bookmark.state == "closed"
        values["Count"] = -inner if is_closed else inner
        count += 0 if is_closed else inner
        if made:
            values["Prev"] = reference(made[-1].number)
            made[-1].values["Next"] = reference(own.number)
        if below:
            values["First"] = reference(below[0].number)
            values["Last"] = reference(below[-1].number)
        if parent is not None:
            values["Parent"] = parent
        made.append(own)
    return made, count
