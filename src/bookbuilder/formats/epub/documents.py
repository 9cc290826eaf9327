"""Write trees as files, and settle links, pictures, roles and note numbers on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from bs4 import Tag
from msgspec import Struct, field

from bookbuilder.book import Asset, Book, Chapter
from bookbuilder.formats.epub.devices import KOBO_COLUMNS, with_kobo_spans
from bookbuilder.formats.epub.names import TITLE_NAME
from bookbuilder.formats.hypertext.column_widths import fitted_table
from bookbuilder.formats.hypertext.markup import (
    Address,
    added_attributes,
    escape,
    settling,
    with_note_number,
)
from bookbuilder.formats.table_of_contents import has_opening
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.words import direction
from bookbuilder.trees.markup import elements
from bookbuilder.trees.serializing import Contents, serialize

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


class Document(Struct, frozen=True):
    """A file of the spine. `properties` are those of its manifest item."""

    name: str
    title: str
    data: bytes
    properties: tuple[str, ...] = ()


class Frame(Struct, frozen=True):
    """Wraps bodies as files: what all documents of a book share. `styles` are in cascade order."""

    language: str
    styles: Sequence[str]
    kobo_spans: bool = False

    def document(
        self,
        name: str,
        title: str,
        body: Tag,
        *,
        matter: str,
        properties: Sequence[str] = (),
        language: str = "",
        address: Address | None = None,
    ) -> Document:
        """Write the tree `body` as a file; `matter` is the `epub:type` of its body element.

        With an `address`, it is a chapter's.
        """
        if self.kobo_spans:
            opening, closing = KOBO_COLUMNS
            spanned = with_kobo_spans(body, with_note_number)
            markup = f"{opening}{self._serialized(spanned, language, address)}{closing}"
        else:
            markup = f"{self._serialized(body, language, address, with_note_number)}\n"
        return self.wrapped(
            name, title, markup, matter=matter, properties=properties, language=language
        )

    def _serialized(
        self, body: Tag, language: str, address: Address | None, contents: Contents | None = None
    ) -> str:
        if address is None:
            return serialize(body, None, contents)
        added = added_attributes(body, language, fitted_table)
        settle = settling(added, address)

        def rewrite(tag: Tag, attributes: dict[str, str]) -> dict[str, str]:
            return _with_type(settle(tag, attributes))

        return serialize(body, rewrite, contents, also=added)

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
        """Put `markup` into the body of a file."""
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


class ChapterWriter(Struct):
    """Writes chapters as documents, and remembers the assets that they show.

    `targets` are the places of ids, as `targets_of` gives them. `assets` are by their names in the
    trees, which need not be their names in the package.
    """

    frame: Frame
    targets: Mapping[str, str]
    assets: Mapping[str, Asset]
    used: set[str] = field(default_factory=set)

    def document(self, chapter: Chapter, matter: str) -> Document:
        name, tree = self.targets[chapter.slug], chapter.tree
        language = str(tree.get("lang", "")) or self.frame.language
        inside = {tag.name for tag in elements(tree)}
        properties = [p for p, element in (("mathml", "math"), ("svg", "svg")) if element in inside]
        return self.frame.document(
            name,
            chapter.title,
            tree,
            matter=matter,
            properties=properties,
            language=language,
            address=partial(self._address, name),
        )

    def _address(self, here: str, tag: Tag, value: str) -> str:
        if tag.name == "a" and value.startswith("#"):
            target = self.targets.get(value[1:], value)
            return value if target.split("#")[0] == here else target
        if value in self.assets:
            self.used.add(value)
            return self.assets[value].name
        return value


def targets_of(book: Book) -> dict[str, str]:
    """Return where every id of the book ends up: `file.xhtml#id`, or the file for its own top."""
    found = {part.slug: f"{part.slug}.xhtml" for part in book.parts if has_opening(book, part)}
    if book.volume is not None:
        found[book.volume.slug] = TITLE_NAME
    for chapter in tracked(book.chapters):
        name = f"{chapter.slug}.xhtml"
        for tag in elements(chapter.tree):
            if "id" in tag.attrs:
                found[str(tag["id"])] = f"{name}#{tag['id']}"
        found[chapter.slug] = name
    return found


def _with_type(attributes: dict[str, str]) -> dict[str, str]:
    """Give `attributes` the `epub:type` of their role, and a name for a way back."""
    if role := attributes.get("role"):
        if kind := EPUB_TYPES.get(role):
            attributes["epub:type"] = kind
        if role == "doc-backlink":
            attributes.setdefault("aria-label", "Back to the text")
    return attributes
