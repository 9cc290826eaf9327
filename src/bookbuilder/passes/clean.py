"""Whatever HTML an author wrote, as valid XHTML5 without scripts and without losing text."""

from __future__ import annotations

from bs4 import Tag

from bookbuilder.book import Book
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source
from bookbuilder.passes.cleaning.elements import clean_elements
from bookbuilder.passes.cleaning.remarks import Remarks
from bookbuilder.passes.cleaning.structure import repair_structure
from bookbuilder.runtime.progress import tracked
from bookbuilder.trees.markup import relink


def clean(book: Book, report: Report) -> None:
    for chapter in tracked(book.chapters):
        clean_tree(chapter.tree, chapter.source, report)


def relink_trees(book: Book, report: Report) -> None:
    """Mend what bs4 leaves wrong where text is replaced by several pieces: links between nodes."""
    for chapter in tracked(book.chapters):
        relink(chapter.tree)


def clean_tree(tree: Tag, source: Source, report: Report) -> None:
    """Make a detached tree valid in place. What is taken out is reported; ids are left as they are.

    The link pass makes ids unique and valid; it has to know them as the author wrote them.
    """
    clean_elements(tree, Remarks(source, report))
    repair_structure(tree)
    relink(tree)
