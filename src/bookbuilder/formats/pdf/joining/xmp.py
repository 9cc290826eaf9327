"""Make a PDF's metadata in XMP (ISO 16684-1), as PDF/UA and PDF/A ask for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

from bookbuilder.book import Metadata

_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
}
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


def xmp_packet(info: Mapping[str, str], metadata: Metadata, *, is_archive: bool) -> bytes:
    """Return all that the document information `info` and `metadata` say, as XMP.

    What both say has to be the same in both (ISO 19005-2, 6.6.4).
    """
    date = metadata.date.isoformat() if metadata.date else ""
    properties = {
        "dc:title": _translated(info.get("Title", "")),
        "dc:creator": _listed("Seq", [info.get("Author", "")]),
        "dc:description": _translated(info.get("Subject", "")),
        "dc:identifier": escape(metadata.identifier),
        "dc:language": _listed("Bag", [metadata.language]),
        "dc:relation": _listed("Bag", [one.identifier for one in metadata.other_languages]),
        "dc:source": escape(metadata.original.identifier if metadata.original else ""),
        "dc:subject": _listed("Bag", metadata.subjects),
        "pdf:Keywords": escape(info.get("Keywords", "")),
        "pdf:Producer": escape(info.get("Producer", "")),
        "xmp:CreatorTool": escape(info.get("Creator", "")),
        "xmp:CreateDate": date,
        "xmp:ModifyDate": date,
        "xmpMM:VersionID": escape(metadata.version),
        "pdfuaid:part": "1",
        "pdfaid:part": "2" if is_archive else "",
        "pdfaid:conformance": "A" if is_archive else "",
    }
    said = "".join(f"<{name}>{value}</{name}>\n" for name, value in properties.items() if value)
    names = "".join(f'\n xmlns:{prefix}="{name}"' for prefix, name in _NAMESPACES.items())
    packet = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n<rdf:RDF{names}>\n'
        f'<rdf:Description rdf:about="">\n{said}</rdf:Description>\n'
        f"{_UA_SCHEMA * is_archive}</rdf:RDF>\n</x:xmpmeta>\n"
        '<?xpacket end="w"?>'
    )
    return packet.encode()


def _translated(text: str) -> str:
    """Return an alternative for every language."""
    if not text:
        return ""
    return f'<rdf:Alt><rdf:li xml:lang="x-default">{escape(text)}</rdf:li></rdf:Alt>'


def _listed(kind: str, texts: Iterable[str]) -> str:
    items = "".join(f"<rdf:li>{escape(text)}</rdf:li>" for text in texts if text)
    return f"<rdf:{kind}>{items}</rdf:{kind}>" if items else ""
