"""Write what the head of a document says of it into the document information."""

from __future__ import annotations

import sys
from importlib import metadata
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.joining.pdf import Pdf
from bookbuilder.formats.pdf.joining.values import String

_BLANKS = " \t\n\f\r"


def version_of_weasyprint() -> str:
    """Return the version of WeasyPrint, which need not be loaded."""
    if loaded := sys.modules.get("weasyprint"):
        return str(loaded.__version__)
    return metadata.version("weasyprint")


def add_information(pdf: Pdf, tree: ET.Element) -> None:
    """Add the document information, and the language, of `tree` (ISO 32000-1, 14.3.3)."""
    said: dict[str, list[str]] = {}
    for element in tree.iterfind("head/meta"):
        said.setdefault(element.get("name", ""), []).append(element.get("content", ""))
    keywords = [
        word.strip(_BLANKS) for text in said.get("keywords", ()) for word in text.split(",")
    ]
    information = {
        "Producer": f"WeasyPrint {version_of_weasyprint()}",
        "Title": tree.findtext("head/title") or "",
        "Author": ", ".join(said.get("author", ())),
        "Subject": said.get("description", [""])[0],
        "Keywords": ", ".join(dict.fromkeys(keywords)),
        "Creator": said.get("generator", [""])[0],
        "CreationDate": _date(said.get("dcterms.created", [""])[0]),
        "ModDate": _date(said.get("dcterms.modified", [""])[0]),
    }
    pdf.info |= {key: String(text) for key, text in information.items() if text}
    if language := tree.get("lang"):
        pdf.catalog["Lang"] = String(language)
    pdf.add_info()


def _date(iso: str) -> str:
    """Return a date as PDF has it."""
    return f"D:{iso.replace('-', '')}" if iso else ""
