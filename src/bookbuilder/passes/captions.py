"""Number the captions of figures, tables and listings; give them ids for the lists of them."""

from __future__ import annotations

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
        taken = {str(tag["id"]).casefold() for tag in elements(chapter.tree) if tag.get("id")}
        for name in CAPTIONS:
            for tag, caption in captioned(chapter.tree, name):
                if tag.get("id"):
                    found[id(tag)] = caption
                else:
                    tag["id"] = unique(_name(tag, caption, name), taken)
        for tag in elements(chapter.tree, *CAPTIONS) if found else ():
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
    found = []
    for tag in elements(tree, *names):
        caption = next((c for c in elements(tag, CAPTIONS[tag.name]) if c.parent is tag), None)
        if caption is not None and (text_of(caption) or has_class(caption, BARE)):
            found.append((tag, caption))
    return found


def label_of(caption: Tag) -> str:
    """Return "Figure 3", or an empty string for a caption without a number."""
    label = next((tag for tag in elements(caption, "span") if has_class(tag, LABEL)), None)
    return label.get_text() if label is not None else ""
