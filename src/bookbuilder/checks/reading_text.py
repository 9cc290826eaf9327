"""Read a book's text as its readers do: in passages of one language, without code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bs4 import Tag
from bs4.element import PageElement

from bookbuilder.book import Book, Chapter
from bookbuilder.model.source import Span
from bookbuilder.trees.markup import is_block, is_text, text_of, text_of_value

NOT_PROSE = frozenset(
    (
        *("annotation", "code", "kbd", "math", "pre", "rp", "rt"),
        *("samp", "script", "style", "svg", "textarea", "var"),
    )
)
GAP = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands for what is no prose, so that what is left of a word on either side is known for such."""
_ADDRESS = re.compile(r"https?:|[\w.-]+/")
_INVISIBLE = re.compile("[\N{SOFT HYPHEN}\N{WORD JOINER}\N{ZERO WIDTH SPACE}\ufeff]")


@dataclass(frozen=True, slots=True)
class Passage:
    """Text of one language, as it is read: a BCP 47 tag, or `und`."""

    text: str
    language: str


def passages(tree: Tag, language: str) -> Iterator[Passage]:
    """Yield the passages of `tree`, in order: no longer than a block, and in one language.

    The descriptions of pictures are passages too.
    """
    pieces: list[str] = []
    # What is to be read; a language alone says that it holds again from here on.
    stack: list[tuple[PageElement | None, str]] = [(tree, language)]
    now = language
    while stack:
        node, said = stack.pop()
        is_other = said != now
        if node is None or is_other or is_block(node):
            if text := _plain(pieces):
                yield Passage(text, now)
            pieces, now = [], said
        if isinstance(node, Tag):
            inner = text_of_value(node.get("lang")) if node.has_attr("lang") else said
            if node.name == "img" and (alt := text_of_value(node.get("alt")).strip()):
                yield Passage(alt, inner or "und")
            elif node.name in NOT_PROSE or _is_address(node) or node.get("translate") == "no":
                pieces.append(GAP)
            else:
                if is_block(node) or inner != said:
                    stack.append((None, said))
                stack += [(child, inner or "und") for child in reversed(node.contents)]
        elif is_text(node):
            pieces.append(str(node))
    if text := _plain(pieces):
        yield Passage(text, now)


def of_the_book(book: Book) -> Iterator[tuple[str, str]]:
    """Yield what the book says of itself in text, each with its key in book.toml."""
    said = book.metadata
    yield from (
        ("book.title", said.title),
        ("book.subtitle", said.subtitle),
        ("book.description", said.description),
        ("book.rights", said.rights),
    )


def span_in_book(book: Book, key: str) -> Span | None:
    """Return where `key` of book.toml is set, or else where the whole book's settings are."""
    return book.config.span_of(key) or book.config.span_of("book")


def chapters_of(books: Sequence[Book]) -> Iterator[tuple[Book, Chapter]]:
    """Yield the chapters of the same book as it is read for several audiences.

    A chapter that is the same for another audience comes once.
    """
    seen: set[tuple[str, str, str]] = set()
    for book in books:
        for chapter in book.chapters:
            key = chapter.source.name, chapter.slug, text_of(chapter.tree)
            if key not in seen:
                seen.add(key)
                yield book, chapter


def _is_address(node: Tag) -> bool:
    return node.name == "a" and bool(_ADDRESS.match(text_of(node)))


def _plain(pieces: list[str]) -> str:
    return _INVISIBLE.sub("", "".join(pieces)).strip()
