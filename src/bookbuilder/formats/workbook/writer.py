"""Write the workbook: one exercise to a page, to fill in on screen or by hand."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

from bookbuilder.book import Book, Metadata
from bookbuilder.formats.pdf.compose.assembly import make_document
from bookbuilder.formats.pdf.compose.endless_text import break_long_words
from bookbuilder.formats.pdf.compose.font_faces import author_faces
from bookbuilder.formats.pdf.compose.front_pages import contents_line, imprint
from bookbuilder.formats.pdf.compose.hyphenation import keep_last_words
from bookbuilder.formats.pdf.compose.line_breaks import allow_breaks
from bookbuilder.formats.pdf.compose.styles import author_styles, built_in_styles
from bookbuilder.formats.pdf.compose.tree_tools import element
from bookbuilder.formats.pdf.compose.trim import trim_of
from bookbuilder.formats.pdf.joining.fonts import joined_fonts
from bookbuilder.formats.pdf.joining.joining import join
from bookbuilder.formats.pdf.joining.labels_and_metadata import add_labels_and_metadata
from bookbuilder.formats.pdf.paginate.page_numbers import labels_of, write_numbers
from bookbuilder.formats.pdf.run_data.records import LaidOutRun
from bookbuilder.formats.pdf.run_data.runs import FIELD, classes_of
from bookbuilder.formats.pdf.weasy.findings import (
    caught_log,
    report_failures,
    report_layout_log,
    report_refused,
    report_style_log,
)
from bookbuilder.formats.pdf.weasy.setup import weasyprint_with_fonts
from bookbuilder.formats.types import Output, deliver
from bookbuilder.formats.workbook.worksheets import add_fields, text_of
from bookbuilder.model.diagnostics import BookError, Report, Rule, Severity
from bookbuilder.passes.workbook import copy_exercise, exercises, where
from bookbuilder.text.slugs import first_free
from bookbuilder.trees.markup import elements
from bookbuilder.trees.markup import text_of as text_of_tag
from bookbuilder.trees.serializing import to_element

NO_EXERCISES = Rule(
    "W001",
    "no-exercises",
    Severity.ERROR,
    "A workbook is made of the sections whose heading has the class `exercise`: `## Exercise: …"
    " {.exercise}`. Mark at least one section.",
)
LONG_EXERCISE = Rule(
    "W002",
    "long-exercise",
    Severity.WARNING,
    "Each exercise of the workbook should fit on one page, but this one takes more. Shorten it,"
    " or make two.",
)

# The paper in people's printers: Letter where pages are cut in inches.
PAPER, AMERICAN_PAPER = "a4", "letter"

# In CSS pixels: from one ruled line to the next, how much a row of a table may grow, and what is
# left free for rounding.
LINE = 29.0
ROW_GROWTH = 60.0
SLACK = 3.0
FEWEST_LINES = 3


def write_workbook(book: Book, path: Path, report: Report) -> Output:
    """Write the exercises of `book` to `path`. Raises `BookError` where it has none."""
    if not any(True for _ in exercises(book)):
        report.add(NO_EXERCISES, "the book has no exercises", book.config.span_of("book.workbook"))
        report.raise_for_errors()
    trim = AMERICAN_PAPER if trim_of(book.config, report).is_in_inches else PAPER
    settings = replace(
        book.config.pdf,
        edition="screen",
        trim=trim,
        marks=False,
        booklet=False,
        two_up=False,
        large=False,
        pdf_a=False,
    )
    tree = make_workbook(book)
    book = replace(book, config=replace(book.config, pdf=settings), metadata=_metadata(book))
    with weasyprint_with_fonts(
        book.config.folders, report, book.metadata.language, author_faces(book.config)
    ):
        from bookbuilder.formats.pdf.weasy.fonts import write_fonts

        styles = [
            *built_in_styles(book, report, ("print", "workbook")),
            *author_styles(book.config, report),
        ]
        report.raise_for_errors()
        with caught_log() as messages:
            laid_out, blobs = _lay_out(book, tree, styles, report)
        uses, names = joined_fonts([laid_out])
        pdf = join(tree, [laid_out], [0], write_fonts(uses, blobs), names, blobs)
        report_layout_log(messages | pdf.messages, book, report)
    add_labels_and_metadata(pdf, 0, book)
    deliver(path, pdf.file(), report)
    return Output(path, path.stat().st_size, len(laid_out.pages), "pages")


def _lay_out(
    book: Book, tree: ET.Element, styles: Sequence[tuple[str, str]], report: Report
) -> tuple[LaidOutRun, dict[str, bytes]]:
    from bookbuilder.formats.pdf.weasy.documents import BookFetcher
    from bookbuilder.formats.pdf.weasy.inspection import room_below
    from bookbuilder.formats.pdf.weasy.layout import TreeLayouter
    from bookbuilder.formats.pdf.weasy.recording import record

    layouter, fetcher = TreeLayouter(book.assets, styles), BookFetcher(book.assets)
    report_style_log(layouter.style_messages, styles, report)
    sections = {e for e in tree.iter("section") if "exercise" in classes_of(e)}
    try:
        _rule(tree)
        measured = layouter.lay_out(tree, 1, fetcher).pages
        _fill_pages(tree, dict(room_below(measured, sections)))
        write_numbers(tree, labels_of(measured))
        document = layouter.lay_out(tree, 1, fetcher)
        on_pages = room_below(document.pages, sections)
        _report_long(book, [section for section, _ in on_pages], report)
        return record(document, tree)
    except MemoryError:
        raise
    except Exception as error:
        report_failures([layouter.failure_of(tree, error)], book, report)
        raise BookError(report.diagnostics) from error
    finally:
        report_refused(fetcher.refused, report)


def _metadata(book: Book) -> Metadata:
    name = book.config.book.workbook
    title = f"{book.metadata.title}: {name}" if name else book.metadata.title
    identifier = uuid.uuid5(uuid.NAMESPACE_URL, f"{book.metadata.identifier}#workbook")
    return replace(book.metadata, title=title, identifier=f"urn:uuid:{identifier}")


def make_workbook(book: Book) -> ET.Element:
    """Make a document of a page with title and contents, and the exercises with fields."""
    pages = []
    entries = element("ol", "")
    taken: set[str] = set()
    for chapter, section in exercises(book):
        page = to_element(copy_exercise(section, chapter))
        page.set("class", "exercise")
        heading = page[0]
        heading.tag = "h1"
        own_id = heading.attrib.pop("id", "")
        name = _free_name(own_id, taken)
        page.set("id", own_id or name)
        _drop_links(page)
        place = where(book, chapter)
        page.insert(0, element("p", "exercise-chapter", place))
        if place != chapter.title:
            page[0].text = f"{place} · {chapter.title}"
        add_fields(page, name)
        keep_last_words(page)
        break_long_words(page)
        heading.set("data-bookmark", text_of(heading))
        allow_breaks(page)
        number = str(chapter.number or "")
        line = contents_line(page.get("id", ""), number, text_of(heading), "toc-chapter")
        entries.append(line)
        pages.append(page)
    meta = book.metadata
    name = book.config.book.workbook
    front = element("section", "workbook-title", element("h1", "", meta.title))
    front[0].set("data-bookmark", meta.title)
    if meta.subtitle:
        front.append(element("p", "subtitle", meta.subtitle))
    if name:
        front.append(element("p", "workbook-name", name))
    front.append(element("nav", "contents", entries))
    front.append(imprint(book))
    tree = make_document(replace(book, metadata=_metadata(book)), "body", [front, *pages])
    tree.set("class", f"{tree.get('class')} workbook")
    return tree


def _free_name(own_id: str, taken: set[str]) -> str:
    """Return what to name an exercise's fields after, and add it to `taken`.

    Fields of one name would be one field: whatever is typed in one would stand in the other.
    """
    wanted = own_id.replace(".", "-") or "exercise"

    def numbered(number: int) -> str:
        return f"{wanted}-{number}" if number > 1 else wanted

    name = numbered(first_free(lambda number: numbered(number) not in taken))
    taken.add(name)
    return name


def _drop_links(page: ET.Element) -> None:
    """Turn links to chapters into plain text: these are in another file."""
    for link in page.iter("a"):
        if link.get("href", "").startswith("#"):
            link.tag = "span"
            link.attrib = {}


def _fill_pages(tree: ET.Element, left: Mapping[ET.Element, float]) -> None:
    """Give what is left of each exercise's page to the places to write on.

    `left` is the height below each exercise. Rows of tables get half of it, to a limit; the rest
    is shared by the areas in whole lines.
    """
    for section in tree.iter("section"):
        if "exercise" not in classes_of(section):
            continue
        room = left.get(section, 0) - SLACK
        areas = [e for e in section.iter(FIELD) if e.get("kind") == "area"]
        shared = [e for e in areas if not e.get("lines")]
        rows = [
            r for r in section.iter("tr") if any(f.get("kind") == "cell" for f in r.iter(FIELD))
        ]
        if rows:
            for_rows = room / 2 if shared else room
            growth = max(0.0, min(ROW_GROWTH, for_rows / len(rows)))
            room -= growth * len(rows)
            for field in (f for row in rows for f in row.iter(FIELD)):
                field.set("style", f"padding-bottom: {growth:.1f}px")
        lines = max(1, int(room // (LINE * max(1, len(shared)))))
        for area in shared:
            area.set("lines", str(lines))
        alone = shared[0] if len(shared) == 1 and section[-1] is shared[0] else None
        if alone is not None and lines < FEWEST_LINES and rows:
            section.remove(alone)
    _rule(tree)


def _rule(tree: ET.Element) -> None:
    """Draw the lines of each area whose number of lines is known."""
    for area in list(tree.iter(FIELD)):
        area[:] = [ET.Element("line") for _ in range(int(area.get("lines", "0")))]


def _report_long(book: Book, sections: Iterable[ET.Element], report: Report) -> None:
    """Report exercises that are on more than one page; `sections` has each for every page."""
    counts = Counter(str(section.get("id")) for section in sections)
    for chapter, section in exercises(book):
        heading = elements(section)[0]
        if (count := counts[str(heading.get("id"))]) > 1:
            message = f"the exercise “{text_of_tag(heading)}” takes {count} pages"
            report.add(LONG_EXERCISE, message, chapter.source.span_of_file())
