"""The print PDF: a linked book laid out on pages by WeasyPrint."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from bookbuilder.book import Book
from bookbuilder.diagnostics import Report, Rule, Severity
from bookbuilder.formats import Output, deliver
from bookbuilder.formats.pdf.arrangement import arranged
from bookbuilder.formats.pdf.assembly import make_body, make_front
from bookbuilder.formats.pdf.booklet import impose
from bookbuilder.formats.pdf.cover import with_picture
from bookbuilder.formats.pdf.engine import engine
from bookbuilder.formats.pdf.finishing import finish
from bookbuilder.formats.pdf.inspection import overflowing_notes, report_wide
from bookbuilder.formats.pdf.log import caught_log, report_layout_log
from bookbuilder.formats.pdf.notes import long_notes, report_notes_at_end
from bookbuilder.formats.pdf.numbering import bake, body_labels, front_labels
from bookbuilder.formats.pdf.weblinks import report_many_links
from bookbuilder.words import direction

if TYPE_CHECKING:
    from bookbuilder.formats.pdf.layout import Press

UNSETTLED = Rule(
    "P009",
    "page-numbers-unsettled",
    Severity.WARNING,
    "Page numbers in the text can move the text and so change themselves. They were still changing"
    " after several layouts, so some may be off by one. A small change in the wording helps.",
)

ROUNDS = 4


def write_pdf(book: Book, path: Path, report: Report) -> Output:
    """Lay out `book` and write it to `path`.

    What does not print as the author may expect goes to `report`. Raises `BookError` where Pango
    is missing or a stylesheet cannot be read; nothing is written then.
    """
    with engine(book.config.folders, report):
        from bookbuilder.formats.pdf.fetcher import BASE_URL
        from bookbuilder.formats.pdf.layout import Press
        from bookbuilder.formats.pdf.tagging import TaggedPages

        if book.config.pdf.edition == "screen":
            book = with_picture(book, report)
        else:
            report_many_links(book, report)
        book = arranged(book)
        press = Press(book, report)
        report.raise_for_errors()
        with caught_log() as messages:
            front, body, trees = _lay_out(book, press, report)
            report_wide(body.pages, book, report)
            tagged = TaggedPages([*front.pages[:-1], *body.pages], trees)
            data = body.copy(tagged.pages).write_pdf(finisher=tagged.finish)
        report_layout_log(messages, book, report, BASE_URL)
    data = finish(data, len(front.pages) - 1, book)
    if book.config.pdf.booklet:
        data = impose(data, direction(book.metadata.language) == "rtl")
    deliver(path, data, report)
    return Output(path, path.stat().st_size, len(tagged.pages), "pages")


def _lay_out(book: Book, press: Press, report: Report) -> tuple[Any, Any, list[ET.Element]]:
    """Front and body as documents with the right page numbers in their text, and their trees.

    An ordinary body is laid out once. It is laid out again if a note does not fit its page, or for
    page numbers quoted in its own text.
    """
    at_end = {note: chapter for chapter in book.chapters for note in long_notes(chapter)}
    body_tree = make_body(book, at_end)
    body = press.lay_out(body_tree)
    if too_long := overflowing_notes(body.pages):
        owners = {str(a["id"]): c for c in book.chapters for a in c.tree.select("aside.note")}
        at_end |= {note: owners[note] for note in too_long}
        body_tree = make_body(book, at_end)
        body = press.lay_out(body_tree)
    report_notes_at_end(at_end, report)
    front_tree = make_front(book, at_end)
    bake(front_tree, body_labels(body.pages))
    front = press.lay_out(front_tree)
    for _ in range(ROUNDS):
        labels = front_labels(front.pages) | body_labels(body.pages)
        body_changed, front_changed = bake(body_tree, labels), bake(front_tree, labels)
        if body_changed:
            body = press.lay_out(body_tree)
        if front_changed:
            front = press.lay_out(front_tree)
        if not body_changed and not front_changed:
            break
    else:
        report.add(UNSETTLED, f"page numbers in the text still changed after {ROUNDS} layouts")
    return front, body, [front_tree, body_tree]
