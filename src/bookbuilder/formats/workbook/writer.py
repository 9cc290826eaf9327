"""The workbook as a PDF of its own: one exercise to a page, to fill in on screen or by hand."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from bookbuilder.book import Book, Metadata
from bookbuilder.formats.format import Output, deliver
from bookbuilder.formats.pdf.compose.assembly import contents_line, imprint, make_document
from bookbuilder.formats.pdf.compose.elements import classes_of, element
from bookbuilder.formats.pdf.compose.last_words import keep_last_words
from bookbuilder.formats.pdf.compose.long_words import break_long_words
from bookbuilder.formats.pdf.compose.styles import author_styles, built_in_styles
from bookbuilder.formats.pdf.finish.finishing import finish
from bookbuilder.formats.pdf.pages.records import LaidOutRun
from bookbuilder.formats.pdf.paginate.numbering import bake, labels_of
from bookbuilder.formats.pdf.weasy.engine import engine
from bookbuilder.formats.pdf.weasy.log import (
    caught_log,
    report_failures,
    report_layout_log,
    report_refused,
)
from bookbuilder.formats.pdf.weasy.style_log import report_style_log
from bookbuilder.formats.workbook.worksheets import FIELD, add_fields, text_of
from bookbuilder.model.diagnostics import BookError, Report, Rule, Severity
from bookbuilder.passes.workbook import copy_exercise, exercises, where
from bookbuilder.trees.markup import elements
from bookbuilder.trees.markup import text_of as text_of_tag
from bookbuilder.trees.serializing import to_element

NO_EXERCISES = Rule(
    "W001",
    "no-exercises",
    Severity.ERROR,
    "A workbook is made of the sections whose heading has the class `exercise`:"
    " `## Exercise: … {.exercise}`.",
)
LONG_EXERCISE = Rule(
    "W002",
    "long-exercise",
    Severity.WARNING,
    "An exercise of the workbook has one page, and this one takes more. Shorten it or make two.",
)

# Papers that people have in their printers. Where pages are cut in inches, that is Letter.
PAPER, AMERICAN_PAPER = "a4", "letter"
_AMERICAN_TRIMS = ("6x9", "letter")

# All in CSS pixels: from one ruled line to the next, how much a row of a table may grow, what is
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
    trim = AMERICAN_PAPER if book.config.pdf.trim.lower() in _AMERICAN_TRIMS else PAPER
    settings = replace(
        book.config.pdf, edition="screen", trim=trim, marks=False, booklet=False, pdf_a=False
    )
    tree = make_workbook(book)
    book = replace(book, config=replace(book.config, pdf=settings), metadata=_metadata(book))
    with engine(book.config.folders, report):
        from bookbuilder.formats.pdf.weasy.joining import join

        styles = [
            *built_in_styles(book.config, report, ("print", "workbook")),
            *author_styles(book.config, report),
        ]
        report.raise_for_errors()
        with caught_log() as messages:
            laid_out, blobs = _lay_out(book, tree, styles, report)
            data = join(tree, [laid_out], [0], blobs)
        report_layout_log(messages, book, report)
    deliver(path, finish(data, 0, book), report)
    return Output(path, path.stat().st_size, len(laid_out.pages), "pages")


def _lay_out(
    book: Book, tree: ET.Element, styles: Sequence[tuple[str, str]], report: Report
) -> tuple[LaidOutRun, dict[str, bytes]]:
    from bookbuilder.formats.pdf.weasy.fetcher import BookFetcher
    from bookbuilder.formats.pdf.weasy.layout import Press
    from bookbuilder.formats.pdf.weasy.recording import record

    press, fetcher = Press(book.assets, styles), BookFetcher(book.assets)
    report_style_log(press.style_messages, styles, report)
    try:
        _rule(tree)
        pages = press.lay_out(tree, 1, fetcher).document.pages
        _fill_pages(tree, pages)
        bake(tree, labels_of(pages))
        laid = press.lay_out(tree, 1, fetcher)
        laid.number(1)
        document = laid.document
        _report_long(book, document.pages, report)
        return record(document, document.pages, tree, in_full=True)
    except MemoryError:
        raise
    except Exception as error:
        report_failures([press.blame(tree, error)], book, report)
        raise BookError(report.diagnostics) from error
    finally:
        report_refused(fetcher.refused, report)


def _metadata(book: Book) -> Metadata:
    name = book.config.book.workbook
    title = f"{book.metadata.title}: {name}" if name else book.metadata.title
    identifier = uuid.uuid5(uuid.NAMESPACE_URL, f"{book.metadata.identifier}#workbook")
    return replace(book.metadata, title=title, identifier=f"urn:uuid:{identifier}")


def make_workbook(book: Book) -> ET.Element:
    """A page with title and contents, then the exercises with fields, all in one document."""
    pages = []
    entries = element("ol", "")
    for chapter, section in exercises(book):
        page = to_element(copy_exercise(section, chapter))
        page.set("class", "exercise")
        heading = page[0]
        heading.tag = "h1"
        page.set("id", heading.attrib.pop("id", ""))
        _drop_links(page)
        place = where(book, chapter)
        page.insert(0, element("p", "exercise-chapter", place))
        if place != chapter.title:
            page[0].text = f"{place} · {chapter.title}"
        add_fields(page)
        keep_last_words(page)
        break_long_words(page)
        heading.set("data-bookmark", text_of(heading))
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


def _drop_links(page: ET.Element) -> None:
    """The chapters are in another file."""
    for link in page.iter("a"):
        if link.get("href", "").startswith("#"):
            link.tag = "span"
            link.attrib = {}


def _fill_pages(tree: ET.Element, pages: list[Any]) -> None:
    """Give what is left of each exercise's page to the places to write on.

    Rows of tables get half of it, to a limit; the rest is shared by the areas in whole lines.
    """
    left = {box.element: room for box, room in _exercise_boxes(pages)}
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
    """Draw the lines of each area that knows how many it has."""
    for area in list(tree.iter(FIELD)):
        area[:] = [ET.Element("line") for _ in range(int(area.get("lines", "0")))]


def _exercise_boxes(pages: list[Any]) -> Iterator[tuple[Any, float]]:
    """The boxes of exercises, with the height that is left below on their page."""
    for page in pages:
        page_box = page._page_box
        bottom = page_box.content_box_y() + page_box.height
        stack = list(page_box.children)
        while stack:
            box = stack.pop()
            if box.element_tag == "section" and "exercise" in classes_of(box.element):
                yield box, bottom - (box.border_box_y() + box.border_height())
            else:
                stack.extend(getattr(box, "children", ()))


def _report_long(book: Book, pages: list[Any], report: Report) -> None:
    counts = Counter(str(box.element.get("id")) for box, _ in _exercise_boxes(pages))
    for chapter, section in exercises(book):
        heading = elements(section)[0]
        if (count := counts[str(heading.get("id"))]) > 1:
            message = f"the exercise “{text_of_tag(heading)}” takes {count} pages"
            report.add(LONG_EXERCISE, message, chapter.source.span_of_file())
