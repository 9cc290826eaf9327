"""Join laid-out runs to one PDF, which WeasyPrint makes as if it had just laid them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.run_data.records import LaidOutRun, PageRecord
from bookbuilder.formats.pdf.weasy.contract import (
    Dictionary,
    PaintStream,
    Pdf,
    make_pdf,
    object_of,
)
from bookbuilder.formats.pdf.weasy.documents import document_of
from bookbuilder.formats.pdf.weasy.form_fields import add_form
from bookbuilder.formats.pdf.weasy.resources import ResourceWriter, joined_fonts
from bookbuilder.formats.pdf.weasy.tagging import write_structure


class _LinkBox:
    """Stands for the box of a link: WeasyPrint tells it the annotation that it made."""

    link_annotation: Dictionary | None = None


class _Page:
    """A page that was painted before, with what WeasyPrint asks of its own pages."""

    def __init__(self, page: PageRecord, has_links: bool = True) -> None:
        self._page = page
        self.width = page.width
        self.height = page.height
        self.bleed = dict(zip(("top", "right", "bottom", "left"), page.bleed, strict=True))
        self.anchors = page.anchors
        self.boxes = [_LinkBox() for _ in page.links]
        self.links = [
            (link.kind, link.target, link.area, box)
            for link, box in zip(page.links, self.boxes, strict=True)
            if has_links
        ]
        self.bookmarks = [(b.level, b.label, b.point, b.state) for b in page.bookmarks]
        self.forms: dict[None, list[object]] = {None: []}

    def paint(self, stream: PaintStream, scale: float = 1) -> None:
        stream.stream.append(self._page.content)


def empty_page(front: Sequence[PageRecord]) -> PageRecord:
    """Return a page without text, like those of the `front`: with its marks for cutting."""
    page = next((p for p in front if b"BDC" not in p.content and not p.anchors), None)
    return page or replace(front[0], anchors={}, links=(), bookmarks=(), content=b"", start=None)


def join(
    tree: ET.Element,
    laid_out_runs: Sequence[LaidOutRun],
    parts: Sequence[int],
    blobs: Mapping[str, bytes],
    empty: int = 0,
    has_links: bool = True,
) -> Pdf:
    """Return one PDF of all pages of `laid_out_runs`, with the metadata of `tree`.

    `parts` says where in the book each of them stands; `blobs` holds fonts and pictures by digest.
    As many `empty` pages follow. Unless it `has_links`, they are text.
    """
    pages = [_Page(page, has_links) for laid_out in laid_out_runs for page in laid_out.pages]
    if empty:
        pages += [_Page(empty_page(laid_out_runs[0].pages))] * empty
    fonts, names = joined_fonts(laid_out_runs, blobs)
    pdf = make_pdf(document_of(tree, pages, fonts))
    objects = [object_of(pdf, reference) for reference in pdf.page_references]
    shared = object_of(pdf, objects[0]["Resources"])
    writer = ResourceWriter(pdf, shared, blobs)
    remaining = iter(objects)
    for laid_out, font_names in zip(laid_out_runs, names, strict=True):
        assert laid_out.resources is not None
        resources = writer.write(laid_out.resources, font_names)
        for _ in laid_out.pages:
            next(remaining)["Resources"] = resources
    first = objects[0]["Resources"]
    for page in remaining:
        page["Resources"] = first
    links = [[box.link_annotation for box in page.boxes] for page in pages]
    fields = add_form(pdf, [page.fields for s in laid_out_runs for page in s.pages])
    write_structure(pdf, laid_out_runs, parts, {"link": links, "field": fields}, has_links)
    return pdf
