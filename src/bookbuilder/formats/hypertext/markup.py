"""Write the trees of chapters as hypertext: links, pictures, tables and numbers of notes."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence

from bs4 import Tag
from bs4.element import NavigableString, PageElement

from bookbuilder.text.words import direction
from bookbuilder.trees.markup import elements, nearest, new_tag, one_line
from bookbuilder.trees.serializing import Rewrite
from bookbuilder.trees.xhtml import HEADINGS

# Notes, their first paragraphs and references to them.
_OF_NOTES = frozenset(["aside", "p", "a"])
_CODE = ("pre", "code", "kbd", "samp")
# What stands between an attribute's own value and one that is added.
_BETWEEN = {"style": "; ", "class": " "}
_NOTHING: Mapping[str, str] = {}
Fit = Callable[[Tag], dict[int, dict[str, str]]]
"""Gives attributes for a table, its rows and its cells, by their `id()`."""
Address = Callable[[Tag, str], str]
"""Gives what an address in a tree, `#id` or the name of an asset, is called in the output."""


def added_attributes(tree: Tag, language: str, fit: Fit) -> dict[int, dict[str, str]]:
    """Return what a chapter in `language` needs besides its own attributes, by `id()`.

    That is what fits its tables, and the direction of code in a text that runs from the right.
    """
    added: dict[int, dict[str, str]] = {}
    for table in elements(tree, "table"):
        added |= fit(table)
    if direction(language) == "rtl":
        for tag in elements(tree, *_CODE):
            if "dir" not in tag.attrs:
                added[id(tag)] = {"dir": "ltr"}
    return added


def settling(added: Mapping[int, Mapping[str, str]], address: Address) -> Rewrite:
    """Return what gives the elements of a chapter the attributes of the output.

    `added` are those that they have besides their own.
    """

    def rewrite(tag: Tag, attributes: dict[str, str]) -> dict[str, str]:
        for key, more in added.get(id(tag), _NOTHING).items():
            between = _BETWEEN.get(key, "")
            attributes[key] = between.join(filter(None, (attributes.get(key), more)))
        for name in ("href", "src", "xlink:href"):
            if name in attributes:
                attributes[name] = address(tag, attributes[name])
        return attributes

    return rewrite


def escape(text: str) -> str:
    """Return `text` on one line with XML's special characters escaped."""
    return html.escape(one_line(text))


def with_note_number(tag: Tag) -> Sequence[PageElement]:
    """Return what `tag` holds, with the number of a note as text, and that of a reference raised.

    Not every reader shows generated content, or uses the book's stylesheet.
    """
    if tag.name not in _OF_NOTES:
        return tag.contents
    if tag.name == "p" and tag.parent is not None and tag.parent.name == "aside":
        number = _number_of(tag.parent)
        if number and _first(tag.parent) is tag:
            return [_number(f"{number}.", "span"), NavigableString(" "), *tag.contents]
    elif tag.name == "aside" and (number := _number_of(tag)):
        first = _first(tag)
        if not (isinstance(first, Tag) and first.name == "p"):
            at = len(tag.contents) if first is None else tag.contents.index(first)
            return [*tag.contents[:at], _number(f"{number}.", "p"), *tag.contents[at:]]
    elif tag.name == "a" and tag.get("role") == "doc-noteref" and len(tag.contents) == 1:
        number = str(tag.contents[0])
        if number.isdecimal():
            is_in_title = nearest(tag, *HEADINGS) is not None
            # Else "The Hive" and its note are found, copied and read aloud as "The Hive1".
            apart = "\N{NARROW NO-BREAK SPACE}" if is_in_title else ""
            return [new_tag("sup", None, f"{apart}{number}")]
    return tag.contents


def _number_of(note: Tag) -> str:
    number = str(note.get("data-number", ""))
    return number if number.isdecimal() else ""


def _first(note: Tag) -> PageElement | None:
    """Return the first element or text in `note`, leaving blank text aside."""
    return next((c for c in note.contents if isinstance(c, Tag) or str(c).strip()), None)


def _number(text: str, name: str) -> Tag:
    return new_tag(name, {"class": "note-number"}, text)
