"""Write the navigation document (EPUB 3.3, section 7), and the NCX for EPUB 2 readers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from bookbuilder.book import Book, Metadata
from bookbuilder.formats.epub.devices import Device
from bookbuilder.formats.epub.documents import EPUB_TYPES, Document, Frame
from bookbuilder.formats.epub.names import CONTENTS_NAME, COVER_NAME, NAV_NAME, TITLE_NAME
from bookbuilder.formats.hypertext.markup import escape
from bookbuilder.formats.hypertext.page_breaks import page_places
from bookbuilder.formats.table_of_contents import Entry, captions_of, contents, has_opening
from bookbuilder.text.words import Words, direction
from bookbuilder.trees.markup import one_line

# A longer page of contents leaves headings to the reader's own menu.
LONGEST_PAGE = 60
# Chapters that readers offer as places of their own (EPUB 3.3, section 7.4.5).
_LANDMARK_ROLES = ("doc-bibliography", "doc-glossary", "doc-index", "doc-preface")


class Link(Struct, frozen=True):
    """A line of a list, as readers show it, and the lines below it."""

    title: str
    href: str
    children: Sequence[Link] = ()
    language: str = ""

    @property
    def depth(self) -> int:
        """Count the levels of links from here down; 1 without children."""
        return 1 + max((child.depth for child in self.children), default=0)


class Landmark(Struct, frozen=True):
    """A place that readers offer by name.

    `kind` is an `epub:type`; `guide` its counterpart in EPUB 2's guide, if there is one.
    """

    kind: str
    title: str
    href: str
    guide: str = ""


class Listing(Struct, frozen=True):
    """A list besides the contents; `kind` is its `epub:type` (`loi`, `lot`) and its id."""

    kind: str
    title: str
    links: Sequence[Link]


class Navigation(Struct, frozen=True):
    """All lists that lead into the book."""

    contents: Sequence[Link]
    listings: Sequence[Listing]
    landmarks: Sequence[Landmark]
    pages: Sequence[Link]


def navigation_of(
    book: Book, targets: Mapping[str, str], device: Device, words: Words
) -> Navigation:
    """Gather the lists of `book` for `device`; `targets` are the places of its ids."""
    links = _links(contents(book, book.config.epub.toc_depth), targets)
    if not links:
        first = next(iter(book.chapters), None) if book.is_handout else None
        place = Link(first.title, targets[first.slug]) if first else None
        links = [place or Link(words.title_page, TITLE_NAME)]
    if device.toc_levels:
        links = _flattened(links, device.toc_levels)
    listings = []
    # They stand in the page of contents, which a handout has not.
    if not book.is_handout:
        captions = captions_of(book)
        figures = Listing("loi", words.figures, _links(captions["figure"], targets))
        tables = Listing("lot", words.tables, _links(captions["table"], targets))
        listings = [listing for listing in (figures, tables) if listing.links]
    landmarks = list(_landmarks(book, targets, device, listings, words))
    pages = [Link(label, href) for label, href in page_places(book, targets)]
    return Navigation(links, listings, landmarks, pages)


def _links(entries: Iterable[Entry], targets: Mapping[str, str]) -> list[Link]:
    return [
        Link(
            _title_of(entry),
            targets[entry.target],
            _links(entry.children, targets),
            one_line(entry.language),
        )
        for entry in entries
    ]


def _title_of(entry: Entry) -> str:
    stop = "" if entry.kind == "caption" or not entry.label else "."
    return one_line(f"{entry.label}{stop} {entry.title}") or entry.target


def _flattened(links: Iterable[Link], levels: int) -> list[Link]:
    """Nest `links` no deeper than `levels`; what lies deeper follows what it lay in."""

    def below(link: Link) -> Iterator[Link]:
        for child in link.children:
            yield replace(child, children=())
            yield from below(child)

    if levels == 1:
        return [e for link in links for e in (replace(link, children=()), *below(link))]
    return [replace(e, children=_flattened(e.children, levels - 1)) for e in links]


def _landmarks(
    book: Book,
    targets: Mapping[str, str],
    device: Device,
    listings: Iterable[Listing],
    words: Words,
) -> Iterator[Landmark]:
    if device.cover_page and not book.is_handout:
        yield Landmark("cover", words.cover, COVER_NAME, "cover")
    if not book.is_handout:
        yield Landmark("titlepage", words.title_page, TITLE_NAME, "title-page")
        yield Landmark("toc", words.contents, CONTENTS_NAME, "toc")
    for one in listings:
        yield Landmark(one.kind, one.title, f"{CONTENTS_NAME}#{one.kind}", one.kind)
    yield Landmark("bodymatter", words.start, _start(book, targets), "text")
    for chapter in book.chapters:
        if chapter.role in _LANDMARK_ROLES and not chapter.untitled:
            kind = EPUB_TYPES[chapter.role]
            yield Landmark(kind, chapter.title, targets[chapter.slug], kind)


def _start(book: Book, targets: Mapping[str, str]) -> str:
    """Return where the body begins; in a book without one, the first document after the nav."""
    for part in book.parts:
        if has_opening(book, part):
            return targets[part.slug]
        if part.chapters:
            return targets[part.chapters[0].slug]
    return next((targets[chapter.slug] for chapter in book.chapters), TITLE_NAME)


def nav_document(frame: Frame, navigation: Navigation, words: Words) -> Document:
    """Write all lists as the document that readers take their menus from.

    It is no page of the book: old readers would show what is hidden, such as the list of pages.
    """
    marks = "\n".join(
        f'<li><a epub:type="{m.kind}" href="{escape(m.href)}">{escape(m.title)}</a></li>'
        for m in navigation.landmarks
    )
    page_list = (
        f'\n<nav epub:type="page-list" id="page-list" aria-label="{escape(words.pages)}"'
        f' hidden="hidden">\n{_list(navigation.pages, frame.language)}\n</nav>'
    )
    body = (
        f"{_lists(frame, navigation, words)}"
        f'<nav epub:type="landmarks" id="landmarks" aria-label="{escape(words.landmarks)}"'
        ' hidden="hidden">\n'
        f"<ol>\n{marks}\n</ol>\n</nav>{page_list if navigation.pages else ''}\n"
    )
    return frame.wrapped(NAV_NAME, words.contents, body, properties=("nav",))


def contents_page(frame: Frame, navigation: Navigation, words: Words) -> Document:
    """Write the lists that readers show as a page; where it is long, without headings."""
    is_long = sum(map(_count, navigation.contents)) > LONGEST_PAGE
    links = _without_headings(navigation.contents) if is_long else navigation.contents
    shown = replace(navigation, contents=links)
    return frame.wrapped(CONTENTS_NAME, words.contents, _lists(frame, shown, words))


def _lists(frame: Frame, navigation: Navigation, words: Words) -> str:
    foreign = words.language != frame.language.partition("-")[0].lower()
    said_in = _said_in(words.language if foreign else "")
    lists = "".join(
        f'<nav epub:type="{one.kind}" id="{one.kind}" aria-labelledby="{one.kind}-title">\n'
        f'<h2 id="{one.kind}-title"{said_in}>{escape(one.title)}</h2>\n'
        f"{_list(one.links, frame.language)}\n</nav>\n"
        for one in navigation.listings
    )
    return (
        '<nav epub:type="toc" role="doc-toc" id="toc" aria-labelledby="toc-title">\n'
        f'<h1 id="toc-title"{said_in}>{escape(words.contents)}</h1>\n'
        f"{_list(navigation.contents, frame.language)}\n</nav>\n"
        f"{lists}"
    )


def _without_headings(links: Iterable[Link]) -> list[Link]:
    return [
        replace(link, children=_without_headings(link.children))
        for link in links
        if "#" not in link.href
    ]


def _said_in(language: str) -> str:
    return f' lang="{escape(language)}" xml:lang="{escape(language)}"' if language else ""


def _list(links: Sequence[Link], language: str) -> str:
    """Return `links` as a list; in a book that runs from the right, each in its own direction."""
    is_rtl = direction(language) == "rtl"
    item, items = ('<li dir="auto">', '<ol dir="rtl">') if is_rtl else ("<li>", "<ol>")
    entries = "\n".join(
        f'{item}<a href="{escape(e.href)}"{_said_in(e.language)}>{escape(e.title)}</a>'
        + (f"\n{_list(e.children, language)}\n" if e.children else "")
        + "</li>"
        for e in links
    )
    return f"{items}\n{entries}\n</ol>"


def _count(link: Link) -> int:
    return 1 + sum(map(_count, link.children))


def ncx(said: Metadata, navigation: Navigation) -> bytes:
    """Write the lists as an NCX 2005-1, `playOrder` in the order of each list.

    Entries that lead to one place have one `playOrder`.
    """
    pages = navigation.pages
    depth = max((link.depth for link in navigation.contents), default=1)
    order = _Order()
    heads = (("dtb:uid", one_line(said.identifier)), ("dtb:depth", str(depth)))
    last = max((int(page.title) for page in pages if page.title.isdecimal()), default=0)
    counts = (("dtb:totalPageCount", str(len(pages))), ("dtb:maxPageNumber", str(last)))
    metas = "\n".join(
        f'<meta name="{name}" content="{escape(value)}"/>' for name, value in (*heads, *counts)
    )
    points = "\n".join(_points(navigation.contents, order))
    lists = "".join(
        f'<navList id="{one.kind}" class="{one.kind}">'
        f"<navLabel><text>{escape(one.title)}</text></navLabel>\n"
        + "\n".join(_targets(one.links, order))
        + "\n</navList>\n"
        for one in navigation.listings
    )
    page_list = "".join(_page_targets(pages, order))
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1"'
        f' xml:lang="{escape(said.language)}">\n'
        f"<head>\n{metas}\n</head>\n"
        f"<docTitle><text>{escape(said.title)}</text></docTitle>\n"
        f"<navMap>\n{points}\n</navMap>\n"
        + (f"<pageList>\n{page_list}</pageList>\n" if pages else "")
        + f"{lists}</ncx>\n"
    )
    return text.encode()


class _Order(Struct):
    """Numbers the links of all lists; those that lead to one place get the same number."""

    count: int = 0
    places: dict[str, int] = field(default_factory=dict)

    def of(self, link: Link) -> str:
        self.count += 1
        place = self.places.setdefault(link.href, len(self.places) + 1)
        return f'id="point-{self.count}" playOrder="{place}"'


def _points(links: Sequence[Link], order: _Order) -> Iterator[str]:
    for link in links:
        yield (
            f"<navPoint {order.of(link)}>"
            f"<navLabel><text>{escape(link.title)}</text></navLabel>"
            f'<content src="{escape(link.href)}"/>'
        )
        yield from _points(link.children, order)
        yield "</navPoint>"


def _targets(links: Sequence[Link], order: _Order) -> Iterator[str]:
    for link in links:
        yield (
            f"<navTarget {order.of(link)}>"
            f"<navLabel><text>{escape(link.title)}</text></navLabel>"
            f'<content src="{escape(link.href)}"/></navTarget>'
        )


def _page_targets(pages: Sequence[Link], order: _Order) -> Iterator[str]:
    for page in pages:
        is_number = page.title.isdecimal()
        value = f' value="{page.title}"' if is_number else ""
        yield (
            f'<pageTarget {order.of(page)} type="{"normal" if is_number else "front"}"{value}>'
            f"<navLabel><text>{escape(page.title)}</text></navLabel>"
            f'<content src="{escape(page.href)}"/></pageTarget>\n'
        )
