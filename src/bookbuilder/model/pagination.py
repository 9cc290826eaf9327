"""Where the pages of a paged edition start in the book's text, for editions without pages."""

from __future__ import annotations

from dataclasses import dataclass

from bs4 import Tag

from bookbuilder.trees.markup import elements

BLOCKS = frozenset(
    "p h1 h2 h3 h4 h5 h6 li dt dd th td caption figcaption figure pre".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class PageStart:
    """A page that has text of the book's, and where that starts.

    `label` is the folio. `section` is the id of a chapter or a part; `block` counts the `blocks` of
    a chapter's tree from 0, None for a part's opening. `words` are the first of the block on this
    page, and `offset` is about what stands of it on the pages before, both as `slugs.loose` has it.
    """

    label: str
    section: str
    block: int | None
    offset: int
    words: str


@dataclass(frozen=True, slots=True)
class Pagination:
    """The pages of one edition in their order; `source` says which that is."""

    source: str
    pages: tuple[PageStart, ...]


def blocks(tree: Tag) -> list[Tag]:
    """What holds the text of a chapter, in document order.

    Notes and lists of links are left out: editions have them in places of their own.
    """
    found = [tag for tag in elements(tree) if tag.name in BLOCKS]
    apart = {
        id(tag)
        for section in elements(tree, "section")
        if section.parent is tree and {"notes", "links"} & set(section.get_attribute_list("class"))
        for tag in elements(section)
    }
    return [tag for tag in found if id(tag) not in apart]
