"""Check a print PDF before a page is laid out, and without WeasyPrint."""

from __future__ import annotations

from bookbuilder.book import Book
from bookbuilder.formats.cover.print_cover import spine_width
from bookbuilder.formats.pdf.compose.foot_notes import long_notes, report_notes_at_end
from bookbuilder.formats.pdf.compose.front_cover import with_picture
from bookbuilder.formats.pdf.compose.print_notes import arrange_notes
from bookbuilder.formats.pdf.compose.styles import author_styles
from bookbuilder.formats.pdf.compose.trim import edition_of, trim_of
from bookbuilder.model.diagnostics import Report


def check_pdf(book: Book, report: Report) -> None:
    """Report on settings, stylesheets, the cover, and notes too long for the foot of any page."""
    trim_of(book.config, report)
    if edition_of(book.config, report) == "screen":
        with_picture(book, report)
    spine_width(book.config, 1, report)
    for _ in author_styles(book.config, report):
        pass
    chapters = arrange_notes(book).chapters
    at_end = {note: chapter for chapter in chapters for note in long_notes(chapter)}
    report_notes_at_end(at_end, report)
