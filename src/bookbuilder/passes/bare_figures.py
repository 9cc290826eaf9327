"""Give a number to figures without a caption that a reference by their label leads to."""

from __future__ import annotations

from urllib.parse import unquote

from bookbuilder.book import Book
from bookbuilder.dialect.core.links import LABEL_SCHEME, NUMBER_SCHEME
from bookbuilder.model.diagnostics import Report
from bookbuilder.passes.captions import BARE
from bookbuilder.runtime.progress import tracked
from bookbuilder.trees.markup import elements, new_tag


def bare_figures(book: Book, report: Report) -> None:
    """Add empty captions, so that "see Figure 3" has a Figure 3 to lead to."""
    if not any(chapter.labels for chapter in book.chapters):
        return
    wanted = set()
    for chapter in tracked(book.chapters):
        for anchor in elements(chapter.tree, "a"):
            href = str(anchor.get("href") or "")
            if href.startswith((LABEL_SCHEME, NUMBER_SCHEME)):
                wanted.add(unquote(href.partition(":")[2]).casefold())
    if not wanted:
        return
    for chapter in tracked(book.chapters):
        for figure in elements(chapter.tree, "figure"):
            name = str(figure.get("id") or "")
            if name not in chapter.labels or name.casefold() not in wanted:
                continue
            if not elements(figure, "figcaption"):
                figure.append(new_tag("figcaption", {"class": BARE}))
