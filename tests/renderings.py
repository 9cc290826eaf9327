"""Render the chapters of a linked book, and what the formats make of them, for specs to compare."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

from bookbuilder import Book, Report
from bookbuilder.formats.epub.cover_picture import Cover
from bookbuilder.formats.epub.writer import compose
from bookbuilder.formats.pdf.compose import assembly
from bookbuilder.formats.pdf.compose.foot_notes import long_notes
from bookbuilder.formats.pdf.compose.front_cover import with_picture
from bookbuilder.formats.pdf.compose.print_notes import arrange_notes
from bookbuilder.formats.pdf.writer import check_pdf
from bookbuilder.formats.workbook.writer import make_workbook
from bookbuilder.model.pagination import PageStart, Pagination
from bookbuilder.trees.xhtml import PHRASING

# Characters that an editor does not show, or not as what they are.
_UNSEEN = re.compile("[\u00a0\u00ad\u2002\u200b-\u200f\u2028-\u202e\u2060]")
_INLINE = {*PHRASING, "field"}
# Pages of a PDF that specs pretend to have: label, section, block (or -), offset and words.
PAGES = "pages.txt"


def linked_chapters(book: Book, report: Report) -> dict[str, str]:
    """Return each chapter's tree after all passes."""
    return {
        f"{chapter.slug}.html": chapter.tree.decode(formatter="minimal").strip()
        for chapter in book.chapters
    }


def print_trees(book: Book, report: Report) -> dict[str, str]:
    """Return what the PDF is laid out from: each chapter, and front and body without them.

    Page numbers are not known yet, and their places empty.
    """
    check_pdf(book, report)
    if book.config.pdf.edition == "screen":
        book = with_picture(book, Report())
    book = arrange_notes(book)
    at_end = [note for chapter in book.chapters for note in long_notes(chapter)]
    front, body = assembly.print_trees(book, at_end)
    return _parted({"front": front, "body": body})


def workbook_trees(book: Book, report: Report) -> dict[str, str]:
    """Return what the workbook is laid out from: each exercise, and the rest without them."""
    return _parted({"workbook": make_workbook(book)})


def epub_documents(book: Book, report: Report, profile: str = "generic") -> dict[str, str]:
    """Return the documents and the NCX of the EPUB for `profile`, but for the cover's picture."""
    config = replace(book.config, epub=replace(book.config.epub, profile=profile))
    book = replace(book, config=config, pagination=_pages(config.root / PAGES))
    front = Cover("images/cover.png", "image/png", b"", book.metadata.title)
    made = compose(book, front, book.assets, report)
    documents = (*made.documents[:2], made.navigation, *made.documents[2:])
    files = {document.name: document.data for document in documents} | {"toc.ncx": made.ncx}
    return {name: _with_signs(data.decode().strip()) for name, data in files.items()}


RENDERERS: dict[str, Callable[[Book, Report], dict[str, str]]] = {
    "": linked_chapters,
    "print/": print_trees,
    "workbook/": workbook_trees,
    "epub/": epub_documents,
    "epub@kindle/": partial(epub_documents, profile="kindle"),
    "epub@kobo/": partial(epub_documents, profile="kobo"),
}
"""By the folder below `out/` that holds what they return."""


def _parted(documents: dict[str, ET.Element]) -> dict[str, str]:
    """Write every section with an id by itself, and each document with those empty."""
    found = {}
    for name, document in documents.items():
        _, body = document
        for section in [*body.iterfind("section[@id]"), *body.iterfind("div/section[@id]")]:
            found[f"{section.get('id')}.html"] = _text_of(section)
            name_alone = {"id": section.get("id", "")}
            section.clear()
            section.attrib |= name_alone
            section.tail = "\n"
        found[f"{name}.html"] = _text_of(document)
    return found


def _text_of(tree: ET.Element) -> str:
    """Write a tree with blocks on lines of their own.

    Left out is `data-place`, which says of each block where in the book it is.
    """
    for element in tree.iter():
        element.attrib.pop("data-place", None)
        texts = [element.text, *(child.tail for child in element)]
        if len(element) and all(
            child.tag not in _INLINE and not (text or "").strip()
            for child, text in zip([element[0], *element], texts, strict=True)
        ):
            element.text = "\n"
            for child in element:
                child.tail = "\n"
    return _with_signs(ET.tostring(tree, encoding="unicode").strip())


def _pages(path: Path) -> Pagination | None:
    if not path.exists():
        return None
    starts = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line:
            label, section, block, offset, words = line.split(maxsplit=4)
            at = int(block) if block.isdecimal() else None
            starts.append(PageStart(label, section, at, int(offset), words))
    return Pagination("Print", tuple(starts))


def _with_signs(text: str) -> str:
    """Write signs for characters that are not seen."""
    return _UNSEEN.sub(lambda found: f"&#x{ord(found[0]):X};", text)
