"""Write the print PDF: a linked book laid out on pages by WeasyPrint."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bookbuilder.book import Book
from bookbuilder.formats.pdf.compose.flow import report_flex
from bookbuilder.formats.pdf.compose.foot_notes import long_notes, report_notes_at_end
from bookbuilder.formats.pdf.compose.front_cover import with_picture
from bookbuilder.formats.pdf.compose.print_notes import arrange_notes
from bookbuilder.formats.pdf.compose.styles import author_styles, built_in_styles
from bookbuilder.formats.pdf.compose.trim import edition_of, trim_of
from bookbuilder.formats.pdf.compose.web_links import report_many_links
from bookbuilder.formats.pdf.fingerprint import fingerprint
from bookbuilder.formats.pdf.finish.imposition import impose
from bookbuilder.formats.pdf.finish.labels_and_metadata import finish
from bookbuilder.formats.pdf.paginate.layout_cache import LayoutCache, circumstances
from bookbuilder.formats.pdf.paginate.page_numbers import pagination_of, starts_of
from bookbuilder.formats.pdf.paginate.rounds import LaidOutBook, lay_out_book
from bookbuilder.formats.pdf.paginate.run_layouter import LayoutFailedError
from bookbuilder.formats.pdf.weasy.findings import (
    caught_log,
    report_failures,
    report_layout_log,
    report_refused,
    report_style_log,
    report_wide,
)
from bookbuilder.formats.pdf.weasy.setup import srgb_profile, versions, weasyprint_with_fonts
from bookbuilder.formats.types import Output, deliver
from bookbuilder.model.diagnostics import BookError, Report
from bookbuilder.runtime.cache import Cache, users_cache
from bookbuilder.text.words import direction


def write_pdf(book: Book, path: Path, report: Report) -> Output:
    """Lay out `book` and write it to `path`.

    What does not print as the author may expect goes to `report`. Raises `BookError` where Pango
    is missing, a stylesheet cannot be read or WeasyPrint fails; nothing is written then.
    """
    with weasyprint_with_fonts(book.config.folders, report) as fonts:
        from bookbuilder.formats.pdf.weasy.joining import join
        from bookbuilder.formats.pdf.weasy.layout import TreeLayouter

        if book.config.pdf.edition == "screen":
            book = with_picture(book, report)
        else:
            report_many_links(book, report)
        digest = fingerprint(book)
        book = arrange_notes(book)
        own = list(author_styles(book.config, report))
        styles = [*built_in_styles(book.config, report), *own]
        report.raise_for_errors()
        remembered = users_cache("pages") if book.config.pdf.cache else Cache(None)
        key = circumstances(versions(), styles, fonts)
        cache = LayoutCache(book.assets, key, remembered)
        texts = [text for _, text in own]
        try:
            laid_out = lay_out_book(
                book, cache, lambda: TreeLayouter(book.assets, styles), texts, report
            )
        except LayoutFailedError as error:
            report_failures(error.failures, book, report)
            raise BookError(report.diagnostics) from error
        parts = [run.part for run in laid_out.runs]
        with caught_log() as messages:
            data = join(laid_out.body, laid_out.laid_out_runs, parts, cache.blobs)
        report_style_log(laid_out.laid_out_runs[0].style_messages, styles, report)
        _report_findings(laid_out, messages, book, report)
        remembered.trim()
    front_pages = len(laid_out.laid_out_runs[0].pages)
    data = finish(data, front_pages, book, srgb_profile(), digest)
    if book.config.pdf.booklet:
        data = impose(data, direction(book.metadata.language) == "rtl")
    deliver(path, data, report)
    pages = sum(len(run.pages) for run in laid_out.laid_out_runs)
    new = sum(run in cache.laid_out for run in laid_out.runs)
    done = f"Laid out {new} of {len(laid_out.runs)} runs of pages"
    done += "; the others were remembered" * (new < len(laid_out.runs))
    pagination = pagination_of(laid_out.laid_out_runs, book)
    return Output(path, path.stat().st_size, pages, "pages", (done,), pagination=pagination)


def check_pdf(book: Book, report: Report) -> None:
    """Report on settings, stylesheets, the cover, and notes too long for the foot of any page."""
    trim_of(book.config, report)
    if edition_of(book.config, report) == "screen":
        with_picture(book, report)
    for _ in author_styles(book.config, report):
        pass
    report_flex(book, report)
    chapters = arrange_notes(book).chapters
    at_end = {note: chapter for chapter in chapters for note in long_notes(chapter)}
    report_notes_at_end(at_end, report)


def _report_findings(
    laid_out: LaidOutBook, joining: Iterable[str], book: Book, report: Report
) -> None:
    """Report what was noticed while pages were laid out, and while they were joined."""
    front, *body = laid_out.laid_out_runs
    for run in (front, *body):
        report_refused(run.refused, report)
    for run, start in zip(body, starts_of(body), strict=True):
        report_wide(run.wide, start, book, report)
    found = [message for run in (front, *body) for message in run.messages]
    report_layout_log(dict.fromkeys([*found, *joining]), book, report)
