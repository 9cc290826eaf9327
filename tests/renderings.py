"""What specs compare: the chapters of a linked book, and what the formats make of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from bookbuilder import Book, Report
from bookbuilder.formats.epub.cover import Cover
from bookbuilder.formats.epub.writer import compose
from bookbuilder.model.pagination import PageStart, Pagination

# Characters that an editor does not show, or not as what they are.
_UNSEEN = re.compile("[\u00a0\u00ad\u2002\u200b-\u200f\u2028-\u202e\u2060]")
# Pages of a PDF that specs pretend to have: label, section, block (or -), offset and words.
PAGES = "pages.txt"


def linked_chapters(book: Book, report: Report) -> dict[str, str]:
    """Return each chapter's tree after all passes."""
    return {
        f"{chapter.slug}.html": chapter.tree.decode(formatter="minimal").strip()
        for chapter in book.chapters
    }


def epub_documents(book: Book, report: Report, profile: str = "generic") -> dict[str, str]:
    """Return the documents and the NCX of the EPUB for `profile`, but for the cover's picture."""
    config = replace(book.config, epub=replace(book.config.epub, profile=profile))
    book = replace(book, config=config, pagination=_pages(config.root / PAGES))
    front = Cover("images/cover.png", "image/png", b"", book.metadata.title)
    made = compose(book, front, book.assets, report)
    files = {document.name: document.data for document in made.documents} | {"toc.ncx": made.ncx}
    return {name: _with_signs(data.decode().strip()) for name, data in files.items()}


RENDERERS: dict[str, Callable[[Book, Report], dict[str, str]]] = {
    "": linked_chapters,
    "epub/": epub_documents,
    "epub@kindle/": partial(epub_documents, profile="kindle"),
    "epub@kobo/": partial(epub_documents, profile="kobo"),
}
"""By the folder below `out/` that holds what they return."""


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
