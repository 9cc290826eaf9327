"""Add what WeasyPrint does not write: page labels, XMP, viewer preferences, output intents."""

from __future__ import annotations

from collections.abc import Mapping

from bookbuilder.book import Book
from bookbuilder.formats.pdf.joining.pdf import Pdf
from bookbuilder.formats.pdf.joining.values import String
from bookbuilder.formats.pdf.joining.xmp import xmp_packet
from bookbuilder.text.words import direction

# Annotation flag (ISO 32000-1, table 165).
_PRINT = 4


def add_labels_and_metadata(
    pdf: Pdf,
    front_pages: int,
    book: Book,
    colour_profile: bytes = b"",
    entries: Mapping[str, str] | None = None,
) -> None:
    """Add page labels (i, ii, … 1, 2 …), metadata in XMP, and how viewers should show the pages.

    A PDF/A needs the `colour_profile` of sRGB. The document information gets the `entries` too:
    it may have any (ISO 32000-1, 14.3.3).
    ISO 32000-1, 12.4.2 (page labels), 12.2 (viewer preferences).
    """
    roman = [0, {"S": "/r", "St": 1}] if front_pages else []
    pdf.catalog["PageLabels"] = {"Nums": [*roman, front_pages, {"S": "/D", "St": 1}]}
    on_screen = book.config.pdf.edition == "screen"
    pdf.catalog["PageLayout"] = "/OneColumn" if on_screen else "/TwoPageRight"
    right_to_left = direction(book.metadata.language) == "rtl"
    pdf.catalog["ViewerPreferences"] = {
        "DisplayDocTitle": "true",
        "Direction": "/R2L" if right_to_left else "/L2R",
    }
    for annotation in pdf.annotations:
        annotation.values["F"] = _PRINT
    if book.config.pdf.pdf_a:
        _archive(pdf, colour_profile)
    packet = xmp_packet(
        {key: str(value.text) for key, value in pdf.info.items()},
        book.metadata,
        is_archive=book.config.pdf.pdf_a,
    )
    extra = {"Type": "/Metadata", "Subtype": "/XML"}
    pdf.catalog["Metadata"] = pdf.add_stream(packet, extra, is_plain=True)
    pdf.info |= {key: String(value) for key, value in (entries or {}).items()}


def _archive(pdf: Pdf, colour_profile: bytes) -> None:
    """Add what PDF/A-2a (ISO 19005-2) requires beyond PDF/UA-1, but for metadata and pictures."""
    intent = {
        "Type": "/OutputIntent",
        "S": "/GTS_PDFA1",
        "OutputConditionIdentifier": String("sRGB"),
        "Info": String("sRGB"),
        "DestOutputProfile": pdf.add_stream(colour_profile, {"N": 3}),
    }
    pdf.catalog["OutputIntents"] = [intent]
