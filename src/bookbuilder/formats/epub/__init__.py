"""The EPUB writer: one XHTML file per chapter, packed by ebooklib."""

from __future__ import annotations

from pathlib import Path

from ebooklib import epub

from bookbuilder.book import Asset, Book
from bookbuilder.formats import Output, deliver
from bookbuilder.formats.epub.accessibility import assess
from bookbuilder.formats.epub.archive import pack
from bookbuilder.formats.epub.clock import modified
from bookbuilder.formats.epub.cover import Cover, cover
from bookbuilder.formats.epub.device import device_of
from bookbuilder.formats.epub.images import for_readers
from bookbuilder.formats.epub.kobo import with_spans
from bookbuilder.formats.epub.metadata import add_apple_options, add_metadata, add_page_source
from bookbuilder.formats.epub.nav import NAV_NAME, Landmark, Listing, nav_document, ncx
from bookbuilder.formats.epub.page import Document, Frame
from bookbuilder.formats.epub.pagebreaks import page_list, with_page_breaks
from bookbuilder.formats.epub.pages import COVER_NAME, TITLE_NAME, cover_page, opening, title_page
from bookbuilder.formats.epub.preflight import preflight
from bookbuilder.formats.epub.split import EPUB_TYPES, Splitter, targets
from bookbuilder.formats.epub.styles import Resource, stylesheets
from bookbuilder.formats.epub.toc import Entry, contents, flattened, listed
from bookbuilder.model.diagnostics import Report
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.words import Words, direction, words_for

# Chapters that readers offer as places of their own (EPUB 3.3, section 7.4.5).
_LANDMARK_ROLES = ("doc-bibliography", "doc-glossary", "doc-index", "doc-preface")


def write_epub(book: Book, path: Path, report: Report) -> Output:
    """Write a linked book as EPUB 3.3. The same book gives the same bytes, anywhere, at any time.

    Raises `BookError` for errors in `report`, and `OSError` if `path` cannot be written; what was
    there before stays in either case.
    """
    data, changes = _make(book, report)
    deliver(path, data, report)
    return Output(path, len(data), len(list(book.chapters)), "chapters", changes)


def check_epub(book: Book, report: Report) -> None:
    """Report what `write_epub` would: an EPUB is quickly made, and nobody has to write it."""
    _make(book, report)


def _make(book: Book, report: Report) -> tuple[bytes, tuple[str, ...]]:
    """The EPUB's bytes, and what was done to the author's files."""
    said = book.metadata
    words = words_for(said.language)
    time = modified(said.date, report)
    device = device_of(book.config, report)
    style_names, style_files = stylesheets(book.config, report)
    front = cover(book, report)
    report.raise_for_errors()

    book = with_page_breaks(book)
    frame = Frame(said.language, style_names)
    openings = {p.slug: f"{p.slug}.xhtml" for p in book.parts if p.title and p is not book.volume}
    volume = {book.volume.slug: TITLE_NAME} if book.volume is not None else {}
    assets, changes = _pictures(book)
    places = targets(book, openings | volume)
    splitter = Splitter(frame, places, assets)
    chapters = _documents(book, splitter, openings, words)
    entries = contents(book, openings, words, Entry(words.title_page, TITLE_NAME))
    if device.toc_levels:
        entries = flattened(entries, device.toc_levels)
    listings = _listings(book, words)
    pages = page_list(book, places)
    landmarks = _landmarks(book, chapters, openings, listings, words)
    if not device.cover_page:
        landmarks = [mark for mark in landmarks if mark.kind != "cover"]
    nav = nav_document(frame, entries, listings, landmarks, pages, words)
    cover_pages = [cover_page(frame, front, words)] if device.cover_page else []
    spine = [*cover_pages, title_page(frame, said, words), nav, *chapters]
    if device.sentence_spans:
        spine = [page if page is nav else with_spans(page) for page in spine]
    shown = [asset for name, asset in assets.items() if name in splitter.used]

    package = epub.EpubBook()
    author_css = [file.data for file in style_files[1:] if file.media_type == "text/css"]
    add_metadata(package, said, assess(book, shown, author_css))
    if pages and book.pagination is not None:
        add_page_source(package, book.pagination.source)
    if device.apple_options:
        has_fonts = any(file.media_type.startswith("font/") for file in style_files)
        add_apple_options(package, said.version, has_fonts)
    package.title = said.title
    if direction(said.language) == "rtl":
        package.set_direction("rtl")
    _add_documents(package, spine, front)
    package.add_item(
        epub.EpubItem(
            "ncx",
            "toc.ncx",
            "application/x-dtbncx+xml",
            ncx(said.identifier, said.language, said.title, entries, listings, pages),
        )
    )
    pictures = [Resource(asset.name, asset.media_type, asset.data) for asset in shown]
    for file in (*pictures, *style_files):
        package.add_item(epub.EpubItem(_uid(file.name), file.name, file.media_type, file.data))
    package.guide = [
        {"type": mark.guide, "title": mark.title, "href": mark.href}
        for mark in landmarks
        if mark.guide
    ]
    data = pack(package, time)
    preflight(book, data, report)
    return data, changes


