"""Print the addresses of outside links as notes: paper cannot be clicked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from bs4 import Tag
from bs4.element import NavigableString, PageElement

from bookbuilder.book import Book
from bookbuilder.formats.pdf.compose.end_notes import (
    add_note,
    has_own_notes,
    insert_before_notes,
    make_call,
    renumber,
)
from bookbuilder.formats.pdf.run_data.runs import classes_of
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.text.slugs import unique
from bookbuilder.text.words import primary
from bookbuilder.trees.markup import elements, new_tag, relink

MANY_LINKS = Rule(
    "P030",
    "many-links",
    Severity.WARNING,
    "On paper, an outside link is followed by its address. In a chapter with thousands of links,"
    " the addresses would fill more pages than the text, so links and addresses are left out."
    " Split the chapter, or make the screen edition, which keeps the links.",
)

MOST_LINKS = 2000
LINKS_ON_A_PAGE = 5
_OUTSIDE = re.compile(r"(?:https?|ftp|mailto):(?://)?(?:www\.)?", re.IGNORECASE)
_DOI = re.compile(r"^(?:doi:\s*)?(?=10\.\d)")
_BREAKS = re.compile(r"(?<=[/._\-?&=#~%])(?=[^/])")
ZERO_WIDTH_SPACE = "\u200b"
LEFT_TO_RIGHT_MARK = "\u200e"

ADDRESS = "address"
# Languages in which numbers of notes follow punctuation.
_AFTER_PUNCTUATION = frozenset({"en"})
_PUNCTUATION = re.compile(r"(?:[.,;:!?]+[”’]?|[”’][.,;:!?]?)(?=[\s)\]—–]|$)")
_PHRASES = frozenset({"b", "cite", "em", "i", "q", "s", "span", "strong"})


# By its identity, a node (which must live as long) and what comes in its place.
Edits = dict[int, tuple[PageElement, Sequence[PageElement]]]


def note_links(tree: Tag, language: str, in_list: bool) -> None:
    """Number the addresses of a chapter's outside links, unless their text says them already.

    The addresses become notes among the author's, all numbered anew; or, `in_list`, a
    `<section class="links">` at the chapter's end, with numbers of its own in brackets. Those of
    links in notes and in bibliographies are written after the link.
    """
    inline = has_own_notes(tree)
    taken = {str(tag["id"]).casefold() for tag in [tree, *elements(tree)] if tag.get("id")}
    seen: dict[str, tuple[str, int]] = {}
    edits: Edits = {}
    for link in list(outside_links(tree)):
        href = str(link["href"])
        shown = readable(href)
        if _is_said(link, shown):
            link["class"] = " ".join([*(c for c in link.get_attribute_list("class") if c), ADDRESS])
            continue
        if inline or link.find_parent("aside", class_="note") is not None:
            edits[id(link)] = link, [link, new_tag("span", {"class": ADDRESS}, f" ({shown})")]
            continue
        if href not in seen:
            count = len(seen) + 1
            seen[href] = unique(f"{tree['id']}--link-{count}", taken), count
        name, count = seen[href]
        if in_list:
            attrs = {"class": "link-number", "href": f"#{name}"}
            edits[id(link)] = link, [link, new_tag("a", attrs, f"[{count}]")]
        else:
            call = make_call(name, unique(f"{name}-ref", taken))
            _insert_call(call, link, primary(language) in _AFTER_PUNCTUATION, edits)
    _carry_out(edits, tree)
    if seen and in_list:
        items = [new_tag("li", {"id": name}, _address(href)) for href, (name, _) in seen.items()]
        insert_before_notes(tree, new_tag("section", {"class": "links"}, new_tag("ol", {}, *items)))
    elif seen:
        for href, (name, _) in seen.items():
            add_note(tree, name, new_tag("p", {}, _address(href)), "link-note")
        renumber(tree)


def _is_said(link: Tag, address: str) -> bool:
    """Return whether the text of a link is its address, or the DOI that it leads to."""
    text = link.get_text().strip().casefold()
    return address.casefold() in (readable(text), _DOI.sub("doi.org/", text))


def outside_links(tree: Tag) -> Iterator[Tag]:
    for link in elements(tree, "a"):
        if _OUTSIDE.match(str(link.get("href", ""))):
            yield link


def has_many_links(tree: Tag) -> bool:
    return sum(1 for _ in outside_links(tree)) > MOST_LINKS


def has_dense_links(tree: Tag, page: int) -> bool:
    """Return whether more than a handful of links come to a page, which has `page` characters.

    What counts is the densest stretch of two pages; a short chapter counts as one.
    """
    places: list[int] = []
    seen: set[str] = set()
    length = 0
    if has_own_notes(tree):
        return False
    for node in tree.descendants:
        if isinstance(node, NavigableString):
            length += len(node)
        elif isinstance(node, Tag) and node.name == "a":
            href = str(node.get("href", ""))
            if _OUTSIDE.match(href) and href not in seen and not _is_said(node, readable(href)):
                seen.add(href)
                places.append(length)
    most = LINKS_ON_A_PAGE * (2 if length > page else 1)
    return any(
        later - first < 2 * page for first, later in zip(places, places[most:], strict=False)
    )


def report_many_links(book: Book, report: Report) -> None:
    """Report the chapters with so many outside links that none is printed."""
    for chapter in book.chapters:
        if has_many_links(chapter.tree):
            message = f"“{chapter.title}” has more than {MOST_LINKS} outside links; none is printed"
            report.add(MANY_LINKS, message, chapter.source.span_of_file())


def unlink_many_links(section: ET.Element) -> None:
    """Turn outside links into plain text if there are thousands: each takes time to lay out.

    Those that hold elements, or that others lead to, stay.
    """
    outside = [link for link in section.iter("a") if _OUTSIDE.match(link.get("href", ""))]
    if len(outside) <= MOST_LINKS:
        return
    links = {link for link in outside if len(link) == 0 and not link.get("id")}
    for parent in [e for e in section.iter() if any(child in links for child in e)]:
        texts = [parent.text or ""]
        kept: list[ET.Element] = []
        for child in parent:
            if child in links:
                texts += [child.text or "", child.tail or ""]
                continue
            _end_text(parent, kept, texts)
            kept.append(child)
            texts = [child.tail or ""]
        _end_text(parent, kept, texts)
        parent[:] = kept


def _end_text(parent: ET.Element, kept: list[ET.Element], texts: list[str]) -> None:
    if kept:
        kept[-1].tail = "".join(texts)
    else:
        parent.text = "".join(texts)


def _address(href: str) -> Tag:
    return new_tag("a", {"class": ADDRESS, "href": href}, readable(href))


def _insert_call(call: Tag, link: Tag, after_punctuation: bool, edits: Edits) -> None:
    """Put the call behind the link, and behind the punctuation that follows where that is usual."""
    last = link
    while (parent := last.parent) is not None and parent.name in _PHRASES:
        if parent.contents[-1] is not last:
            break
        last = parent
    following = last.next_sibling
    text = str(following) if isinstance(following, NavigableString) else ""
    if following is not None and after_punctuation and (found := _PUNCTUATION.match(text)):
        pieces = NavigableString(found[0]), call, NavigableString(text[found.end() :])
        edits[id(following)] = following, pieces
    else:
        edits[id(link)] = link, [link, call]


def _carry_out(edits: Edits, tree: Tag) -> None:
    """Make all edits at once: bs4 looks through a paragraph for every single insertion."""
    for parent in {id(p): p for node, _ in edits.values() if (p := node.parent)}.values():
        parent.contents = [
            new for old in parent.contents for new in edits.get(id(old), (old, [old]))[1]
        ]
    relink(tree)


def break_addresses(section: ET.Element, direction: str) -> None:
    """Allow line breaks in printed addresses, where they have joints.

    `direction` is that of the text around: WeasyPrint has no `unicode-bidi`, so in text from right
    to left invisible marks hold an address together, over line breaks too.
    """
    for address in section.iter():
        if ADDRESS not in classes_of(address):
            continue
        mark = LEFT_TO_RIGHT_MARK if direction == "rtl" else ""
        if mark and _has_right("".join(address.itertext())):
            # Its words run from the right, but its parts follow each other from the left.
            address.set("dir", "ltr")
            mark = ""
        for element in address.iter():
            if element.text:
                text = _BREAKS.sub(mark + ZERO_WIDTH_SPACE, element.text)
                element.text = f"{mark}{text}{mark}"


def _has_right(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)


def readable(href: str) -> str:
    """Return an address as printed: no scheme, `www.` or slash at the end, words unescaped."""
    return re.sub(r"\s", "%20", unquote(_OUTSIDE.sub("", href, count=1))).rstrip("/")
