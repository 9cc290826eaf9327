"""Declare what bookbuilder uses of WeasyPrint and pydyf, most of it beyond their public API.

All modules beside this one import it from here, with types that neither library has. A test in
tests/test_weasyprint_contract.py checks each of these promises, so that a new version of WeasyPrint
says what has to be done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias
from xml.etree import ElementTree as ET

import pydyf
import weasyprint.layout
from weasyprint import CSS, DEFAULT_OPTIONS, HTML
from weasyprint import Document as _Document
from weasyprint.css.counters import CounterStyle
from weasyprint.css.properties import KNOWN_PROPERTIES
from weasyprint.document import Page as _Page
from weasyprint.formatting_structure.build import build_formatting_structure as _build_boxes
from weasyprint.html import get_html_metadata
from weasyprint.images import RasterImage as _RasterImage
from weasyprint.layout.absolute import AbsolutePlaceholder as _Placeholder
from weasyprint.layout.background import layout_box_backgrounds as _lay_out_backgrounds
from weasyprint.layout.page import make_margin_boxes as _make_margin_boxes
from weasyprint.pdf.fonts import Font as _Font
from weasyprint.pdf.metadata import DocumentMetadata
from weasyprint.pdf.stream import Stream as _Stream
from weasyprint.text.ffi import ffi, fontconfig, harfbuzz, harfbuzz_subset, pango
from weasyprint.text.fonts import FontConfiguration
from weasyprint.text.line_break import split_first_line as _split_first_line
from weasyprint.urls import URLFetcher, URLFetcherResponse

__all__ = [
    "CSS",
    "DEFAULT_OPTIONS",
    "HTML",
    "KNOWN_PROPERTIES",
    "Array",
    "BlockBox",
    "Box",
    "CounterStyle",
    "Dictionary",
    "DocumentMetadata",
    "FontConfiguration",
    "FootnoteAreaBox",
    "InlineBlockBox",
    "InlineBox",
    "LineBox",
    "MarginBox",
    "PdfStream",
    "ReplacedBox",
    "String",
    "TableCellBox",
    "TextBox",
    "URLFetcher",
    "URLFetcherResponse",
    "ffi",
    "get_html_metadata",
    "harfbuzz",
    "harfbuzz_subset",
    "pango",
]

# Of HarfBuzz, Pango and fontconfig, what WeasyPrint does not declare itself.
ffi.cdef(
    """
    const char * pango_version_string (void);
    const char * hb_version_string (void);
    hb_blob_t * hb_blob_create (const char *, unsigned int, int, void *, void *);
    hb_face_t * hb_face_create (hb_blob_t *, unsigned int);
    int FcInitReinitialize (void);
