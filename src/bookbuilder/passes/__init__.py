"""Run the passes, in order: all that happens to a book between reading and writing.

The order matters: trees are cleaned before anything looks at them, and formulas and diagrams are
set next. Furniture comes before ids are settled, and citations before notes, which they may become.
Numbers of chapters, captions and theorems come before links, which need slugs and labels; errata
after links, since they name places; index and glossary links late, so that they see words as they
will be read; colours of code and lines of verse after all that, since no other pass looks at them.
Volumes, handouts and course packs are cut out of the book when its links are known, and the
workbook repeats exercises as they will be printed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from bookbuilder.book import Book
from bookbuilder.model.diagnostics import Report
from bookbuilder.passes.assets import assets
from bookbuilder.passes.bare_figures import bare_figures
from bookbuilder.passes.captions import captions
from bookbuilder.passes.citations import citations
from bookbuilder.passes.cleaning import clean, relink_trees
from bookbuilder.passes.code_lines import code_lines
from bookbuilder.passes.diagrams import diagrams
from bookbuilder.passes.directions import directions
from bookbuilder.passes.drop_caps import drop_caps
from bookbuilder.passes.errata import errata
from bookbuilder.passes.foreign_html import foreign_html
from bookbuilder.passes.formulas import formulas
from bookbuilder.passes.furniture import furniture
from bookbuilder.passes.glossary import link_terms, name_terms
from bookbuilder.passes.highlight import highlight
from bookbuilder.passes.index import index
from bookbuilder.passes.link import link
from bookbuilder.passes.notes import notes
from bookbuilder.passes.number import number
from bookbuilder.passes.selection import select
from bookbuilder.passes.theorems import theorems
from bookbuilder.passes.typography import typography
from bookbuilder.passes.verse import verse
from bookbuilder.passes.workbook import add_workbook
from bookbuilder.runtime.progress import working_on

if TYPE_CHECKING:
    from bookbuilder.runtime.remote_pictures import RemotePictures

Pass = Callable[[Book, Report], None]

PASSES: tuple[Pass, ...] = (
    clean,
    formulas,
    diagrams,
    foreign_html,
    furniture,
    citations,
    notes,
    assets,
    number,
    bare_figures,
    captions,
    theorems,
    name_terms,
    link,
    errata,
    typography,
    drop_caps,
    index,
    link_terms,
    directions,
    highlight,
    code_lines,
    verse,
    select,
    add_workbook,
    relink_trees,
)
# The first passes, which look at each chapter by itself.
OF_CHAPTERS: tuple[Pass, ...] = PASSES[: PASSES.index(notes) + 1]
# The last passes, before which a book is whole, and several excerpts can be made of it.
OF_EXCERPTS: tuple[Pass, ...] = PASSES[PASSES.index(select) :]
OF_WHOLE: tuple[Pass, ...] = PASSES[: PASSES.index(select)]


def run_passes(
    book: Book,
    report: Report,
    remote: RemotePictures | None = None,
    passes: tuple[Pass, ...] = PASSES,
) -> None:
    """Run `passes` on `book`; `assets` alone is given `remote`, to fetch pictures by."""
    for one in passes:
        run: Pass = partial(assets, remote=remote) if one is assets else one
        with working_on(book.place):
            run(book, report)
