"""What WeasyPrint does not write: page labels, XMP, viewer preferences, a fixed ID."""

from __future__ import annotations

import io

import pikepdf
from pikepdf import Dictionary, Name

from bookbuilder.book import Book
from bookbuilder.text.words import direction

# Of the document information dictionary, which may have any (ISO 32000-1, 14.3.3).
DIGEST_KEY = "/BookbuilderDigest"
# Annotation flag (ISO 32000-1, table 165).
_PRINT = 4
# PDF/A knows no other standard's properties; this describes the one that PDF/UA needs (6.6.2.3).
_UA_SCHEMA = """<rdf:Description rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>The part of ISO 14289 that the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""


def finish(
    data: bytes, front_pages: int, book: Book, colour_profile: bytes = b"", digest: str = ""
) -> bytes:
    """Add page labels (i, ii, … 1, 2 …), metadata in XMP and an ID made from the PDF's content.

    A PDF/A needs the `colour_profile` of sRGB. `digest` is the fingerprint of what the pages were
    made from, for whoever counts them later.
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
            if book.config.pdf.pdf_a:
                xmp["pdfaid:part"] = "2"
                xmp["pdfaid:conformance"] = "A"
            xmp["dc:identifier"] = metadata.identifier
            if metadata.subjects:
                xmp["dc:subject"] = list(metadata.subjects)
        if digest:
            pdf.docinfo[DIGEST_KEY] = digest
        for page in pdf.pages:
            for annotation in page.get("/Annots", []):
                annotation.F = _PRINT
        if book.config.pdf.pdf_a:
            _archive(pdf, colour_profile)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
        return out.getvalue()


def _archive(pdf: pikepdf.Pdf, colour_profile: bytes) -> None:
    """What PDF/A-2a (ISO 19005-2) wants beyond PDF/UA-1."""
    profile = pdf.make_stream(colour_profile)
    profile.N = 3
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier="sRGB",
        Info="sRGB",
        DestOutputProfile=profile,
    )
    pdf.Root.OutputIntents = pikepdf.Array([pdf.make_indirect(intent)])
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream) and thing.get("/Interpolate"):
            thing.Interpolate = False
    packet = pdf.Root.Metadata.read_bytes().decode()
    pdf.Root.Metadata.write(packet.replace("</rdf:RDF>", f"{_UA_SCHEMA}</rdf:RDF>").encode())
