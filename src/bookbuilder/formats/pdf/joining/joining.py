"""Join laid-out runs to one PDF, as WeasyPrint would make it if it had just laid them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.joining.fonts import add_fonts
from bookbuilder.formats.pdf.joining.form import add_form
from bookbuilder.formats.pdf.joining.information import add_information
from bookbuilder.formats.pdf.joining.pages import add_names, add_outline, add_pages
from bookbuilder.formats.pdf.joining.pdf import Pdf
from bookbuilder.formats.pdf.joining.resources import ResourceWriter
from bookbuilder.formats.pdf.joining.tagging import write_structure
from bookbuilder.formats.pdf.joining.values import reference
from bookbuilder.formats.pdf.run_data.records import LaidOutRun, PageRecord, WrittenFonts

# The white points of CIE XYZ, for colours in Lab.
_WHITE = {
    "lab-d50": (0.3457 / 0.3585, 1, (1 - 0.3457 - 0.3585) / 0.3585),
    "lab-d65": (0.3127 / 0.3290, 1, (1 - 0.3127 - 0.3290) / 0.3290),
}
_LAB_RANGE = (-125, 125, -125, 125)


def empty_page(front: Sequence[PageRecord]) -> PageRecord:
    """Return a page without text, like those of the `front`: with its marks for cutting."""
    page = next((p for p in front if b"BDC" not in p.content and not p.anchors), None)
    return page or replace(front[0], anchors={}, links=(), bookmarks=(), content=b"", start=None)


def join(
    tree: ET.Element,
    laid_out_runs: Sequence[LaidOutRun],
    parts: Sequence[int],
    fonts: WrittenFonts,
    font_names: Sequence[Mapping[str, str]],
    blobs: Mapping[str, bytes],
    empty: int = 0,
    has_links: bool = True,
    is_archive: bool = False,
) -> Pdf:
    """Return one PDF of all pages of `laid_out_runs`, with the metadata of `tree`.

    `parts` says where in the book each of them stands; `fonts` are those of all, and `font_names`
    their names in each; `blobs` holds pictures by digest. As many `empty` pages follow. Unless it
    `has_links`, they are text.
    """
    pages = [page for laid_out in laid_out_runs for page in laid_out.pages]
    if empty:
        pages += [empty_page(laid_out_runs[0].pages)] * empty
    pdf = Pdf()
    lab = {name: ["/Lab", {"WhitePoint": w, "Range": _LAB_RANGE}] for name, w in _WHITE.items()}
    color_space = pdf.add(lab)
    shared = pdf.add_unfinished({})
    links = add_pages(pdf, pages, reference(shared.number), has_links)
    add_outline(pdf, pages)
    all_fonts, by_name = add_fonts(pdf, fonts)
    kinds = ("ExtGState", "XObject", "Pattern", "Shading")
    shared.values.update(
        {kind: {} for kind in kinds} | {"ColorSpace": color_space, "Font": all_fonts}
    )
    add_information(pdf, tree)
    add_names(pdf)
    writer = ResourceWriter(pdf, color_space, by_name, blobs, is_archive)
    objects = iter(pdf.pages.values())
    for laid_out, names in zip(laid_out_runs, font_names, strict=True):
        assert laid_out.resources is not None
        resources = writer.write(laid_out.resources, names)
        for _ in laid_out.pages:
            next(objects)["Resources"] = resources
    first = next(iter(pdf.pages.values()))["Resources"]
    for page in objects:
        page["Resources"] = first
    fields = add_form(pdf, [page.fields for s in laid_out_runs for page in s.pages])
    write_structure(pdf, laid_out_runs, parts, {"link": links, "field": fields}, has_links)
    return pdf
