"""Make the lists of links: the contents of the book and of a chapter, and the printed pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from bookbuilder.book import Book
from bookbuilder.formats.hypertext.markup import escape
from bookbuilder.formats.hypertext.page_breaks import MARK, page_places
from bookbuilder.formats.table_of_contents import Entry, captions_of, contents
from bookbuilder.formats.web.places import INDEX, Places, relative
from bookbuilder.text.words import Words
from bookbuilder.trees.markup import one_line

_DEPTH = 2
# A chapter with more headings lists only those of the first level.
_MOST_HEADINGS = 24


@dataclass(frozen=True, slots=True)
class Lists:
    """Makes the lists of `book`. `entries` are its contents, with headings."""

    book: Book
    places: Places
    words: Words
    entries: Sequence[Entry]

    @classmethod
    def of(cls, book: Book, places: Places, words: Words) -> Lists:
        return cls(book, places, words, contents(book, _DEPTH))

    def contents(self) -> str:
        """Return the parts and chapters of the book as a list of links on the page of contents."""
        return self._list(_without_headings(self.entries), INDEX)

    def captions(self) -> Iterator[tuple[str, str]]:
        """Yield what figures and tables are called, each with the list of those with captions."""
        captions = captions_of(self.book)
        kinds = ((self.words.figures, "figure"), (self.words.tables, "table"))
        for title, kind in kinds:
            if found := captions[kind]:
                yield title, self._list(found, INDEX)

    def inside(self, slug: str) -> str:
        """Return the headings of a chapter as a list of links on its page; nothing for one."""
        entry = next((e for e in _all(self.entries) if e.target == slug), None)
        headings = [e for e in entry.children if e.kind == "heading"] if entry else []
        if sum(1 for _ in _all(headings)) > _MOST_HEADINGS:
            headings = _without_children(headings)
        if len(headings) < 2:
            return ""
        return self._list(headings, self.places.page_of(slug))

    def printed_pages(self) -> list[tuple[str, str]]:
        """Return the labels of the printed pages, and where each starts."""
        targets = self.places.targets
        found = page_places(self.book, targets)
        return [(label, targets.get(f"{MARK}{label}", place)) for label, place in found]

    def _list(self, entries: Iterable[Entry], here: str) -> str:
        items = []
        for entry in entries:
            address = escape(relative(self.places.targets[entry.target], here))
            below = f"\n{self._list(entry.children, here)}\n" if entry.children else ""
            kind = f' class="{entry.kind}"' if entry.kind == "part" else ""
            said_in = f' lang="{escape(entry.language)}"' if entry.language else ""
            title = escape(title_of(entry))
            items.append(f'<li{kind}><a href="{address}"{said_in}>{title}</a>{below}</li>')
        return "\n".join(["<ol>", *items, "</ol>"])


def title_of(entry: Entry) -> str:
    """Return the title of a part, chapter or heading with its number."""
    stop = "" if entry.kind == "caption" or not entry.label else "."
    return one_line(f"{entry.label}{stop} {entry.title}") or entry.target


def _all(entries: Iterable[Entry]) -> Iterator[Entry]:
    for entry in entries:
        yield entry
        yield from _all(entry.children)


def _without_headings(entries: Iterable[Entry]) -> list[Entry]:
    return [
        replace(e, children=_without_headings(e.children)) for e in entries if e.kind != "heading"
    ]


def _without_children(entries: Iterable[Entry]) -> list[Entry]:
    return [replace(e, children=[]) for e in entries]
