"""Turn links into notes and move notes to where `[pdf]` wants them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bookbuilder.book import Asset, Book, Chapter
from bookbuilder.formats.pdf.compose.end_notes import (
    gather_notes,
    insert_notes,
    keep_at_end,
    notes_of,
)
from bookbuilder.formats.pdf.compose.qr_codes import add_codes
from bookbuilder.formats.pdf.compose.trim import trim_of
from bookbuilder.formats.pdf.compose.web_links import (
    has_dense_links,
    has_many_links,
    note_links,
    outside_links,
)
from bookbuilder.model.diagnostics import Report
from bookbuilder.runtime.progress import tracked
from bookbuilder.trees.markup import copy_of


def arrange_notes(book: Book) -> Book:
    """Return `book` with its notes where `[pdf]` wants them and, for paper, its links among them.

    Trees that change are copies.
    """
    settings = book.config.pdf
    on_paper = settings.edition == "print"
    assets: dict[str, Asset] = {}
    page = trim_of(book.config, Report()).characters

    def arrange(chapter: Chapter) -> Chapter:
        has_links = on_paper and next(outside_links(chapter.tree), None) is not None
        has_links = has_links and not has_many_links(chapter.tree)
        moves_notes = settings.notes != "foot" and notes_of(chapter.tree) is not None
        if not has_links and not moves_notes:
            return chapter
        chapter = replace(chapter, tree=copy_of(chapter.tree))
        if has_links:
            in_list = settings.links == "chapter"
            in_list |= settings.links == "auto" and has_dense_links(chapter.tree, page)
            note_links(chapter.tree, book.metadata.language, in_list)
            if settings.qr:
                assets.update(add_codes(chapter, book.metadata.language))
        if settings.notes == "chapter":
            keep_at_end(chapter.tree)
        return chapter

    book = _with_chapters(book, arrange)
    if settings.notes == "book" and (notes := gather_notes(book)):
        book = replace(book, back=insert_notes(book.back, notes))
    return replace(book, assets=book.assets | assets) if assets else book


def _with_chapters(book: Book, change: Callable[[Chapter], Chapter]) -> Book:
    return replace(
        book,
        front=[change(chapter) for chapter in tracked(book.front)],
        parts=[replace(p, chapters=[change(c) for c in tracked(p.chapters)]) for p in book.parts],
        back=[change(chapter) for chapter in tracked(book.back)],
    )
