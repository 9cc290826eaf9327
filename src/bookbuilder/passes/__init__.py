"""What happens to a book between reading and writing. The order is meaning:

clean before anything looks at the trees; furniture and notes before ids are settled; numbers of
chapters and captions before links, which need slugs and labels; index and glossary links last, so
that they see words as they will be read; colours of code after all that, for nobody looks at them.
"""

from __future__ import annotations

from collections.abc import Callable

from bookbuilder.book import Book
from bookbuilder.model.diagnostics import Report
from bookbuilder.passes.assets import assets
from bookbuilder.passes.captions import captions
from bookbuilder.passes.cleaning import clean
from bookbuilder.passes.furniture import furniture
from bookbuilder.passes.glossary import link_terms, name_terms
from bookbuilder.passes.highlight import highlight
from bookbuilder.passes.index import index
from bookbuilder.passes.link import link
from bookbuilder.passes.notes import notes
from bookbuilder.passes.number import number
from bookbuilder.passes.typography import typography

Pass = Callable[[Book, Report], None]

PASSES: tuple[Pass, ...] = (
    clean,
    furniture,
    notes,
    assets,
    number,
    captions,
    name_terms,
    link,
    typography,
    index,
    link_terms,
    highlight,
)
