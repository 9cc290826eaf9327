"""What WeasyPrint does not write: page labels, XMP, viewer preferences, a fixed ID."""

from __future__ import annotations

import io

import pikepdf
from pikepdf import Dictionary, Name

from bookbuilder.book import Book
from bookbuilder.words import direction


def finish(data: bytes, front_pages: int, book: Book) -> bytes:
    """The PDF with page labels (i, ii, … 1, 2 …), metadata in XMP and an ID made from its content.

    ISO 32000-1, 12.4.2 (page labels), 12.2 (viewer preferences), 14.4 (file identifiers).
    """
    metadata = book.metadata
    with pikepdf.open(io.BytesIO(data)) as pdf:
        labels = pikepdf.NumberTree.new(pdf)
        if front_pages:
            labels[0] = Dictionary(S=Name.r, St=1)
        labels[front_pages] = Dictionary(S=Name.D, St=1)
        pdf.Root.PageLabels = labels.obj
        on_screen = book.config.pdf.edition == "screen"
        pdf.Root.PageLayout = Name.OneColumn if on_screen else Name.TwoPageRight
        right_to_left = direction(metadata.language) == "rtl"
        pdf.Root.ViewerPreferences = Dictionary(
            DisplayDocTitle=True, Direction=Name.R2L if right_to_left else Name.L2R
        )
        with pdf.open_metadata(set_pikepdf_as_editor=False) as xmp:
            xmp.load_from_docinfo(pdf.docinfo)
            xmp["dc:language"] = [metadata.language]
            xmp["pdfuaid:part"] = "1"
            xmp["dc:identifier"] = metadata.identifier
            if metadata.subjects:
                xmp["dc:subject"] = list(metadata.subjects)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
        return out.getvalue()
