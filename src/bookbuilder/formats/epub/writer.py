"""Write the EPUB: one XHTML file per chapter, packed by ebooklib.

`compose` makes the documents and everything that they use, `pack` makes the file, and `preflight`
inspects it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bookbuilder.book import Asset, Book
from bookbuilder.formats.epub.accessibility import Accessibility, assess, report_barriers
from bookbuilder.formats.epub.cover_picture import Cover, cover
from bookbuilder.formats.epub.devices import device_of
from bookbuilder.formats.epub.documents import ChapterWriter, Document, Frame, targets_of
from bookbuilder.formats.epub.generated_pages import (
    cover_page,
    part_opening,
    title_page,
    with_source_line,
)
from bookbuilder.formats.epub.names import names_of_package
from bookbuilder.formats.epub.navigation import contents_page, nav_document, navigation_of, ncx
from bookbuilder.formats.epub.package import Publication, modified, pack
from bookbuilder.formats.epub.preflight import preflight
from bookbuilder.formats.hypertext.images import pictures_for_readers
from bookbuilder.formats.hypertext.names import with_free_names
from bookbuilder.formats.hypertext.page_breaks import with_page_breaks
from bookbuilder.formats.hypertext.styles import Resource, stylesheets
from bookbuilder.formats.table_of_contents import has_opening
from bookbuilder.formats.types import Output, deliver
from bookbuilder.model.diagnostics import Report
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.words import Words, words_for


def write_epub(book: Book, path: Path, report: Report) -> Output:
    """Write a linked book as EPUB 3.3. The same book gives the same bytes, anywhere, at any time.

    Raises `BookError` for errors in `report`, and `OSError` if `path` cannot be written; what was
    there before stays in either case.
    """
    data, changes = _made(book, report)
    deliver(path, data, report)
    return Output(path, len(data), len(list(book.chapters)), "chapters", changes)


def check_epub(book: Book, report: Report) -> None:
    """Report what `write_epub` would: make the EPUB, which is quick, but do not write it."""
    _made(book, report)


def accessibility_of(book: Book) -> Accessibility:
    """Return what the EPUB of `book` says of its accessibility, for pages that say it too."""
    assets, _ = pictures_for_readers(book)
    return compose(book, cover(book, Report()), assets, Report()).accessibility


def make_epub(book: Book, report: Report) -> bytes:
    """Return the bytes of the EPUB, which are written nowhere."""
    return _made(book, report)[0]


def _made(book: Book, report: Report) -> tuple[bytes, tuple[str, ...]]:
    """Return the EPUB's bytes, and what was done to the author's pictures."""
    changed = modified(book.metadata.date, report)
    assets, changes = pictures_for_readers(book)
    publication = compose(book, cover(book, report), assets, report)
    data = pack(publication, changed)
    preflight(book, data, report)
    return data, changes


def compose(book: Book, front: Cover, assets: dict[str, Asset], report: Report) -> Publication:
    """Make the documents of `book` and gather what they need.

    `assets` are its pictures by their names in the trees. Raises `BookError` for errors in
    `report`.
    """
    said = book.metadata
    words = words_for(said.language)
    device = device_of(book.config, report)
    config = book.config
    styles = {"book.style": config.book.style, "epub.style": config.epub.style}
    style_names, style_files = stylesheets(book.config, report, ["epub.css"], styles)
    report.raise_for_errors()

    book = with_page_breaks(book)
    if not device.mathml:
        from bookbuilder.formats.epub.formula_pictures import with_formula_pictures

        book = with_formula_pictures(book)
    names = names_of_package()
    targets = targets_of(book)
    own = {front.name, *(file.name for file in style_files)}
    names.take(*own, *{target.partition("#")[0] for target in targets.values()})
    assets = with_free_names(assets, names)
    frame = Frame(said.language, style_names, device.sentence_spans)
    writer = ChapterWriter(frame, targets, assets)
    chapters = list(_chapters(book, writer, words))
    navigation = navigation_of(book, targets, device, words)
    documents = chapters
    if not book.is_handout:
        cover_pages = [cover_page(frame, front, words)] if device.cover_page else []
        address = book.config.share.address if book.excerpt else ""
        contents = contents_page(frame, navigation, words)
        documents = [*cover_pages, title_page(frame, said, words, address), contents, *chapters]
    shown = [asset for name, asset in assets.items() if name in writer.used]
    pictures = [Resource(asset.name, asset.media_type, asset.data) for asset in shown]
    author_css = [file.data for file in style_files[1:] if file.media_type == "text/css"]
    accessibility = assess(book, shown, author_css)
    report_barriers(accessibility, book, report)
    return Publication(
        metadata=said,
        accessibility=accessibility,
        documents=documents,
        navigation=nav_document(frame, navigation, words),
        ncx=ncx(said, navigation),
        cover=front,
        files=[*pictures, *style_files],
        guide=navigation.landmarks,
        page_source=book.pagination.source if navigation.pages and book.pagination else "",
        has_apple_options=device.apple_options,
    )


def _chapters(book: Book, writer: ChapterWriter, words: Words) -> Iterator[Document]:
    """Write chapters and part openings in reading order."""
    for chapter in tracked(book.front):
        yield writer.document(chapter, "frontmatter")
    for part in book.parts:
        if has_opening(book, part):
            yield part_opening(writer.frame, writer.targets[part.slug], part, words)
        for number, chapter in enumerate(tracked(part.chapters)):
            is_first = book.is_handout and number == 0
            shown = with_source_line(book, chapter) if is_first else chapter
            yield writer.document(shown, "bodymatter")
    for chapter in tracked(book.back):
        yield writer.document(chapter, "backmatter")
