"""Page starts of the printed edition, so that the EPUB can carry its page numbers."""

from __future__ import annotations

from dataclasses import dataclass

from bs4 import Tag

from bookbuilder.trees.markup import elements

BLOCKS = frozenset(
    "p h1 h2 h3 h4 h5 h6 li dt dd th td caption figcaption figure pre".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class PageStart:
    """The place in the book's text where a page of the printed edition starts.

    `label` is the folio. `section` is the id of a chapter or a part; `block` counts the `blocks` of
    a chapter's tree from 0, None for a part's opening. `words` are the first ones of the block on
    this page, and `offset` is about how much of it stands on pages before; both are measured in
    text as `slugs.loose` returns it.
    """

    label: str
    section: str
    block: int | None
    offset: int
    words: str


@dataclass(frozen=True, slots=True)
class Pagination:
    """All page starts of one edition, in order; `source` identifies the edition."""

    source: str
    pages: tuple[PageStart, ...]


def blocks(tree: Tag) -> list[Tag]:
    """Return the elements that hold the text of a chapter, in document order.

    Notes and lists of links are left out: each edition puts them in another place.
    """
    found = [tag for tag in elements(tree) if tag.name in BLOCKS]
    apart = {
        id(tag)
        for section in elements(tree, "section")
        if section.parent is tree and {"notes", "links"} & set(section.get_attribute_list("class"))
        for tag in elements(section)
    }
    return [tag for tag in found if id(tag) not in apart]
