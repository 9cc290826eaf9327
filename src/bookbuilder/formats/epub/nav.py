"""The navigation document (EPUB 3.3, section 7) and the NCX for readers that know only EPUB 2."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bookbuilder.formats.epub.page import Document, Frame
from bookbuilder.formats.epub.text import escape, plain
from bookbuilder.formats.epub.toc import Entry
from bookbuilder.text.words import Words

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
    pages: Sequence[Entry],
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
    page_list = (
        f'\n<nav epub:type="page-list" id="page-list" aria-label="{escape(words.pages)}"'
        f' hidden="hidden">\n{_list(pages)}\n</nav>'
    )
    body = (
        '<nav epub:type="toc" role="doc-toc" id="toc" aria-labelledby="toc-title">\n'
        f'<h1 id="toc-title"{said_in}>{escape(words.contents)}</h1>\n'
        f"{_list(entries, is_long)}\n</nav>\n"
        f"{lists}"
        f'<nav epub:type="landmarks" id="landmarks" aria-label="{escape(words.landmarks)}"'
        ' hidden="hidden">\n'
        f"<ol>\n{marks}\n</ol>\n</nav>{page_list if pages else ''}\n"
    )
    return frame.wrapped(NAV_NAME, words.contents, body, properties=("nav",))


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
    pages: Sequence[Entry],
) -> bytes:
    """The contents and other lists as an NCX 2005-1, `playOrder` in the order of each list.

    Entries that lead to one place have one `playOrder`.
    """
    depth = max((e.depth for e in entries), default=1)
    order = _Order()
    heads = (("dtb:uid", plain(identifier)), ("dtb:depth", str(depth)))
    last = max((int(page.title) for page in pages if page.title.isdecimal()), default=0)
    counts = (("dtb:totalPageCount", str(len(pages))), ("dtb:maxPageNumber", str(last)))
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
    page_list = "".join(_page_targets(pages, order))
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1"'
        f' xml:lang="{escape(language)}">\n'
        f"<head>\n{metas}\n</head>\n"
        f"<docTitle><text>{escape(title)}</text></docTitle>\n"
        f"<navMap>\n{points}\n</navMap>\n"
        + (f"<pageList>\n{page_list}</pageList>\n" if pages else "")
        + f"{lists}</ncx>\n"
    )
    return text.encode()


@dataclass(slots=True)
class _Order:
    """Numbers the entries of all lists, those that lead to one place alike."""

    count: int = 0
    places: dict[str, int] = field(default_factory=dict)

    def of(self, entry: Entry) -> str:
        self.count += 1
        place = self.places.setdefault(entry.href, len(self.places) + 1)
        return f'id="point-{self.count}" playOrder="{place}"'


def _points(entries: Sequence[Entry], order: _Order) -> Iterator[str]:
    for entry in entries:
        yield (
            f"<navPoint {order.of(entry)}>"
            f"<navLabel><text>{escape(entry.title)}</text></navLabel>"
            f'<content src="{escape(entry.href)}"/>'
        )
        yield from _points(entry.children, order)
        yield "</navPoint>"


def _targets(entries: Sequence[Entry], order: _Order) -> Iterator[str]:
    for entry in entries:
        yield (
            f"<navTarget {order.of(entry)}>"
            f"<navLabel><text>{escape(entry.title)}</text></navLabel>"
            f'<content src="{escape(entry.href)}"/></navTarget>'
        )


def _page_targets(pages: Sequence[Entry], order: _Order) -> Iterator[str]:
    for page in pages:
        is_number = page.title.isdecimal()
        value = f' value="{page.title}"' if is_number else ""
        yield (
            f'<pageTarget {order.of(page)} type="{"normal" if is_number else "front"}"{value}>'
            f"<navLabel><text>{escape(page.title)}</text></navLabel>"
            f'<content src="{escape(page.href)}"/></pageTarget>\n'
        )
