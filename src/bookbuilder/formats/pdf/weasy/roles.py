"""Choose the PDF structure type of each element of a book's trees (ISO 32000-1, 14.8.4)."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.run_data.runs import FIELD, classes_of

SVG = "{http://www.w3.org/2000/svg}svg"

_BY_TAG = {
    "section": "Sect",
    "nav": "Sect",
    "aside": "Sect",
    "article": "Art",
    "figure": "Div",
    "details": "Sect",
    "blockquote": "BlockQuote",
    "p": "P",
    "pre": "P",
    "summary": "P",
    "address": "P",
    "code": "Code",
    "samp": "Code",
    "kbd": "Code",
    "q": "Quote",
    "ul": "L",
    "ol": "L",
    "dl": "L",
    "li": "LI",
    "table": "Table",
    "caption": "Caption",
    "figcaption": "Caption",
    "thead": "THead",
    "tbody": "TBody",
    "tfoot": "TFoot",
    "tr": "TR",
    "th": "TH",
    "td": "TD",
    "img": "Figure",
    SVG: "Figure",
    FIELD: "Form",
    **{f"h{n}": f"H{n}" for n in range(1, 7)},
}

# They hold other elements; text directly in them gets a paragraph of its own.
GROUPING = frozenset({"Document", "Part", "Sect", "Art", "Div", "BlockQuote", "Note"})


def role_of(element: ET.Element, parents: dict[ET.Element, ET.Element]) -> str | None:
    """Return the structure type of `element`, or None where it adds nothing to its parent's."""
    classes = classes_of(element)
    tag = str(element.tag)
    if tag in ("html", "body"):
        return None
    if tag == "div" and "part" in classes:
        return "Part"
    if tag == "aside" and "note" in classes:
        return "Note"
    if tag == "a":
        return "Link" if element.get("href") else None
    if tag in ("ol", "li") and _in_contents(element, parents):
        return "TOC" if tag == "ol" else "TOCI"
    if tag in ("ol", "ul", "dl") and not len(element):
        return None
    if "formula-part" in classes:
        return None
    if "formula" in classes and (tag == SVG or element.get("alt")):
        return "Formula"
    if tag in _BY_TAG:
        return _BY_TAG[tag]
    return "Span" if element.get("lang") or (tag == "abbr" and element.get("title")) else None


def is_reference(element: ET.Element, parents: dict[ET.Element, ET.Element]) -> bool:
    """Say whether a link is the call of a note or an entry of the contents."""
    return element.get("role") == "doc-noteref" or "toc-line" in classes_of(element)


def is_decoration(element: ET.Element, element_tag: str) -> bool:
    """Say whether what is drawn has no meaning: rules, leaders, pictures without description.

    `element_tag` is WeasyPrint's name of the box's element, pseudo-elements included.
    """
    if element.tag in ("img", SVG):
        return not alternative(element) and "formula-part" not in classes_of(element)
    return (
        element.tag == "hr"
        or element_tag.endswith("toc-leader")
        or "toc-leader" in classes_of(element)
    )


def alternative(picture: ET.Element) -> str:
    """Return the description of a picture, which is empty where it decorates."""
    if picture.tag != SVG:
        return " ".join(picture.get("alt", "").split())
    title = picture.find("{http://www.w3.org/2000/svg}title")
    text = "".join(title.itertext()) if title is not None else picture.get("aria-label", "")
    return " ".join(text.split())


def _in_contents(element: ET.Element, parents: dict[ET.Element, ET.Element]) -> bool:
    at: ET.Element | None = element
    while at is not None:
        if at.tag == "nav":
            return True
        at = parents.get(at)
    return False
