"""The frame of a content document: XHTML5 with its language, direction, title and stylesheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bs4 import Tag
from bs4.element import NavigableString, PageElement

from bookbuilder.formats.epub.kobo import COLUMNS, with_numbered_sentences
from bookbuilder.formats.epub.text import escape
from bookbuilder.text.words import direction
from bookbuilder.trees.markup import Rewrite, new_tag, serialize


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the spine. `properties` are those of its manifest item."""

    name: str
    title: str
    data: bytes
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What every document of a book shares. `styles` are file names, in cascade order."""

    language: str
    styles: Sequence[str]
    numbers_sentences: bool = False

    def document(
        self,
        name: str,
        title: str,
        body: Tag,
        *,
        matter: str = "",
        properties: Sequence[str] = (),
        language: str = "",
        rewrite: Rewrite | None = None,
    ) -> Document:
        """Write the tree `body` as a file; `matter` is the `epub:type` of its body element."""
        if self.numbers_sentences:
            numbered = with_numbered_sentences(body, with_note_number)
            opening, closing = COLUMNS
            markup = f"{opening}{serialize(numbered, rewrite)}{closing}"
        else:
            markup = f"{serialize(body, rewrite, with_note_number)}\n"
        return self.wrapped(
            name, title, markup, matter=matter, properties=properties, language=language
        )

    def wrapped(
        self,
        name: str,
        title: str,
        markup: str,
        *,
        matter: str = "",
        properties: Sequence[str] = (),
        language: str = "",
    ) -> Document:
        """Put `markup` into a file's body; `matter` is the `epub:type` of the body element."""
        tag = escape(language or self.language)
        turned = ' dir="rtl"' if direction(tag) == "rtl" else ""
        links = "".join(
            f'<link rel="stylesheet" type="text/css" href="{escape(s)}"/>\n' for s in self.styles
        )
        kind = f' epub:type="{matter}"' if matter else ""
        text = (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            "<!DOCTYPE html>\n"
            '<html xmlns="http://www.w3.org/1999/xhtml"'
            ' xmlns:epub="http://www.idpf.org/2007/ops"'
            f' lang="{tag}" xml:lang="{tag}"{turned}>\n'
            f'<head>\n<meta charset="utf-8"/>\n<title>{escape(title)}</title>\n{links}</head>\n'
            f"<body{kind}>\n{markup}</body>\n</html>\n"
        )
        return Document(name, title, text.encode(), tuple(properties))


def with_note_number(tag: Tag) -> Sequence[PageElement]:
    """Return what `tag` holds, with the number of a note as text and of a reference raised.

    Not every reader shows generated content, or sets the book with its stylesheet.
    """
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
            return [new_tag("sup", None, number)]
    return tag.contents


def _number_of(note: Tag) -> str:
    number = str(note.get("data-number", ""))
    return number if number.isdecimal() else ""


def _first(note: Tag) -> PageElement | None:
    """Return the first element or text in `note`, blank text left aside."""
    return next((c for c in note.contents if isinstance(c, Tag) or str(c).strip()), None)


def _number(text: str, name: str) -> Tag:
    return new_tag(name, {"class": "note-number"}, text)
