"""Clean authors' HTML: make it valid XHTML5 without scripts, and lose no text."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

from bs4 import Tag

from bookbuilder.book import Book
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source
from bookbuilder.passes.cleaning.elements import clean_elements
from bookbuilder.passes.cleaning.remarks import Remarks
from bookbuilder.passes.cleaning.structure import repair_structure
from bookbuilder.runtime.progress import tracked
from bookbuilder.trees.markup import elements, kinds_of, relink


def clean(book: Book, report: Report) -> None:
    seen_in: defaultdict[Path, Counter[str]] = defaultdict(Counter)
    for chapter in tracked(book.chapters):
        clean_tree(chapter.tree, chapter.source, report, seen_in[chapter.source.path])
        chapter.kinds = frozenset(kinds_of(elements(chapter.tree)))


def relink_trees(book: Book, report: Report) -> None:
    """Mend the links between nodes, which bs4 gets wrong when several pieces replace a text."""
    for chapter in tracked(book.chapters):
        relink(chapter.tree)


def clean_tree(tree: Tag, source: Source, report: Report, seen: Counter[str] | None = None) -> None:
    """Make a detached tree valid in place, and report what is taken out.

    Ids stay as the author wrote them, for the link pass, which makes them unique and valid.
    """
    clean_elements(tree, Remarks(source, report, Counter() if seen is None else seen))
    repair_structure(tree)
    relink(tree)
