"""Put tables into boxes, in which they scroll where a screen is too narrow for them."""

from __future__ import annotations

from collections.abc import Sequence

from bs4 import Tag
from bs4.element import PageElement

from bookbuilder.formats.hypertext.column_widths import longest_words
from bookbuilder.formats.hypertext.markup import with_note_number
from bookbuilder.text.words import Words
from bookbuilder.trees.markup import new_tag, text_of

# Fewer characters have room beside each other on every phone.
_FITS = 24
_LONGEST_NAME = 100


def boxed(tag: Tag, words: Words) -> Sequence[PageElement]:
    """Return what `tag` holds, with its tables in boxes and the numbers of notes.

    A box that may scroll can be reached with the keyboard, and has a name.
    """
    inside = with_note_number(tag)
    if tag.name == "div" and "table-box" in tag.get_attribute_list("class"):
        return inside
    if not any(isinstance(child, Tag) and child.name == "table" for child in inside):
        return inside
    return [_box(c, words) if isinstance(c, Tag) and c.name == "table" else c for c in inside]


def _box(table: Tag, words: Words) -> Tag:
    box = new_tag("div", {"class": "table-box"})
    if longest_words(table) > _FITS:
        caption = table.find("caption")
        name = text_of(caption) if isinstance(caption, Tag) else ""
        name = name[:_LONGEST_NAME] or words.table.replace("{}", "").strip()
        box.attrs |= {"role": "group", "tabindex": "0", "aria-label": name}
    # It is for writing alone: the table stays where it is in the book.
    box.contents = [table]
    return box