def _pictures(book: Book) -> tuple[dict[str, Asset], tuple[str, ...]]:
    """The book's pictures for e-readers by their names in the trees, and what was changed."""
    found: dict[str, Asset] = {}
    changes = []
    for name, asset in book.assets.items():
        found[name], change = for_readers(asset, book.config.epub.picture_size, book.assets)
        if change:
            changes.append(change)
    return found, tuple(changes)


def _documents(
    book: Book, splitter: Splitter, openings: dict[str, str], words: Words
) -> list[Document]:
    """Chapters and part openings in reading order."""
    documents = [
        splitter.document(f"{c.slug}.xhtml", c.title, c.tree, "frontmatter")
        for c in tracked(book.front)
    ]
    for part in book.parts:
        if name := openings.get(part.slug):
            documents.append(opening(splitter.frame, name, part, words))
        for chapter in tracked(part.chapters):
            name = f"{chapter.slug}.xhtml"
            documents.append(splitter.document(name, chapter.title, chapter.tree, "bodymatter"))
    documents += [
        splitter.document(f"{c.slug}.xhtml", c.title, c.tree, "backmatter")
        for c in tracked(book.back)
    ]
    return documents


def _listings(book: Book, words: Words) -> list[Listing]:
    found = [
        Listing("loi", words.figures, listed(book, "figure")),
        Listing("lot", words.tables, listed(book, "table")),
    ]
    return [listing for listing in found if listing.entries]


def _landmarks(
    book: Book,
    documents: list[Document],
    openings: dict[str, str],
    listings: list[Listing],
    words: Words,
) -> list[Landmark]:
    marks = [
        Landmark("cover", words.cover, COVER_NAME, "cover"),
        Landmark("titlepage", words.title_page, TITLE_NAME, "title-page"),
        Landmark("toc", words.contents, NAV_NAME, "toc"),
        *(Landmark(one.kind, one.title, f"{NAV_NAME}#{one.kind}", one.kind) for one in listings),
    ]
    start = next(
        (
            openings.get(part.slug) or f"{part.chapters[0].slug}.xhtml"
            for part in book.parts
            if part.chapters or part.slug in openings
        ),
        documents[0].name if documents else TITLE_NAME,
    )
    marks.append(Landmark("bodymatter", words.start, start, "text"))
    for chapter in book.chapters:
        if chapter.role in _LANDMARK_ROLES:
            kind = EPUB_TYPES[chapter.role]
            marks.append(Landmark(kind, chapter.title, f"{chapter.slug}.xhtml", kind))
    return marks


def _add_documents(package: epub.EpubBook, spine: list[Document], front: Cover) -> None:
    picture = epub.EpubItem("cover-image", front.name, front.media_type, front.data)
    picture.properties = ["cover-image"]
    package.add_item(picture)
    package.add_metadata(None, "meta", "", {"name": "cover", "content": "cover-image"})
    for document in spine:
        item = epub.EpubItem(
            _uid(document.name), document.name, "application/xhtml+xml", document.data
        )
        item.properties = list(document.properties)
        package.add_item(item)
        package.spine.append(item)


def _uid(name: str) -> str:
    """A manifest id. It holds a dot, as no other id of the package document does."""
    return name.replace("/", ".")
