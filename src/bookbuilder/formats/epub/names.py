"""Give out the names of files in the package, so that no two are alike to any file system.

The names of what the writer makes itself are taken from the start, and chapters' slugs keep clear
of them (`passes.number.RESERVED`); the author's pictures get what is left.
"""

from __future__ import annotations

from collections.abc import Iterable

from bookbuilder.formats.hypertext.names import Names

PACKAGE_NAME = "content.opf"
NCX_NAME = "toc.ncx"
NAV_NAME = "nav.xhtml"
CONTENTS_NAME = "contents.xhtml"
COVER_NAME = "cover.xhtml"
TITLE_NAME = "title-page.xhtml"
GENERATED = (PACKAGE_NAME, NCX_NAME, NAV_NAME, CONTENTS_NAME, COVER_NAME, TITLE_NAME)
# The suffix is that of its format.
COVER_PICTURE = "images/cover"


def names_of_package() -> Names:
    """Return names of which those that the writer gives by itself are taken."""
    names = Names()
    names.take(*GENERATED)
    return names


def picture_before(name: str, pictures: Iterable[str]) -> str | None:
    """Return which of `pictures` is called `name` in the package, where its suffix may differ.

    `pictures` are their names in the trees.
    """
    by_stem = {picture.rpartition(".")[0]: picture for picture in pictures}
    stem = name.rpartition(".")[0]
    return by_stem.get(stem) or by_stem.get(stem.rpartition("-")[0])
