"""Say where everything of a book is on its web pages: a folder for each chapter, ids in its page.

Addresses are relative and name files, `../deciding/index.html#worksheet`, so that they work from a
disk and from a zip, where no server turns a folder's address into that of its page, and on any web
space, whatever its own address is.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from bookbuilder.book import Book, Chapter, Part
from bookbuilder.formats.hypertext.page_breaks import MARK
from bookbuilder.formats.table_of_contents import has_opening
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.slugs import first_free, unique
from bookbuilder.trees.markup import elements

INDEX = "index.html"
TEXT = "text"
"""The id of the text on a page, to which a link can skip what stands above it."""
# Windows takes a folder of such a name for a device.
_DEVICES = frozenset(["aux", "con", "nul", "prn"])


@dataclass(slots=True)
class Places:
    """Hold the places of a book by the ids of its trees: `deciding/index.html#worksheet`.

    `ids` are those that elements have on their pages, by those in the trees. `texts` are the ids of
    the texts of pages, and `pages` is the page that lists printed pages.
    """

    targets: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    pages: str = ""
    _taken: dict[str, set[str]] = field(default_factory=dict)

    def page_of(self, slug: str) -> str:
        """Return the page of a chapter."""
        return self.targets[slug].partition("#")[0]

    def place(self, page: str, name: str, wanted: str) -> None:
        """Put the element with the id `name` on `page`, with the id `wanted` if that is free."""
        self.ids[name] = self.free_id(page, wanted)
        self.targets[name] = f"{page}#{self.ids[name]}"

    def free_id(self, page: str, wanted: str) -> str:
        taken = self._taken.setdefault(page, set())

        def numbered(n: int) -> str:
            return f"{wanted}-{n}" if n > 1 else wanted

        found = numbered(first_free(lambda n: numbered(n) not in taken))
        taken.add(found)
        return found


def places_of(book: Book) -> Places:
    """Give each chapter of `book` a page, and all ids their names there.

    An id loses the name of its chapter: `deciding--worksheet` is `worksheet` in `deciding/`. What
    the author has not named takes what is left.
    """
    found = Places()
    folders = set(_DEVICES)
    for chapter in tracked(book.chapters):
        page = f"{unique(chapter.slug, folders)}/{INDEX}"
        found.targets[chapter.slug] = page
        names = list(_ids_of(chapter))
        for name in names:
            if not name.startswith(MARK):
                found.place(page, name, name.removeprefix(f"{chapter.slug}--"))
        for name in names:
            if name.startswith(MARK):
                found.place(page, name, f"page-{name.removeprefix(MARK)}")
        found.texts[page] = found.free_id(page, TEXT)
    found.pages = f"{unique('pages', folders)}/{INDEX}"
    for page in (INDEX, found.pages):
        found.texts[page] = found.free_id(page, TEXT)
    for part in book.parts:
        if has_opening(book, part):
            page = found.page_of(part.chapters[0].slug) if part.chapters else INDEX
            found.place(page, part.slug, part.slug)
            if part.chapters and (label := page_of_part(book, part)):
                found.place(page, f"{MARK}{label}", f"page-{label}")
    if book.volume is not None:
        found.targets[book.volume.slug] = INDEX
    return found


def page_of_part(book: Book, part: Part) -> str:
    """Return the label of the printed page that a part opens on; nothing if it is not known."""
    for start in book.pagination.pages if book.pagination else ():
        if start.section == part.slug and start.block is None:
            return start.label
    return ""


def _ids_of(chapter: Chapter) -> Iterator[str]:
    return (str(tag["id"]) for tag in elements(chapter.tree) if "id" in tag.attrs)


def relative(target: str, here: str) -> str:
    """Return the address of `target` on the page `here`, both as names in the folder."""
    page, sharp, name = target.partition("#")
    if page == here and sharp:
        return f"#{name}"
    folder = posixpath.dirname(here)
    return posixpath.relpath(page, folder or ".") + sharp + name
