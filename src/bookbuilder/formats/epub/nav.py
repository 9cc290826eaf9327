"""The navigation document (EPUB 3.3, section 7) and the NCX for readers that know only EPUB 2."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bookbuilder.formats.epub.page import Document, Frame
from bookbuilder.formats.epub.text import escape, plain
from bookbuilder.formats.epub.toc import Entry
from bookbuilder.words import Words

NAV_NAME = "nav.xhtml"
# A longer page of contents keeps headings for the reader's own menu (EPUB 3.3, section 7.4.6).
LONGEST_PAGE = 60


@dataclass(frozen=True, slots=True)
class Landmark:
    """`kind` is an `epub:type`; `guide` its counterpart in EPUB 2's guide, if there is one."""

    kind: str
    title: str
    href: str
    guide: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list besides the contents; `kind` is its `epub:type` (`loi`, `lot`) and its id."""

    kind: str
    title: str
    entries: Sequence[Entry]


def nav_document(
    frame: Frame,
    entries: Sequence[Entry],
    listings: Sequence[Listing],
    landmarks: Sequence[Landmark],
    words: Words,
) -> Document:
    foreign = words.language != frame.language.partition("-")[0].lower()
    said_in = f' lang="{words.language}" xml:lang="{words.language}"' if foreign else ""
    is_long = sum(map(_count, entries)) > LONGEST_PAGE
    marks = "\n".join(
        f'<li><a epub:type="{m.kind}" href="{escape(m.href)}">{escape(m.title)}</a></li>'
        for m in landmarks
    )
    lists = "".join(
        f'<nav epub:type="{one.kind}" id="{one.kind}" aria-labelledby="{one.kind}-title">\n'
        f'<h2 id="{one.kind}-title"{said_in}>{escape(one.title)}</h2>\n'
        f"{_list(one.entries)}\n</nav>\n"
        for one in listings
    )
    body = (
        '<nav epub:type="toc" role="doc-toc" id="toc" aria-labelledby="toc-title">\n'
        f'<h1 id="toc-title"{said_in}>{escape(words.contents)}</h1>\n'
        f"{_list(entries, is_long)}\n</nav>\n"
        f"{lists}"
        f'<nav epub:type="landmarks" id="landmarks" aria-label="{escape(words.landmarks)}"'
        ' hidden="hidden">\n'
        f"<ol>\n{marks}\n</ol>\n</nav>"
    )
    return frame.document(NAV_NAME, words.contents, body, properties=("nav",))


def _list(entries: Sequence[Entry], hide_headings: bool = False) -> str:
    items = "\n".join(
        f'<li><a href="{escape(e.href)}">{escape(e.title)}</a>'
        + (f"\n{_list(e.children, hide_headings)}\n" if e.children else "")
        + "</li>"
        for e in entries
    )
    is_hidden = hide_headings and all("#" in e.href for e in entries)
    hidden = ' hidden="hidden"' if is_hidden else ""
    return f"<ol{hidden}>\n{items}\n</ol>"


def _count(entry: Entry) -> int:
    return 1 + sum(map(_count, entry.children))


def ncx(
    identifier: str,
    language: str,
    title: str,
    entries: Sequence[Entry],
    listings: Sequence[Listing],
) -> bytes:
    """The contents and other lists as an NCX 2005-1, `playOrder` in the order of each list."""
    depth = max((e.depth for e in entries), default=1)
    order = iter(range(1, 1_000_000))
    heads = (("dtb:uid", plain(identifier)), ("dtb:depth", str(depth)))
    counts = (("dtb:totalPageCount", "0"), ("dtb:maxPageNumber", "0"))
    metas = "\n".join(
        f'<meta name="{name}" content="{escape(value)}"/>' for name, value in (*heads, *counts)
    )
    points = "\n".join(_points(entries, order))
    lists = "".join(
        f'<navList id="{one.kind}" class="{one.kind}">'
        f"<navLabel><text>{escape(one.title)}</text></navLabel>\n"
        + "\n".join(_targets(one.entries, order))
        + "\n</navList>\n"
        for one in listings
    )
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1"'
        f' xml:lang="{escape(language)}">\n'
        f"<head>\n{metas}\n</head>\n"
        f"<docTitle><text>{escape(title)}</text></docTitle>\n"
        f"<navMap>\n{points}\n</navMap>\n{lists}</ncx>\n"
    )
    return text.encode()


def _points(entries: Sequence[Entry], order: Iterator[int]) -> Iterator[str]:
    for entry in entries:
        number = next(order)
        yield (
            f'<navPoint id="point-{number}" playOrder="{number}">'
            f"<navLabel><text>{escape(entry.title)}</text></navLabel>"
            f'<content src="{escape(entry.href)}"/>'
        )
        yield from _points(entry.children, order)
        yield "</navPoint>"


def _targets(entries: Sequence[Entry], order: Iterator[int]) -> Iterator[str]:
    for entry in entries:
        number = next(order)
        yield (
            f'<navTarget id="point-{number}" playOrder="{number}">'
            f"<navLabel><text>{escape(entry.title)}</text></navLabel>"
            f'<content src="{escape(entry.href)}"/></navTarget>'
        )
