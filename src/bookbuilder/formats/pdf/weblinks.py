"""Addresses of outside links, printed: paper cannot be clicked."""

from __future__ import annotations

import re
from urllib.parse import unquote
from xml.etree import ElementTree as ET

_OUTSIDE = re.compile(r"(?:https?|ftp|mailto):(?://)?(?:www\.)?", re.IGNORECASE)
_BREAKS = re.compile(r"(?<=[/._\-?&=#~%])(?=[^/])")
ZERO_WIDTH_SPACE = "\u200b"
LEFT_TO_RIGHT_MARK = "\u200e"


def print_addresses(section: ET.Element, direction: str) -> None:
    """Write after each outside link where it leads, unless its text says so already.

    `direction` is that of the text around: WeasyPrint has no `unicode-bidi`, so in text from right
    to left invisible marks hold the address together, over line breaks too.
    """
    mark = LEFT_TO_RIGHT_MARK if direction == "rtl" else ""
    added: dict[ET.Element, ET.Element] = {}
    for link in section.iter("a"):
        href = link.get("href", "")
        if not _OUTSIDE.match(href):
            continue
        shown = readable(href)
        text = "".join(link.itertext()).strip()
        if readable(text).casefold() == shown.casefold():
            link.set("class", f"{link.get('class', '')} address".strip())
            _allow_breaks(link)
            continue
        address = ET.Element("span", {"class": "address"})
        address.text = f" {mark}({_BREAKS.sub(mark + ZERO_WIDTH_SPACE, shown)}){mark}"
        address.tail, link.tail = link.tail, None
        added[link] = address
    for parent in list(section.iter()):
        if any(child in added for child in parent):
            parent[:] = [e for c in parent for e in ((c, added[c]) if c in added else (c,))]


def readable(href: str) -> str:
    """An address as it is printed: no scheme, no `www.`, no slash at the end, words unescaped."""
    return re.sub(r"\s", "%20", unquote(_OUTSIDE.sub("", href, count=1))).rstrip("/")


def _allow_breaks(link: ET.Element) -> None:
    for element in link.iter():
        if element.text:
            element.text = _BREAKS.sub(ZERO_WIDTH_SPACE, element.text)