""",
    override=True,
)

Area: TypeAlias = tuple[float, float, float, float]
Style: TypeAlias = Mapping[str, object]
PangoLayout: TypeAlias = object


if TYPE_CHECKING:

    class Box:
        """A rectangle of the layout, of an element or a part of one; a page's has no element.

        `element_tag` is the element's, for pseudo-elements with "::marker" and the like behind it.
        """

        element_tag: str
        element: ET.Element | None
        style: Style
        children: Sequence[Box]
        position_x: float
        position_y: float
        width: float
        height: float
        margin_bottom: float
        margin_right: float
        border_left_width: float
        border_right_width: float
        link_annotation: Dictionary | None

        def content_box_x(self) -> float: ...
        def content_box_y(self) -> float: ...
        def border_box_x(self) -> float: ...
        def border_box_y(self) -> float: ...
        def border_width(self) -> float: ...
        def border_height(self) -> float: ...
        def margin_height(self) -> float: ...
        def margin_width(self) -> float: ...
        def translate(self, dx: float, dy: float, ignore_floats: bool) -> None: ...
        def is_in_normal_flow(self) -> bool: ...

    class BlockBox(Box): ...

    class FootnoteAreaBox(BlockBox): ...

    class InlineBlockBox(Box): ...

    class InlineBox(Box): ...

    class LineBox(Box): ...

    class MarginBox(Box): ...

    class ReplacedBox(Box): ...

    class TableCellBox(Box): ...

    class TextBox(Box):
        text: str
        baseline: float
        pango_layout: PangoLayout
        justification_spacing: float

    class _PdfObject:
        @property
        def reference(self) -> bytes: ...

    class Array(_PdfObject, list[Any]): ...

    class Dictionary(_PdfObject, dict[str, Any]): ...

    class String(_PdfObject):
        string: str | bytes

        def __init__(self, string: str | bytes) -> None: ...

    class PdfStream(_PdfObject):
        stream: list[object]
        extra: dict[str, Any]
        compress: bool

        def __init__(
            self, stream: list[bytes], extra: Mapping[str, object], compress: bool = False
        ) -> None: ...

else:
    from pydyf import Array, Dictionary, String
    from pydyf import Stream as PdfStream
    from weasyprint.formatting_structure.boxes import (
        BlockBox,
        Box,
        FootnoteAreaBox,
        InlineBlockBox,
        InlineBox,
        LineBox,
        MarginBox,
        ReplacedBox,
        TableCellBox,
        TextBox,
    )


class PrintablePage(Protocol):
    """A page as `Document.write_pdf` needs it."""

    @property
    def width(self) -> float: ...
    @property
    def height(self) -> float: ...
    @property
    def bleed(self) -> Mapping[str, float]: ...
    @property
    def anchors(self) -> dict[str, Area]: ...
    @property
    def links(self) -> Sequence[tuple[str, str, Area, LinkBox]]: ...
    @property
    def bookmarks(self) -> Sequence[tuple[int, str, tuple[float, float], str]]: ...
    @property
    def forms(self) -> Mapping[None, list[object]]: ...
    def paint(self, stream: PaintStream, scale: float = 1) -> None: ...


class LinkBox(Protocol):
    """The box of a link; `Document.write_pdf` tells it the annotation that it makes."""

    link_annotation: Dictionary | None


class Page(PrintablePage, Protocol):
    """A page that was laid out just now, and the box of all that is on it."""

    @property
    def links(self) -> Sequence[tuple[str, str, Area, Box]]: ...
    @property
    def _page_box(self) -> Box: ...


class PaintStream(Protocol):
    """The stream that a page is painted into; marked content is three entries of `stream`."""

    stream: list[object]

    def transform(self, *, d: float, f: float) -> None: ...


class Pdf(Protocol):
    """A PDF that is nearly written; `objects` are found by the numbers in references."""

    objects: list[Dictionary]
    catalog: Dictionary

    @property
    def page_references(self) -> Sequence[bytes]: ...
    def add_object(self, object_: Array | Dictionary | String | PdfStream, /) -> None: ...


class Document(Protocol):
    pages: list[Page]
    fonts: dict[str, Font]
    color_profiles: Mapping[str, object]
    output_intent: object

    def write_pdf(self, *, finisher: Callable[[Document, Pdf], None]) -> bytes: ...


class Font(Protocol):
    """A font of the PDF. It also has all attributes of `FontUse`, except `file`."""

    file_content: bytes
    tables: Sequence[str]
    used_in_forms: bool
    hb_face: object


class Image(Protocol):
    def get_x_object(self, interpolate: object, dpi_ratio: float, /) -> PdfStream: ...


class LayoutContext(Protocol):
    """The memory of a layout; `page_maker` has one more entry than there are pages."""

    style_for: object
    get_image_from_uri: object
    target_collector: object
    footnotes: object
    current_page: int
    page_maker: Sequence[tuple[object, object, object, PageState, object]]


PageState: TypeAlias = tuple[object, dict[str, list[int]], object, object]
"""The state that page margins depend on; the second entry are the counters."""


class _MakeStream(Protocol):
    def __call__(
        self,
        fonts: dict[int, Font],
        page_rectangle: Area,
        resources: Dictionary,
        images: dict[str, Any],
        tags: dict[Box, dict[str, Any]],
        color_profiles: Mapping[str, object],
        output_intent: object,
        /,
        *,
        compress: bool,
    ) -> PaintStream: ...


make_stream: _MakeStream = _Stream
make_page: Callable[[Box], Page] = _Page
make_document: Callable[
    [
        Sequence[PrintablePage],
        DocumentMetadata | None,
        URLFetcher,
        FontConfiguration,
        dict[str, object],
        None,
    ],
    Document,
] = _Document
make_context: Callable[
    [HTML, FontConfiguration, CounterStyle, dict[str, object], Mapping[str, object]], LayoutContext
] = _Document._build_layout_context
build_boxes: Callable[[ET.Element, object, object, str, object, CounterStyle, object], Box] = (
    _build_boxes
)
make_margin_boxes: Callable[[LayoutContext, Box, PageState], Iterator[Box]] = _make_margin_boxes
lay_out_backgrounds: Callable[[Box, Box, object], None] = _lay_out_backgrounds
split_first_line: Callable[
    [str, Style, LayoutContext, None, float],
    tuple[PangoLayout, int, int | None, float, float, float],
] = _split_first_line
to_bytes: Callable[[object], bytes] = pydyf._to_bytes


def make_empty_font() -> Font:
    """Return a font without any attribute: it has to get all of them."""
    font: Font = _Font.__new__(_Font)
    return font


def reread_fontconfig() -> None:
    """Have fontconfig read the configuration that is in force now.

    Pango asks it for fonts by the first one that was read in this process.
    """
    fontconfig.FcInitReinitialize()


def lay_out_pages(
    html: HTML, root: Box, context: LayoutContext, settle: Callable[[Box], None]
) -> list[Page]:
    """Lay out the boxes of `html` on pages, but nothing in their margins.

    `settle` may move the boxes of a page before links and anchors are looked for.
    """
    pages: list[Page] = []
    with _no_margin_boxes():
        for box in weasyprint.layout.layout_document(html, root, context):
            settle(box)
            pages.append(make_page(box))
    return pages


@contextmanager
def _no_margin_boxes() -> Iterator[None]:
    made = weasyprint.layout.make_margin_boxes
    weasyprint.layout.make_margin_boxes = lambda context, page, state: ()
    try:
        yield
    finally:
        weasyprint.layout.make_margin_boxes = made


def without_placeholder(box: Box) -> Box:
    """Return the box itself, which a placeholder stands for if it is positioned absolutely."""
    found: Box = box._box if isinstance(box, _Placeholder) else box
    return found


def pixels_of(box: ReplacedBox) -> tuple[int, int]:
    """Return width and height of a box's picture in its own pixels; zeros for a drawing."""
    image: Any = getattr(box, "replacement", None)
    return (image.width, image.height) if isinstance(image, _RasterImage) else (0, 0)


def object_of(pdf: Pdf, reference: bytes) -> Dictionary:
    """Return the object of `pdf` that a reference such as `12 0 R` names."""
    return pdf.objects[int(reference.split()[0])]
