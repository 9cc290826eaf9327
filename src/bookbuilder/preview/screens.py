"""Make what the browser shows of a book as an EPUB: its documents, with marks for places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bs4 import Tag

from bookbuilder.book import Asset, Book, Chapter
from bookbuilder.formats.epub.cover_picture import cover
from bookbuilder.formats.epub.documents import ChapterWriter, Frame, targets_of
from bookbuilder.formats.epub.writer import compose
from bookbuilder.formats.hypertext.images import for_readers
from bookbuilder.formats.made_pictures import made_pictures
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.pagination import blocks
from bookbuilder.runtime.cache import digest_of
from bookbuilder.trees.markup import elements, text_of

PLACE = "data-place"
"""The attribute that says where in the book a block stands: `slug/number`, as in print."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A document of the EPUB by its `name`; `blocks` are digests of its blocks, in order."""

    name: str
    title: str
    data: bytes
    slug: str = ""
    blocks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """A picture, font or stylesheet of the EPUB by its name there."""

    name: str
    media_type: str
    data: bytes


@dataclass(slots=True)
class ScreenWriter:
    """Makes documents of the whole book, or of a chapter with the names that the book gave last."""

    frame: Frame | None = None
    _names: dict[str, str] = field(default_factory=dict)
    _pictures: dict[tuple[str, int], Asset] = field(default_factory=dict)

    def write(self, book: Book, report: Report) -> tuple[list[Screen], list[File]]:
        """Return all documents of the EPUB, and the files that they use."""
        digests = _marked(book.chapters)
        assets = {name: self._for_readers(asset, book) for name, asset in book.assets.items()}
        made = compose(book, cover(book, report), assets, report)
        styles = [f.name for f in made.files if f.media_type == "text/css"]
        self.frame = Frame(book.metadata.language, styles)
        by_data = {digest_of(f.data): f.name for f in made.files}
        self._names = {
            name: by_data[digest]
            for asset in assets.values()
            if (digest := digest_of(asset.data)) in by_data
            for name in [digest]
        }
        slugs = {f"{slug}.xhtml": slug for slug in digests}
        screens = [
            Screen(d.name, d.title, d.data, slug := slugs.get(d.name, ""), digests.get(slug, ()))
            for d in made.documents
        ]
        files = [File(f.name, f.media_type, f.data) for f in made.files]
        front = made.cover
        return screens, [*files, File(front.name, front.media_type, front.data)]

    def write_chapters(
        self, book: Book, chapters: list[Chapter]
    ) -> tuple[list[Screen], list[File]]:
        """Return the documents of `chapters`, and pictures in them that are new."""
        assert self.frame is not None
        digests = _marked(chapters)
        assets: dict[str, Asset] = {}
        files = []
        for name, asset in book.assets.items():
            shown = self._for_readers(asset, book)
            digest = digest_of(shown.data)
            known = self._names.get(digest)
            if known is None:
                known = f"images/{digest[:16]}{shown.name[shown.name.rindex('.') :]}"
                files.append(File(known, shown.media_type, shown.data))
            assets[name] = replace(shown, name=known)
        writer = ChapterWriter(self.frame, targets_of(book), assets)
        fronts = {id(c) for c in book.front}
        backs = {id(c) for c in book.back}
        screens = []
        for c in chapters:
            matter = "frontmatter" if id(c) in fronts else "bodymatter"
            made = writer.document(c, "backmatter" if id(c) in backs else matter)
            screens.append(Screen(made.name, made.title, made.data, c.slug, digests[c.slug]))
        return screens, files

    def _for_readers(self, asset: Asset, book: Book) -> Asset:
        size = book.config.epub.picture_size
        key = digest_of(asset.data), size
        if key not in self._pictures:
            known = made_pictures(book.config.pdf.cache)
            self._pictures[key] = for_readers(asset, size, known)[0]
        made = self._pictures[key]
        # Equal pictures may have several names in the book.
        suffix = made.name[made.name.rindex(".") :] if "." in made.name else ""
        stem = asset.name.rpartition(".")[0] or asset.name
        return replace(made, name=f"{stem}{suffix}")


def _marked(chapters: Iterable[Chapter]) -> dict[str, tuple[str, ...]]:
    """Mark the blocks of `chapters` with their places; return digests of the blocks by slug."""
    found = {}
    for chapter in chapters:
        digests = []
        for number, block in enumerate(blocks(chapter.tree)):
            digests.append(_digest(block))
            block[PLACE] = f"{chapter.slug}/{number}"
        found[chapter.slug] = tuple(digests)
    return found


def _digest(block: Tag) -> str:
    """Return a digest of what an author may have changed in a block, but not of its numbers."""
    inside = elements(block)
    said = [block.name, text_of(block), *(f"{e.name} {e.get('src') or ''}" for e in inside)]
    return digest_of("\n".join(said).encode())[:12]


def first_change(before: tuple[str, ...], now: tuple[str, ...]) -> int | None:
    """Return the number of the first block that is new or another; None if all are the same."""
    for number, (old, new) in enumerate(zip(before, now, strict=False)):
        if old != new:
            return number
    return None if len(before) == len(now) else max(min(len(before), len(now) - 1), 0)
