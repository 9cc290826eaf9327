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
import pyphen
import weasyprint.layout
from weasyprint import CSS, DEFAULT_OPTIONS, HTML
from weasyprint.css.counters import CounterStyle
from weasyprint.css.properties import KNOWN_PROPERTIES
from weasyprint.document import Page as _Page
from weasyprint.images import RasterImage as _RasterImage
from weasyprint.layout.absolute import AbsolutePlaceholder as _Placeholder
from weasyprint.pdf.fonts import Font as _Font
from weasyprint.pdf.fonts import build_fonts_dictionary as _build_fonts
from weasyprint.pdf.stream import Stream as _Stream
from weasyprint.text.ffi import TO_UNITS as UNITS_IN_PIXEL
from weasyprint.text.ffi import ffi, fontconfig, harfbuzz, harfbuzz_subset, pango
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

__all__ = [
    "CSS",
    "HTML",
    "KNOWN_PROPERTIES",
    "UNITS_IN_PIXEL",
    "Array",
    "BlockBox",
    "Box",
    "CounterStyle",
    "Dictionary",
    "FontConfiguration",
    "FootnoteAreaBox",
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
Style: TypeAlias = Mapping[str, Any]


class PangoLayout(Protocol):
    """The layout of a line of text; it can be used while the line is drawn."""

    text: str

    def set_text(self, text: str, justify: bool = False) -> None: ...


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
        background: object | None
        margin_right: float
        border_left_width: float
        border_right_width: float

        def content_box_x(self) -> float: ...
        def content_box_y(self) -> float: ...
        def border_box_x(self) -> float: ...
        def border_box_y(self) -> float: ...
        def padding_width(self) -> float: ...
        def border_width(self) -> float: ...
        def border_height(self) -> float: ...
        def margin_height(self) -> float: ...
        def margin_width(self) -> float: ...
        def translate(self, dx: float, dy: float, ignore_floats: bool) -> None: ...
        def is_in_normal_flow(self) -> bool: ...

    class BlockBox(Box): ...

    class FootnoteAreaBox(BlockBox): ...

    class InlineBox(Box): ...

    class LineBox(Box): ...

    class MarginBox(Box):
        at_keyword: str

    class ReplacedBox(Box): ...

    class TableCellBox(Box): ...

    class TextBox(Box):
        text: str
        baseline: float
        pango_layout: PangoLayout
        justification_spacing: float

    class _PdfObject:
        number: int

        @property
        def reference(self) -> bytes: ...
        @property
        def data(self) -> bytes: ...

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
        InlineBox,
        LineBox,
        MarginBox,
        ReplacedBox,
        TableCellBox,
        TextBox,
    )


class Page(Protocol):
    """A page that was laid out just now, and the box of all that is on it."""

    @property
    def width(self) -> float: ...
    @property
    def height(self) -> float: ...
    @property
    def bleed(self) -> Mapping[str, float]: ...
    @property
    def anchors(self) -> dict[str, Area]: ...
    @property
    def links(self) -> Sequence[tuple[str, str, Area, Box]]: ...
    @property
    def bookmarks(self) -> Sequence[tuple[int, str, tuple[float, float], str]]: ...
    @property
    def _page_box(self) -> Box: ...
    def paint(self, stream: PaintStream, scale: float = 1) -> None: ...


class PaintStream(Protocol):
    """The stream that a page is painted into; marked content is three entries of `stream`."""

    stream: list[object]

    def transform(self, *, d: float, f: float) -> None: ...
    def clone(self) -> PaintStream: ...


class Document(Protocol):
    pages: list[Page]
    fonts: dict[str, Font]
    color_profiles: Mapping[str, object]
    output_intent: object


class Font(Protocol):
    """A font of the PDF. It also has all attributes of `FontUse`, except `file`."""

    file_content: bytes
    tables: Sequence[str]
    used_in_forms: bool
    hb_face: object


class Image(Protocol):
    def get_x_object(self, interpolate: object, dpi_ratio: float, /) -> PdfStream: ...


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
to_bytes: Callable[[object], bytes] = pydyf._to_bytes


def build_fonts(fonts: Mapping[str, Font]) -> list[Dictionary | PdfStream]:
    """Return the objects for `fonts` in a PDF, numbered from 0; the last one holds them by name."""
    pdf = pydyf.PDF()
    pdf.objects.clear()
    pdf.add_object(_build_fonts(pdf, fonts, True, True, DEFAULT_OPTIONS))
    objects: list[Dictionary | PdfStream] = pdf.objects
    return objects


def make_empty_font() -> Font:
    """Return a font without any attribute: it has to get all of them."""
    font: Font = _Font.__new__(_Font)
    return font


def reread_fontconfig() -> None:
    """Have fontconfig read the configuration that is in force now.

    Pango asks it for fonts by the first one that was read in this process.
    """
    fontconfig.FcInitReinitialize()


def load_hyphenation(language: str) -> None:
    """Read the patterns that WeasyPrint would read at the first word that it divides."""
    if name := pyphen.language_fallback(language):
        pyphen.Pyphen(lang=name)


def render(
    html: HTML,
    styles: Sequence[CSS],
    fonts: FontConfiguration,
    counters: CounterStyle,
    settle: Callable[[Box], None] | None,
) -> Document:
    """Lay out a document on pages.

    `settle`, if there is any, may move boxes of a page, but those in its margins. Links and anchors
    are looked for again then.
    """
    # Where a list starts and how wide a picture is, HTML says in attributes.
    document: Document = html.render(
        font_config=fonts, counter_style=counters, stylesheets=styles, presentational_hints=True
    )
    if settle is None:
        return document
    for page in document.pages:
        for box in page._page_box.children:
            if not isinstance(box, MarginBox):
                settle(box)
    document.pages = [make_page(page._page_box) for page in document.pages]
    return document


@contextmanager
def last_pages_uncounted(number: int) -> Iterator[None]:
    """Leave the last `number` pages out of `counter(pages)`, and their margins empty, inside."""
    made = weasyprint.layout.make_margin_boxes
    made_pages = weasyprint.layout.make_all_pages

    def make_all_pages(context: Any, *rest: object) -> Iterator[Page]:
        # For text; margins come last, when WeasyPrint has counted again.
        for *_, state, _ in context.page_maker:
            state[1]["pages"] = [max(0, count - number) for count in state[1]["pages"]]
        pages: Iterator[Page] = made_pages(context, *rest)
        return pages

    def make_margin_boxes(context: Any, page: Box, state: Any) -> Iterator[Box]:
        depth, counters, *rest = state
        if context.current_page > counters["pages"][-1] - number:
            return iter(())
        counted = counters | {"pages": [count - number for count in counters["pages"]]}
        boxes: Iterator[Box] = made(context, page, (depth, counted, *rest))
        return boxes

    weasyprint.layout.make_margin_boxes = make_margin_boxes
    weasyprint.layout.make_all_pages = make_all_pages
    try:
        yield
    finally:
        weasyprint.layout.make_margin_boxes = made
        weasyprint.layout.make_all_pages = made_pages


def without_placeholder(box: Box) -> Box:
    """Return the box itself, which a placeholder stands for if it is positioned absolutely."""
    found: Box = box._box if isinstance(box, _Placeholder) else box
    return found


def pixels_of(box: ReplacedBox) -> tuple[int, int]:
    """Return width and height of a box's picture in its own pixels; zeros for a drawing."""
    image: Any = getattr(box, "replacement", None)
    return (image.width, image.height) if isinstance(image, _RasterImage) else (0, 0)
