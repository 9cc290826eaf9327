"""Describe what is shared: the files, by kind, and what page, feeds and sheets say of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

from bookbuilder.book import Book
from bookbuilder.formats.epub.accessibility import Accessibility

EPUB_TYPE, PDF_TYPE = "application/epub+zip", "application/pdf"


class Kind(StrEnum):
    """A kind of file, as the page groups them."""

    EPUB = "epub"
    SCREEN = "screen"
    PAPER = "paper"
    WORKBOOK = "workbook"
    HANDOUT = "handout"
    EDITION = "edition"
    SHEET = "sheet"


@dataclass(frozen=True, slots=True)
class File:
    """A file to download. `path` is its place in the folder, `pages` their number if it has any.

    `title` is what only this file is called: a chapter's title, an edition's. `device` is the
    reader that an EPUB is for.
    """

    path: str
    kind: Kind
    size: int
    pages: int = 0
    title: str = ""
    device: str = ""
    edition: str = ""

    @property
    def href(self) -> str:
        """Return the relative address."""
        return quote(self.path)

    @property
    def media_type(self) -> str:
        return EPUB_TYPE if self.path.endswith(".epub") else PDF_TYPE


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the cover."""

    path: str
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """Hold all that is shared of `book`. `address` is where that will lie, or empty.

    `changed` is when the book was last changed; `covers` are pictures of the cover, the largest
    first; `web` and `page_list` are relative addresses of the book as web pages, and of the list of
    the printed book's pages there; `news` are title and address of the chapter there that says what
    has changed. `is_tagged` says that every PDF claims PDF/UA.
    """

    book: Book
    address: str
    changed: datetime
    accessibility: Accessibility
    covers: Sequence[Picture] = ()
    files: Sequence[File] = ()
    web: str = ""
    page_list: str = ""
    news: tuple[str, str] = ("", "")
    is_tagged: bool = False
    editions: dict[str, Book] = field(default_factory=dict)

    def of(self, *kinds: Kind, edition: str = "") -> Iterator[File]:
        """Yield the files of some kinds that belong to an edition, or to none."""
        return (f for f in self.files if f.kind in kinds and f.edition == edition)

    def absolute(self, href: str) -> str:
        return f"{self.address}{href}"
