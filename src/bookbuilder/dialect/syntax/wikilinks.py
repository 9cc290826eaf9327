"""Read Obsidian's `[[Chapter]]`, `[[file#heading|text]]` and `![[image.png|300]]`."""

from __future__ import annotations

import re
from urllib.parse import quote

from markdown.extensions import Extension

from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import InlineParser
from bookbuilder.dialect.core.references import normalise_label
from bookbuilder.text.patterns import rare_pattern

_WIKILINK = re.compile(r"(!?)\[\[([^\[\]|\n]+?)(?:\\?\|([^\[\]\n]*))?\]\](?![(\[])")
_SIZE = rare_pattern(r"(\d+)(?:x(\d+))?$")
_IMAGE = rare_pattern(r"\.(?:apng|avif|bmp|gif|jpe?g|png|svg|tiff?|webp)$", re.IGNORECASE)

EMBED = "wikilink"
"""The class of pictures that are looked for by name, and of links that are."""


def handle_wikilink(parser: InlineParser) -> bool:
    match = _WIKILINK.match(parser.text, parser.position)
    if not match or (not match[1] and _is_reference(parser, match[2])):
        return False
    target, shown = match[2].strip(), (match[3] or "").strip()
    address = _address(target)
    if match[1] and _IMAGE.search(target.partition("#")[0]):
        image = parser.add_element("img", **{"class": EMBED}, src=address, alt="")
        *captions, last = ["", *(part.strip() for part in shown.split("|"))]
        if size := _SIZE.match(last):
            image.attributes["width"] = size[1]
            if size[2]:
                image.attributes["height"] = size[2]
            last = ""
        image.attributes["alt"] = last or "".join(captions)
    else:
        file, _, heading = target.partition("#")
        # A block id says nothing to a reader; the link pass fills in what it leads to.
        parts = (file, *heading.split("#"))
        text = shown or " › ".join(part for part in parts if part and part[0] != "^")
        parser.add_element("a", text, **{"class": EMBED}, href=address)
    parser.position = match.end()
    return True


def _is_reference(parser: InlineParser, label: str) -> bool:
    return normalise_label(label) in parser.conversion.definitions


def _address(target: str) -> str:
    """Return the address of a file name, with characters that are special in URLs quoted."""
    file, separator, heading = target.partition("#")
    heading = heading.rpartition("#")[2]  # of `#Chapter#Section`, the section
    return "".join(
        character if character.isalnum() else quote(character, safe="/.-_~!$'()*,;:@+=")
        for character in file
    ) + (separator + heading.replace(" ", "%20") if separator else "")


class WikilinkExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.conversion.inlines.register("[!", handle_wikilink)
