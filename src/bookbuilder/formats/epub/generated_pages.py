"""Make the pages that no author writes: cover, title page, part openings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bs4 import Tag

from bookbuilder.book import Book, Chapter, Metadata, Part
from bookbuilder.formats.epub.cover_picture import Cover
from bookbuilder.formats.epub.documents import Document, Frame
from bookbuilder.formats.epub.names import COVER_NAME, TITLE_NAME
from bookbuilder.formats.source_line import BETWEEN, CLASS, source_line
from bookbuilder.formats.table_of_contents import part_label
from bookbuilder.formats.title_lines import contributors, original_title
from bookbuilder.text.licenses import license_url
from bookbuilder.text.words import Words
from bookbuilder.trees.markup import copy_of, new_tag, one_line


def cover_page(frame: Frame, cover: Cover, words: Words) -> Document:
    """Make the page that shows the cover."""
    picture = {"role": "doc-cover", "src": one_line(cover.name), "alt": one_line(cover.alt)}
    section = _section({"class": "cover", "epub:type": "cover"}, [new_tag("img", picture)])
    return frame.document(COVER_NAME, words.cover, section, matter="frontmatter")


def title_page(frame: Frame, said: Metadata, words: Words, address: str = "") -> Document:
    """Make a page of title, people, publisher, and the small print: version, date and rights.

    `address` is where the book that it is taken from can be found.
    """
    lines = [_line("h1", "book-title", said.title)]
    if one_line(said.subtitle):
        lines.append(_subtitle("book-subtitle", said.subtitle))
    authors = [p for p in said.authors if p.role == "aut"] or list(said.authors)
    others = [p for p in said.authors if p not in authors]
    lines += [_line("p", "author", person.name) for person in authors]
    lines += [_line("p", "contributor", said_of) for said_of in contributors(others, words)]
    if one_line(said.publisher):
        lines.append(_line("p", "publisher", said.publisher))
    version = one_line(said.version)
    edition = [
        version and words.version.format(version),
        said.date.isoformat() if said.date else "",
    ]
    first = one_line(original_title(said, words))
    small: list[str | Tag] = [first, " · ".join(filter(None, edition))]
    small += _rights(said)
    if address:
        small.append(new_tag("a", {"href": address}, address))
    lines += [_line("p", "small-print", content) for content in small if content]
    section = _section({"class": "title-page", "epub:type": "titlepage"}, lines)
    return frame.document(TITLE_NAME, one_line(said.title), section, matter="frontmatter")


def with_source_line(book: Book, chapter: Chapter) -> Chapter:
    """Return a copy of `chapter` that starts with the line of a handout."""
    line = new_tag("p", {"class": CLASS})
    for piece in source_line(book):
        if line.contents:
            line.append(BETWEEN)
        text = new_tag("cite", None, piece.text) if piece.is_title else piece.text
        line.append(new_tag("a", {"href": piece.href}, text) if piece.href else text)
    tree = copy_of(chapter.tree)
    tree.insert(0, line)
    tree.insert(1, "\n")
    return replace(chapter, tree=tree)


def part_opening(frame: Frame, name: str, part: Part, words: Words) -> Document:
    """Make the page that a part begins with."""
    label = part_label(part, words)
    heading = new_tag("h1", None, _line("span", "part-title", part.title))
    if label:
        heading.insert(0, _line("span", "part-number", label))
        heading.insert(1, " ")
    lines = [heading]
    if one_line(part.subtitle):
        lines.append(_subtitle("part-subtitle", part.subtitle))
    described = {"class": "part", "role": "doc-part", "epub:type": "part"}
    section = _section({"id": one_line(part.slug), **described}, lines)
    title = one_line(f"{label}. {part.title}" if label else part.title)
    return frame.document(name, title, section, matter="bodymatter")


def _section(attributes: Mapping[str, str], lines: Iterable[Tag]) -> Tag:
    section = new_tag("section", attributes, "\n")
    for line in lines:
        section.extend([line, "\n"])
    return section


def _line(name: str, kind: str, content: str | Tag) -> Tag:
    return new_tag(
        name, {"class": kind}, one_line(content) if isinstance(content, str) else content
    )


def _subtitle(kind: str, text: str) -> Tag:
    attributes = {"class": kind, "role": "doc-subtitle", "epub:type": "subtitle"}
    return new_tag("p", attributes, one_line(text))


def _rights(said: Metadata) -> list[str | Tag]:
    """Return rights and licence; a licence that is only an address is linked from the rights."""
    rights, name = one_line(said.rights), one_line(said.license)
    url = license_url(name)
    if url and rights and name == url:
        return [new_tag("a", {"href": url}, rights)]
    return [rights, new_tag("a", {"href": url}, name) if url else name]
