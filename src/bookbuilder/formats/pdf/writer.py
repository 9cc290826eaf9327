"""Write the print PDF: a linked book laid out on pages by WeasyPrint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bookbuilder.book import Book
from bookbuilder.formats.pdf.compose.code_sizes import report_long_code
from bookbuilder.formats.pdf.compose.diagram_sizes import report_small_diagrams
from bookbuilder.formats.pdf.compose.flow import report_flex
from bookbuilder.formats.pdf.compose.font_faces import author_faces, families_named
from bookbuilder.formats.pdf.compose.foot_notes import long_notes, report_notes_at_end
from bookbuilder.formats.pdf.compose.formulas import report_formulas
from bookbuilder.formats.pdf.compose.front_cover import with_picture
from bookbuilder.formats.pdf.compose.print_notes import arrange_notes
from bookbuilder.formats.pdf.compose.styles import author_styles, built_in_styles
from bookbuilder.formats.pdf.compose.table_sizes import report_crowded_tables
from bookbuilder.formats.pdf.compose.trim import (
    A4,
    LETTER,
    check_imposition,
    edition_of,
    empty_pages,
    signature_of,
    trim_of,
)
from bookbuilder.formats.pdf.compose.turned_pages import report_upright
from bookbuilder.formats.pdf.compose.undrawn import report_undrawn
from bookbuilder.formats.pdf.compose.web_links import report_many_links
from bookbuilder.formats.pdf.fingerprint import DIGEST_KEY, fingerprint
from bookbuilder.formats.pdf.joining.joining import join
from bookbuilder.formats.pdf.joining.labels_and_metadata import add_labels_and_metadata
from bookbuilder.formats.pdf.joining.pdf import Pdf
from bookbuilder.formats.pdf.machinery import machinery
from bookbuilder.formats.pdf.paginate.layout_cache import LayoutCache, circumstances
from bookbuilder.formats.pdf.paginate.page_numbers import pagination_of, roman, starts_of
from bookbuilder.formats.pdf.paginate.rounds import LaidOutBook, lay_out_book
from bookbuilder.formats.pdf.paginate.run_layouter import LayoutFailedError
from bookbuilder.formats.pdf.weasy.engines import EngineStart, StoredAssets
from bookbuilder.formats.pdf.weasy.findings import (
    report_coarse,
    report_failures,
    report_layout_log,
    report_refused,
    report_style_log,
    report_wide,
)
from bookbuilder.formats.pdf.weasy.own_families import families_for, heaviest_of, report_families
from bookbuilder.formats.pdf.weasy.setup import (
    FALLBACKS,
    missing_library_reported,
    print_fonts,
    srgb_profile,
    weasyprint_with_fonts,
)
from bookbuilder.formats.types import Output, deliver
from bookbuilder.model.diagnostics import BookError, Report
from bookbuilder.runtime.cache import Cache, users_cache
from bookbuilder.runtime.libraries import note_libraries
from bookbuilder.runtime.workers import answer_to
from bookbuilder.text.words import direction


@dataclass(frozen=True, slots=True)
class Paged:
    """Hold a book on its pages; `pdf` has its pages, but no labels yet.

    `digest` stands for the book, `empty` counts the pages added at its end, `said` tells what had
    to be laid out.
    """

    book: Book
    laid_out: LaidOutBook
    pdf: Pdf
    digest: str
    empty: int
    said: str


def write_pdf(book: Book, path: Path, report: Report) -> Output:
    """Lay out `book` and write it to `path`.

    What does not print as the author may expect goes to `report`. Raises `BookError` where Pango
    is missing, a stylesheet cannot be read or WeasyPrint fails; nothing is written then.
    """
    paged = lay_out(book, report)
    book, runs = paged.book, paged.laid_out.laid_out_runs
    entries = {DIGEST_KEY: paged.digest}
    profile = srgb_profile() if book.config.pdf.pdf_a else b""
    add_labels_and_metadata(paged.pdf, len(runs[0].pages), book, profile, entries)
    data = paged.pdf.file()
    right_to_left = direction(book.metadata.language) == "rtl"
    if book.config.pdf.booklet:
        from bookbuilder.formats.pdf.finish.imposition import impose

        data = impose(data, right_to_left)
    elif book.config.pdf.two_up:
        from bookbuilder.formats.pdf.finish.imposition import two_up

        sheet = LETTER if trim_of(book.config, report).is_in_inches else A4
        data = two_up(data, sheet, right_to_left)
    deliver(path, data, report)
    pages = sum(len(run.pages) for run in runs) + paged.empty
    pagination = pagination_of(runs, book)
    return Output(path, path.stat().st_size, pages, "pages", (paged.said,), pagination=pagination)


@contextmanager
def fonts_of(book: Book, report: Report) -> Iterator[None]:
    """Have WeasyPrint set up with the fonts of `book` inside the context."""
    config, language = book.config, book.metadata.language
    with weasyprint_with_fonts(config.folders, report, language, author_faces(config)):
        yield


def lay_out(book: Book, report: Report) -> Paged:
    """Put `book` on pages; report and raise as `write_pdf` does."""
    settings, language = book.config.pdf, book.metadata.language
    with print_fonts(book.config.folders, report, language, author_faces(book.config)) as fonts:
        with missing_library_reported(report):
            found = answer_to(machinery)
        note_libraries(found.libraries)
        if settings.edition == "screen":
            book = with_picture(book, report)
        else:
            report_many_links(book, report)
        _report_content(book, report)
        digest = fingerprint(book)
        book = arrange_notes(book)
        own = list(author_styles(book.config, report))
        styles = [*built_in_styles(book, report), *own]
        signature_of(book.config, report)
        check_imposition(book.config, report)
        _report_families(book, fonts.own, report)
        report.raise_for_errors()
        remembered = users_cache("pages") if settings.cache else Cache(None)
        own_fonts = [(path.name, data) for path, data in fonts.own.items()]
        key = circumstances([*found.versions, language], styles, own_fonts)
        cache = LayoutCache(book.assets, key, remembered)
        texts = [text for _, text in own]
        try:
            assets = StoredAssets(book.assets, fonts.folder / "assets")
            start = EngineStart(fonts.configuration, assets, styles, language)
            laid_out = lay_out_book(book, cache, start, texts, report)
        except LayoutFailedError as error:
            report_failures(error.failures, book, report)
            raise BookError(report.diagnostics) from error
        parts = [run.part for run in laid_out.runs]
        pages = sum(len(run.pages) for run in laid_out.laid_out_runs)
        empty = empty_pages(pages, book.config, report)
        has_links = settings.edition == "screen" or settings.live_links
        pdf = join(
            laid_out.body,
            laid_out.laid_out_runs,
            parts,
            laid_out.fonts,
            laid_out.font_names,
            cache.blobs,
            empty,
            has_links,
            settings.pdf_a,
        )
        report_style_log(laid_out.laid_out_runs[0].style_messages, styles, report)
        _report_findings(laid_out, pdf.messages, book, report)
        remembered.trim()
    new = sum(run in cache.laid_out for run in laid_out.runs)
    done = f"Laid out {new} of {len(laid_out.runs)} runs of pages"
    done += "; the others were remembered" * (new < len(laid_out.runs))
    return Paged(book, laid_out, pdf, digest, empty, done)


def _report_families(book: Book, own: Mapping[Path, bytes], report: Report) -> None:
    """Report families that the stylesheets name and print lacks, and those without bold."""
    language, faces = book.metadata.language, list(author_faces(book.config))
    named = list(families_named(book.config))
    used = families_for(language, own.values())[:-1][:1]
    if named or used:
        report_families(named, heaviest_of(own.values(), faces), FALLBACKS, used, report)


def _report_content(book: Book, report: Report) -> None:
    """Report what print cannot show as it was meant."""
    report_flex(book, report)
    report_undrawn(book, report)
    report_small_diagrams(book, report)
    report_formulas(book, report)
    report_long_code(book, report)
    report_crowded_tables(book, report)
    report_upright(book, report)


def check_pdf(book: Book, report: Report) -> None:
    """Report on settings, stylesheets, the cover, and notes too long for the foot of any page."""
    trim_of(book.config, report)
    signature_of(book.config, report)
    check_imposition(book.config, report)
    if edition_of(book.config, report) == "screen":
        with_picture(book, report)
    for _ in author_styles(book.config, report):
        pass
    _report_content(book, report)
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
    is_on_paper = book.config.pdf.edition != "screen"
    if is_on_paper:
        report_coarse(front.coarse, lambda page: roman(page + 1), book, report)
    for run, start in zip(body, starts_of(body), strict=True):
        report_wide(run.wide, start, book, report)
        if is_on_paper:
            report_coarse(run.coarse, partial(_plus, start), book, report)
    found = [message for run in (front, *body) for message in run.messages]
    report_layout_log(dict.fromkeys([*found, *joining]), book, report)


def _plus(start: int, page: int) -> str:
    return str(start + page)
