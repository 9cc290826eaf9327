"""Number the captions of figures, tables and listings; give them ids for the lists of them."""

from __future__ import annotations

from collections.abc import Iterable

from bs4 import Tag

from bookbuilder.book import Book
from bookbuilder.model.diagnostics import Report
from bookbuilder.passes.counting import Counting
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.slugs import anchor, unique
from bookbuilder.text.words import words_for
from bookbuilder.trees.markup import elements, has_class, new_tag, text_of

LABEL = "caption-label"
BARE = "number-only"
"""The class of a caption that holds only its number."""
LONGEST_NAME = 40
CAPTIONS = {"figure": "figcaption", "table": "caption"}
LISTING = "listing"
"""The class of a figure that is code."""
_OF_LISTINGS = ("lst-", "lst:")
_OF_TABLES = ("tbl-", "tbl:", "tab-", "tab:")


def captions(book: Book, report: Report) -> None:
    """Number what has a caption and an author's id; give the others an id.

    Each kind counts by itself, through the whole book if book.toml does not say otherwise. A
    numbered caption starts with `<span class="caption-label">Figure 3</span>`.
    """
    words = words_for(book.metadata.language)
    counting = Counting(book)
    for chapter in tracked(book.chapters):
        found: dict[int, Tag] = {}
        every = elements(chapter.tree)
        taken = {str(tag["id"]).casefold() for tag in every if tag.attrs.get("id")}
        holders = [tag for tag in every if tag.name in CAPTIONS]
        for name in CAPTIONS:
            for tag, caption in _with_captions([tag for tag in holders if tag.name == name]):
                if tag.get("id"):
                    found[id(tag)] = caption
                else:
                    tag["id"] = unique(_name(tag, caption, name), taken)
        for tag in holders:
            if numbered := found.get(id(tag)):
                kind = kind_of_captioned(tag)
                text = words.numbered(kind).format(counting.next(kind, chapter))
                label = text.replace(" ", "\N{NO-BREAK SPACE}")
                numbered.insert(0, new_tag("span", {"class": LABEL}, label))
                numbered.insert(1, " ")


def _name(tag: Tag, caption: Tag, kind: str) -> str:
    """Return an id that stays when a figure or table is put before this one.

    It is made from the name of the picture, else from the caption.
    """
    pictures = elements(tag, "img") if kind == "figure" else []
    source = str(pictures[0].get("src", "")) if pictures else ""
    said = source.rpartition("/")[2].rpartition(".")[0] or text_of(caption)
    return f"{kind}-{anchor(said)[:LONGEST_NAME].strip('-')}".rstrip("-")


def kind_of_captioned(tag: Tag) -> str:
    """Return `listing`, `table` or `figure`, as its class and its author's id say."""
    name = str(tag.get("id") or "")
    if has_class(tag, LISTING) or name.startswith(_OF_LISTINGS):
        return "listing"
    return "table" if tag.name == "table" or name.startswith(_OF_TABLES) else "figure"


def captioned(tree: Tag, *names: str) -> list[tuple[Tag, Tag]]:
    """Return the figures or tables with a caption that is not empty, and their captions."""
    return _with_captions(elements(tree, *names))


def _with_captions(tags: Iterable[Tag]) -> list[tuple[Tag, Tag]]:
    found = []
    for tag in tags:
        caption = _child(tag, CAPTIONS[tag.name])
        if caption is not None and (text_of(caption) or has_class(caption, BARE)):
            found.append((tag, caption))
    return found


def _child(tag: Tag, name: str) -> Tag | None:
    return next((c for c in tag.contents if isinstance(c, Tag) and c.name == name), None)


def label_of(caption: Tag) -> str:
    """Return "Figure 3", or an empty string for a caption without a number."""
    label = next((tag for tag in elements(caption, "span") if has_class(tag, LABEL)), None)
    return label.get_text() if label is not None else ""
