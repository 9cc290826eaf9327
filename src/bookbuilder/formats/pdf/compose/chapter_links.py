"""Print page numbers after links to other chapters."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.compose.tree_tools import ancestors_of
from bookbuilder.formats.pdf.run_data.runs import PAGE_OF, classes_of
from bookbuilder.text.words import words_for
from bookbuilder.trees.xhtml import HEADINGS

_CLOSING = tuple(".,;:!?)]…»”。、）")
_POSSESSIVE = ("'", "’", "-")
_AND = re.compile(r"\s*(?:and|or|und|oder|et|ou|y|o|e|en|och|og|to|bis)\s|\s*$")
_PARENTHESES = re.compile(r"[()（）]")
_PARAGRAPHS = frozenset({"p", "li", "dd", "td", "th", "figcaption", "caption", "blockquote"})


def add_page_references(section: ET.Element, titles: dict[str, str], language: str) -> None:
    """Write after each link into another chapter the page it leads to, once in a paragraph.

    `titles` are those of the book's chapters by id. After a link that is a title and ends its
    phrase, a comma does, and so it does in or after the author's parentheses; else parentheses hold
    the page apart. The numbers are filled in later.
    """
    own = section.get("id", "")
    parents = {child: parent for parent in section.iter() for child in parent}
    printed: set[tuple[ET.Element, str]] = set()
    in_parentheses = _links_in_parentheses(section)
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
        inside = link in in_parentheses or text.endswith((")", "）"))
        is_last = parents[link][-1] is link and not (link.tail or "").strip()
        closes = is_last or (link.tail or "").startswith(_CLOSING)
        is_title = text.casefold() == titles.get(target, "").casefold()
        comma = inside or (closes and is_title)
        # "(see The lens, page 3, for more)"
        goes_on = inside and not closes and not _AND.match(link.tail or "")
        reference = _reference(target, language, comma=comma, goes_on=goes_on)
        _insert(reference, link, parents[link])


def _links_in_parentheses(section: ET.Element) -> set[ET.Element]:
    """Return the links where a parenthesis of their paragraph is open."""
    found: set[ET.Element] = set()
    depths = [0]
    # What has been entered stands twice: the second time it is left.
    stack: list[tuple[ET.Element, bool]] = [(section, False)]
    while stack:
        element, is_left = stack.pop()
        if is_left:
            if element.tag in _PARAGRAPHS:
                depths.pop()
            depths[-1] = _depth(element.tail, depths[-1])
            continue
        if element.tag == "a" and depths[-1]:
            found.add(element)
        if element.tag in _PARAGRAPHS:
            depths.append(0)
        depths[-1] = _depth(element.text, depths[-1])
        stack.append((element, True))
        stack += [(child, False) for child in reversed(element)]
    return found


def _depth(text: str | None, depth: int) -> int:
    """Return how many parentheses are open after `text`, before which `depth` were."""
    for mark in _PARENTHESES.findall(text or ""):
        depth = depth + 1 if mark in "(（" else max(depth - 1, 0)
    return depth


def _reference(target: str, language: str, *, comma: bool, goes_on: bool) -> ET.Element:
    words = words_for(language)
    before, _, after = words.page.partition("{}")
    separator = words.listed.split("{}")[1]
    reference = ET.Element("span", {"class": "page-reference"})
    tied = before.replace(" ", "\N{NO-BREAK SPACE}")
    reference.text = f"{separator}{tied}" if comma else f" ({tied}"
    number = ET.SubElement(reference, "span", {PAGE_OF: f"#{target}"})
    number.tail = f"{after}{separator.rstrip() if goes_on else ''}" if comma else f"{after})"
    return reference


def _insert(reference: ET.Element, link: ET.Element, parent: ET.Element) -> None:
    reference.tail, link.tail = link.tail, None
    parent.insert(list(parent).index(link) + 1, reference)
