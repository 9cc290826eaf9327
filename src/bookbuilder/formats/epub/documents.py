"""Write trees as files, and settle links, pictures, roles and note numbers on the way."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bs4 import Tag
from bs4.element import NavigableString, PageElement

from bookbuilder.book import Asset, Book, Chapter
from bookbuilder.formats.epub.column_widths import fitted_table
from bookbuilder.formats.epub.devices import KOBO_COLUMNS, with_kobo_spans
from bookbuilder.formats.epub.names import TITLE_NAME
from bookbuilder.formats.table_of_contents import has_opening
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.words import direction
from bookbuilder.trees.markup import elements, has_class, new_tag, one_line
from bookbuilder.trees.serializing import Rewrite, serialize
from bookbuilder.trees.xhtml import HEADINGS

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


@dataclass(frozen=True, slots=True)
class Document:
    """A file of the spine. `properties` are those of its manifest item."""

    name: str
    title: str
    data: bytes
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
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
        rewrite: Rewrite | None = None,
    ) -> Document:
        """Write the tree `body` as a file; `matter` is the `epub:type` of its body element."""
        if self.kobo_spans:
            opening, closing = KOBO_COLUMNS
            spanned = with_kobo_spans(body, _with_note_number)
            markup = f"{opening}{serialize(spanned, rewrite)}{closing}"
        else:
            markup = f"{serialize(body, rewrite, _with_note_number)}\n"
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


# What stands between an attribute's own value and one that is added.
_BETWEEN = {"style": "; ", "class": " "}


@dataclass(slots=True)
class ChapterWriter:
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
        turns_code = direction(language) == "rtl"
        fitted: dict[int, dict[str, str]] = {}

        def rewrite(tag: Tag, attributes: dict[str, str]) -> dict[str, str]:
            if tag.name == "table":
                fitted.update(fitted_table(tag))
            if turns_code and tag.name in _CODE:
                attributes.setdefault("dir", "ltr")
            for key, value in fitted.get(id(tag), {}).items():
                between = _BETWEEN.get(key, "")
                attributes[key] = between.join(filter(None, (attributes.get(key), value)))
            return self._rewrite(name, tag, attributes)

        properties = [
            p for p, element in (("mathml", "math"), ("svg", "svg")) if elements(tree, element)
        ]
        return self.frame.document(
            name,
            chapter.title,
            tree,
            matter=matter,
            properties=properties,
            language=language,
            rewrite=rewrite,
        )

    def _rewrite(self, here: str, tag: Tag, attributes: dict[str, str]) -> dict[str, str]:
        result = dict(attributes)
        for name in ("href", "src", "xlink:href"):
            if (value := result.get(name)) is not None:
                result[name] = self._address(here, tag, value)
        role = result.get("role", "")
        if kind := EPUB_TYPES.get(role):
            result["epub:type"] = kind
        elif has_class(tag, "reference") and tag.name == "li":
            # Its role is deprecated, its type is not.
            result["epub:type"] = "biblioentry"
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


def escape(text: str) -> str:
    """Return `text` on one line with XML's special characters escaped."""
    return html.escape(one_line(text))


def _with_note_number(tag: Tag) -> Sequence[PageElement]:
    """Return what `tag` holds, with the number of a note as text, and that of a reference raised.

    Not every reader shows generated content, or uses the book's stylesheet.
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
            is_in_title = tag.find_parent(HEADINGS) is not None
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
