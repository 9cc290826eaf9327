"""Make the cover for the printer: back, spine and front on one sheet around the pages."""

from __future__ import annotations

import io
import tomllib
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree as ET

import pikepdf

from bookbuilder.book import Asset, Book
from bookbuilder.config.schema import Config
from bookbuilder.formats.cover.barcode import barcode_svg
from bookbuilder.formats.cover_art import FENCE, FIELD, MARGIN, font_for, wrapped
from bookbuilder.formats.pdf import PDF
from bookbuilder.formats.pdf.compose.front_cover import (
    PICTURE,
    cover_measures,
    fence,
    front_panel,
    is_right_to_left,
    millimetres,
    with_picture,
)
from bookbuilder.formats.pdf.compose.styles import theme_style
from bookbuilder.formats.pdf.compose.tree_tools import element
from bookbuilder.formats.pdf.compose.trim import Trim, trim_of
from bookbuilder.formats.pdf.weasy.findings import (
    caught_log,
    report_layout_log,
    report_refused,
)
from bookbuilder.formats.pdf.weasy.setup import weasyprint_with_fonts
from bookbuilder.formats.types import Output, deliver
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.runtime.scratch import scratch_folder
from bookbuilder.text.identifiers import ean_of
from bookbuilder.text.suggest import did_you_mean

UNKNOWN_PAPER = Rule(
    "P020",
    "unknown-paper",
    Severity.ERROR,
    "The width of the spine depends on the thickness of the paper. `paper` in [pdf] must name"
    " one of the papers in profiles/paper.toml, or `spine` must give the width in millimetres.",
)
LONG_BLURB = Rule(
    "P022",
    "long-blurb",
    Severity.WARNING,
    "`description` in book.toml is printed on the back cover. If it does not fit there in the"
    " smallest readable size, its last sentences are left out. Shorten it.",
)

# In millimetres: the print beyond the cut, the marks' distance from the cut, and their length.
BLEED, MARK_GAP, MARK = 3.0, 4.0, 5.0
SLUG = MARK_GAP + MARK + 1
# On a narrower spine, folds that are a little off would put the words round the corner.
NARROWEST_WITH_WORDS = 6.0
_SAFE = 1.5
_LARGEST_ON_SPINE, _SMALLEST_ON_SPINE = 6.5, 2.1
_LARGEST_BLURB, _SMALLEST_BLURB = 4.4, 3.0
_BLURB_LEADING = 1.42
_LONGEST_BLURB = 4000
_BARCODE = "isbn.svg"
_POINTS = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Wrap:
    """The size of a cover in millimetres: the cut page, and the spine."""

    width: float
    height: float
    spine: float

    @property
    def whole(self) -> float:
        return 2 * self.width + self.spine


def spine_width(config: Config, pages: int, report: Report) -> float:
    """Return `spine`, or else the paper's thickness times the pages, made even, in millimetres."""
    if config.pdf.spine is not None:
        return max(float(config.pdf.spine), 0.0)
    papers = tomllib.loads(
        resources.files("bookbuilder").joinpath("profiles/paper.toml").read_text("utf-8")
    )
    if config.pdf.paper not in papers:
        known = ", ".join(f"`{name}`" for name in papers)
        hint = did_you_mean(config.pdf.paper, papers) or f"the papers are {known}"
        message = f"there is no paper `{config.pdf.paper}`"
        report.add(UNKNOWN_PAPER, message, config.span_of("pdf.paper"), hint)
        return 0.0
    return float((pages + pages % 2) * papers[config.pdf.paper]["page"])


def write_wrap(book: Book, path: Path, report: Report) -> Output:
    """Lay out the cover of `book` and write it to `path`.

    Where `pages` is not set, those of the print PDF count. Raises `BookError` as `write_pdf` does.
    """
    trim = trim_of(book.config, report)
    spine_width(book.config, 0, report)
    report.raise_for_errors()
    pages = book.config.pdf.pages or _pages_of_inside(book)
    wrap = Wrap(*millimetres(trim), spine_width(book.config, pages, report))
    with (
        weasyprint_with_fonts(book.config.folders, report, book.metadata.language),
        caught_log() as messages,
    ):
        from bookbuilder.formats.pdf.weasy.documents import BookFetcher, write_sheet

        book = with_picture(book, report)
        book, tree = _sheet(book, trim, wrap, report)
        fetcher = BookFetcher(book.assets)
        size = f"{wrap.whole + 2 * SLUG:.3f}mm {wrap.height + 2 * SLUG:.3f}mm"
        styles = [f"@page {{ size: {size}; margin: 0 }} body {{ margin: 0 }}", theme_style("cover")]
        data = write_sheet(tree, styles, fetcher)
        report_refused(fetcher.refused, report)
        report_layout_log(messages, book, report)
    deliver(path, _with_boxes(data, wrap), report)
    remark = f"spine {wrap.spine:.1f} mm for {pages} pages"
    return Output(path, path.stat().st_size, 1, "pages", remark=remark)


