"""Print page numbers after links to other chapters."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.compose.tree_tools import ancestors_of
from bookbuilder.formats.pdf.run_data.runs import PAGE_OF, classes_of
from bookbuilder.text.words import words_for
from bookbuilder.trees.xhtml import HEADINGS

_CLOSING = tuple(".,;:!?)]…»”。、）")
_POSSESSIVE = ("'", "’", "-")
_PARAGRAPHS = frozenset({"p", "li", "dd", "td", "th", "figcaption", "caption", "blockquote"})


def add_page_references(section: ET.Element, titles: dict[str, str], language: str) -> None:
    """Write after each link into another chapter the page it leads to, once in a paragraph.

    `titles` are those of the book's chapters by id. After a link that is a title and ends its
    phrase, a comma does; else parentheses hold the page apart. The numbers are filled in later.
    """
    own = section.get("id", "")
    parents = {child: parent for parent in section.iter() for child in parent}
    printed: set[tuple[ET.Element, str]] = set()
    for link in list(section.iter("a")):
        target = link.get("href", "").removeprefix("#")
        if target == link.get("href") or target.partition("--")[0] in ("", own):
            continue
        if link.get("role") or "glossary-link" in classes_of(link):
            continue
        above = ancestors_of(link, parents)
        if any(e.tag in HEADINGS or e.tag == "pre" for e in above):
            continue
        if (link.tail or "")[:1].isalpha() or (link.tail or "").startswith(_POSSESSIVE):
            continue
        paragraph = next((e for e in above if e.tag in _PARAGRAPHS), section)
        if (paragraph, target) in printed:
            continue
        printed.add((paragraph, target))
        text = " ".join("".join(link.itertext()).split())
        is_last = parents[link][-1] is link and not (link.tail or "").strip()
        closes = is_last or (link.tail or "").startswith(_CLOSING)
        is_title = text.casefold() == titles.get(target, "").casefold()
        _insert(_reference(target, language, comma=closes and is_title), link, parents[link])


def _reference(target: str, language: str, comma: bool) -> ET.Element:
    before, _, after = words_for(language).page.partition("{}")
    reference = ET.Element("span", {"class": "page-reference"})
    words = before.replace(" ", "\N{NO-BREAK SPACE}")
    reference.text = f", {words}" if comma else f" ({words}"
    number = ET.SubElement(reference, "span", {PAGE_OF: f"#{target}"})
    number.tail = after if comma else f"{after})"
    return reference


def _insert(reference: ET.Element, link: ET.Element, parent: ET.Element) -> None:
    reference.tail, link.tail = link.tail, None
    parent.insert(list(parent).index(link) + 1, reference)
