"""Number the captions of figures and tables, and give them ids for the lists of them."""

from __future__ import annotations

from bs4 import Tag

from bookbuilder.book import Book
from bookbuilder.model.diagnostics import Report
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.words import words_for
from bookbuilder.trees.markup import elements, has_class, new_tag, text_of

LABEL = "caption-label"
BARE = "number-only"
"""The class of a caption that holds only its number."""
CAPTIONS = {"figure": "figcaption", "table": "caption"}


def captions(book: Book, report: Report) -> None:
    """Number the captioned figures and tables that have an author's id; give the others an id.

    Figures and tables count separately, through the whole book. A numbered caption starts
    with `<span class="caption-label">Figure 3</span>`.
    """
    words = words_for(book.metadata.language)
    for name, said in (("figure", words.figure), ("table", words.table)):
        count = 0
        for chapter in tracked(book.chapters):
            for nth, (tag, caption) in enumerate(captioned(chapter.tree, name), 1):
                if tag.get("id"):
                    count += 1
                    label = said.format(count).replace(" ", "\N{NO-BREAK SPACE}")
                    caption.insert(0, new_tag("span", {"class": LABEL}, label))
                    caption.insert(1, " ")
                else:
                    tag["id"] = f"{name}-{nth}"


def captioned(tree: Tag, name: str) -> list[tuple[Tag, Tag]]:
    """Return the figures or tables with a caption that is not empty, and their captions."""
    found = []
    for tag in elements(tree, name):
        caption = next((c for c in elements(tag, CAPTIONS[name]) if c.parent is tag), None)
        if caption is not None and (text_of(caption) or has_class(caption, BARE)):
            found.append((tag, caption))
    return found


def label_of(caption: Tag) -> str:
    """Return "Figure 3", or an empty string for a caption without a number."""
    label = caption.find("span", class_=LABEL)
    return label.get_text() if label is not None else ""
