"""From one tree per chapter to one file: links, pictures and roles settled while serialising."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bs4 import Tag

from bookbuilder.book import Asset, Book
from bookbuilder.formats.epub.page import Document, Frame
from bookbuilder.formats.epub.tables import fitted_columns
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.words import direction
from bookbuilder.trees.markup import elements, serialize

# EPUB 3 Structural Semantics 1.1 for the roles of DPUB-ARIA 1.1; roles without a counterpart are
# not listed.
EPUB_TYPES = {
    f"doc-{name}": name
    for name in """
    abstract acknowledgments afterword appendix backlink bibliography biblioref chapter colophon
    conclusion credit credits dedication endnotes epigraph epilogue errata footnote foreword
    glossary glossref index introduction noteref notice pagebreak part preface prologue pullquote
    qna subtitle tip toc
    """.split()  # noqa: SIM905 (a list would be a page long)
}

_CODE = ("pre", "code", "kbd", "samp")
# Raised by an element, for readers that set the book without its stylesheet.
_REFERENCE = re.compile(r'(<a\b[^>]*\brole="doc-noteref"[^>]*>)(\d+)(</a>)')
_NOTE = re.compile(r'(<aside\b[^>]*\bdata-number="(\d+)"[^>]*>\s*)(<p\b[^>]*>)?')


@dataclass(slots=True)
class Splitter:
    """Writes trees as documents; remembers which assets they show.

    `assets` are by their names in the trees, which need not be their names in the package.
    """

    frame: Frame
    targets: Mapping[str, str]
    assets: Mapping[str, Asset]
    used: set[str] = field(default_factory=set)

    def document(self, name: str, title: str, tree: Tag, matter: str) -> Document:
        language = str(tree.get("lang", "")) or self.frame.language
        turns_code = direction(language) == "rtl"
        fitted = fitted_columns(tree)

        def rewrite(tag: Tag, attributes: dict[str, str]) -> dict[str, str]:
            if turns_code and tag.name in _CODE:
                attributes.setdefault("dir", "ltr")
            if style := fitted.get(id(tag)):
                attributes["style"] = "; ".join(filter(None, (attributes.get("style"), style)))
            return self._rewrite(name, tag, attributes)

        properties = [
            p for p, element in (("mathml", "math"), ("svg", "svg")) if elements(tree, element)
        ]
        markup = _NOTE.sub(_numbered_note, serialize(tree, rewrite))
        markup = _REFERENCE.sub(r"\1<sup>\2</sup>\3", markup)
        return self.frame.document(
            name, title, markup, matter=matter, properties=properties, language=language
        )

    def _rewrite(self, here: str, tag: Tag, attributes: dict[str, str]) -> dict[str, str]:
        result = dict(attributes)
        for name in ("href", "src", "xlink:href"):
            if (value := result.get(name)) is not None:
                result[name] = self._address(here, tag, value)
        role = result.get("role", "")
        if kind := EPUB_TYPES.get(role):
            result["epub:type"] = kind
        if role == "doc-backlink":
            result.setdefault("aria-label", "Back to the text")
        return result

    def _address(self, here: str, tag: Tag, value: str) -> str:
        if tag.name == "a" and value.startswith("#"):
            target = self.targets.get(value[1:], value)
            return value if target.split("#")[0] == here else target
        if value in self.assets:
            self.used.add(value)
            return self.assets[value].name
        return value


def targets(book: Book, openings: Mapping[str, str]) -> dict[str, str]:
    """Where every id of the book ends up: `file.xhtml#id`, or the file alone for its own top.

    `openings` are the files of part openings by id.
    """
    found = dict(openings)
    for chapter in tracked(book.chapters):
        name = f"{chapter.slug}.xhtml"
        for tag in elements(chapter.tree):
            if "id" in tag.attrs:
                found[str(tag["id"])] = f"{name}#{tag['id']}"
        found[chapter.slug] = name
    return found


def _numbered_note(match: re.Match[str]) -> str:
    """A note's opening with its number as text: not every reader shows generated content."""
    opening, number, paragraph = match.groups()
    if paragraph:
        return f'{opening}{paragraph}<span class="note-number">{number}.</span> '
    return f'{opening}<p class="note-number">{number}.</p>'