def check_wrap(book: Book, report: Report) -> None:
    """Report what is wrong with the width of the spine, which needs no page to be laid out."""
    spine_width(book.config, 1, report)


def _pages_of_inside(book: Book) -> int:
    """Count the pages of the print PDF: the one in `output` if `book` is unchanged since.

    Else the inside is laid out. Raises `BookError` where that fails; what is only worth a warning
    is for whoever builds the PDF.
    """
    from bookbuilder.formats.pdf.fingerprint import pages_if_made_from
    from bookbuilder.formats.pdf.writer import write_pdf

    pdf = replace(book.config.pdf, edition="print", marks=False, booklet=False, two_up=False)
    inside = replace(book, config=replace(book.config, pdf=pdf))
    if pages := pages_if_made_from(inside, PDF.output_path(inside)):
        return pages
    with scratch_folder() as folder:
        return write_pdf(inside, Path(folder, "inside.pdf"), Report()).count


def _with_boxes(data: bytes, wrap: Wrap) -> bytes:
    """Return the PDF with boxes for cut and bleed (ISO 32000-1, 14.11.2) and a fixed identifier."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        page = pdf.pages[0]
        for name, beyond in (("/TrimBox", 0.0), ("/BleedBox", BLEED)):
            inset = SLUG - beyond
            right, top = inset + wrap.whole + 2 * beyond, inset + wrap.height + 2 * beyond
            edges = (inset, inset, right, top)
            page.obj[name] = pikepdf.Array([round(edge * _POINTS, 3) for edge in edges])
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
        return out.getvalue()


def _sheet(book: Book, trim: Trim, wrap: Wrap, report: Report) -> tuple[Book, ET.Element]:
    """Return the book with the pictures of its sheet among the assets, and the sheet."""
    back, book = _back(book, wrap, report)
    front = element("section", "front panel", *front_panel(book, trim))
    spine = element("section", "spine", *_on_spine(book, wrap))
    left, right = (front, back) if is_right_to_left(book) else (back, front)
    left.set("style", f"left: {SLUG}mm; top: {SLUG}mm")
    right.set("style", f"left: {SLUG + wrap.width + wrap.spine:.3f}mm; top: {SLUG}mm")
    if PICTURE in book.assets:
        _bleed_picture(front, wrap, outer="left" if front is left else "right")
    edge = SLUG - BLEED
    whole = wrap.whole + 2 * BLEED
    ground = _rectangle("ground", edge, edge, whole, wrap.height + 2 * BLEED)
    field = _rectangle("field", edge, edge, whole, wrap.height * FIELD + BLEED)
    section = element("section", "wrap", ground, field, front, spine, back, *_marks(wrap))
    section.set("style", cover_measures(book, trim))
    head = element("head", "", element("title", "", book.metadata.title))
    if book.metadata.date:
        for name in ("dcterms.created", "dcterms.modified"):
            content = book.metadata.date.isoformat()
            ET.SubElement(head, "meta", {"name": name, "content": content})
    root = element("html", "", head, element("body", "", section))
    root.set("lang", book.metadata.language)
    root.set("dir", "rtl" if is_right_to_left(book) else "ltr")
    return book, root


def _rectangle(name: str, left: float, top: float, width: float, height: float) -> ET.Element:
    made = element("div", name)
    made.set(
        "style",
        f"left: {left:.3f}mm; top: {top:.3f}mm; width: {width:.3f}mm; height: {height:.3f}mm",
    )
    return made


def _bleed_picture(front: ET.Element, wrap: Wrap, outer: str) -> None:
    picture = next(front.iter("img"))
    inner = "right" if outer == "left" else "left"
    picture.set(
        "style",
        f"top: -{BLEED}mm; height: {wrap.height + 2 * BLEED}mm; width: {wrap.width + BLEED}mm;"
        f" {outer}: -{BLEED}mm; {inner}: 0",
    )


def _marks(wrap: Wrap) -> list[ET.Element]:
    """Draw where the sheet is cut, and at head and foot where it is folded, outside the bleed."""
    hair = 0.1
    marks = []
    columns = {SLUG, SLUG + wrap.width, SLUG + wrap.width + wrap.spine, SLUG + wrap.whole}
    for x in sorted(columns):
        for y in (SLUG - MARK_GAP - MARK, SLUG + wrap.height + MARK_GAP):
            marks.append(_rectangle("mark", x - hair / 2, y, hair, MARK))
    for y in (SLUG, SLUG + wrap.height):
        for x in (SLUG - MARK_GAP - MARK, SLUG + wrap.whole + MARK_GAP):
            marks.append(_rectangle("mark", x, y - hair / 2, MARK, hair))
    return marks


def _on_spine(book: Book, wrap: Wrap) -> list[ET.Element]:
    """Set title on the field and authors on the paper, read from the head down (ISO 6357)."""
    if wrap.spine < NARROWEST_WITH_WORDS:
        return []
    meta = book.metadata
    authors = ", ".join(p.name for p in meta.authors if p.role == "aut")
    margin = wrap.width * MARGIN
    field = wrap.height * FIELD
    words = [("title", meta.title, margin, field - 2 * margin)]
    words.append(("authors", authors, field + margin / 2, wrap.height - field - 1.5 * margin))
    size = min(wrap.spine - 2 * _SAFE, _LARGEST_ON_SPINE)
    made = []
    for name, text, top, room in words:
        if not text:
            continue
        share = 1.0 if name == "title" else 0.72
        fitting = _fit_on_line(text, room, size * share, bold=name == "title")
        if fitting < _SMALLEST_ON_SPINE:
            continue
        paragraph = element("p", name, text)
        paragraph.set(
            "style",
            f"left: {SLUG + wrap.width + wrap.spine:.3f}mm; top: {SLUG + top:.3f}mm;"
            f" width: {room:.2f}mm; font-size: {fitting:.2f}mm; line-height: {wrap.spine:.3f}mm",
        )
        made.append(paragraph)
    return made


def _fit_on_line(text: str, room: float, largest: float, *, bold: bool) -> float:
    length = font_for(text, 100, bold=bold).getlength(text) / 100
    return min(largest, 0.98 * room / length)


def _back(book: Book, wrap: Wrap, report: Report) -> tuple[ET.Element, Book]:
    """Set the description on the field, and on the paper the publisher and the barcode."""
    back = element("section", "back panel")
    if text := book.metadata.description:
        width = wrap.width * (1 - 2 * MARGIN)
        room = wrap.height * (FIELD - FENCE - 0.1)
        text, size = _fit_blurb(text, width, room, book, report)
        blurb = element("p", "blurb", text)
        blurb.set("style", f"font-size: {size:.2f}mm")
        back.append(blurb)
    back.append(fence(book, mirrored=True))
    if book.metadata.publisher:
        back.append(element("p", "publisher", book.metadata.publisher))
    isbn = book.metadata.isbn
    ean = ean_of(isbn) if isbn else ""
    if not ean:
        return back, book
    picture = element("img")
    picture.attrib |= {"src": _BARCODE, "alt": f"ISBN {isbn}"}
    box = element("div", "barcode", element("p", "", f"ISBN {isbn}"), picture)
    side = "left" if is_right_to_left(book) else "right"
    box.set("style", f"{side}: {wrap.width * MARGIN:.2f}mm")
    back.append(box)
    asset = Asset(_BARCODE, "image/svg+xml", barcode_svg(ean))
    return back, replace(book, assets={**book.assets, _BARCODE: asset})


def _fit_blurb(
    text: str, width: float, room: float, book: Book, report: Report
) -> tuple[str, float]:
    """Return as much of `text` as fits, and the size that it fits in."""
    font = font_for(text, 100)

    def fits(part: str, size: float) -> bool:
        lines = wrapped(part, font, 0.97 * width * 100 / size)
        return len(lines) * size * _BLURB_LEADING <= room

    size = _LARGEST_BLURB
    while size > _SMALLEST_BLURB and not fits(text, size):
        size = max(size - 0.1, _SMALLEST_BLURB)
    if fits(text, size):
        return text, size
    whole, text = text, text[:_LONGEST_BLURB]
    while text and not fits(f"{text} …", size):
        shorter = text.rpartition(". ")[0]
        text = f"{shorter}." if shorter else text.rpartition(" ")[0]
    span = book.config.span_of("book.description")
    message = f"only {len(text)} of the description's {len(whole)} characters fit on the back cover"
    report.add(LONG_BLURB, message, span)
    return text, size
