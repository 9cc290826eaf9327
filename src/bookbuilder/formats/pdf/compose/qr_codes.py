"""Make QR codes of a chapter's links, for readers with paper and a phone."""

from __future__ import annotations

import io
from collections.abc import Iterable

from bookbuilder.book import Asset, Chapter
from bookbuilder.formats.pdf.compose.end_notes import insert_before_notes
from bookbuilder.formats.pdf.compose.web_links import outside_links
from bookbuilder.text.words import words_for
from bookbuilder.trees.markup import new_tag

# The side of a module in millimetres: what a phone reads at arm's length off office paper.
MODULE = 0.42
# Symbols up to version 13 (69 modules, 32 mm with their quiet zone) hold this many bytes at error
# correction L.
LARGEST = 425


def add_codes(chapter: Chapter, language: str) -> dict[str, Asset]:
    """Put codes for a chapter's links before its notes; return their pictures by name."""
    words = words_for(language)
    urls = list(dict.fromkeys(str(link["href"]) for link in outside_links(chapter.tree)))
    groups = grouped(urls)
    codes = new_tag("div", {"class": "link-codes"})
    made = {}
    for number, group in enumerate(groups, 1):
        name = f"codes/{chapter.slug}-{number}.svg"
        made[name] = Asset(name, "image/svg+xml", qr_code("\n".join(group)))
        count = f" {number}/{len(groups)}" if len(groups) > 1 else ""
        picture = new_tag("img", {"src": name, "alt": f"{words.links_code}{count}"})
        caption = new_tag("p", {}, f"{words.links}{count}")
        codes.append(new_tag("div", {"class": "link-code"}, picture, caption))
    if made:
        insert_before_notes(chapter.tree, codes)
    return made


def grouped(urls: Iterable[str]) -> list[list[str]]:
    """Share `urls` out among as few codes as hold them; leave out those too long for one."""
    groups: list[list[str]] = []
    room = 0
    for url in urls:
        size = len(url.encode()) + 1
        if size - 1 > LARGEST:
            continue
        if size > room:
            groups.append([])
            room = LARGEST + 1
        groups[-1].append(url)
        room -= size
    return groups


def qr_code(text: str) -> bytes:
    """Draw the code for `text`, as strongly corrected as its size allows, as SVG."""
    import segno

    out = io.BytesIO()
    code = segno.make_qr(text, error="l", boost_error=True)
    code.save(
        out, kind="svg", scale=MODULE, unit="mm", xmldecl=False, svgclass=None, lineclass=None
    )
    return out.getvalue()
