"""Make text of links that lead out of what is kept of a book, with the place that they led to."""

from __future__ import annotations

from collections.abc import Collection

from bs4 import Tag
from bs4.element import NavigableString

from bookbuilder.book import Book, Chapter
from bookbuilder.text.words import Words, words_for
from bookbuilder.trees.markup import elements, has_class, new_tag, text_of
from bookbuilder.trees.xhtml import HEADINGS

CLASS = "other-volume"
_BLOCKS = frozenset({"p", "li", "dd", "dt", "td", "th", "figcaption", "caption", "blockquote"})
_LEADS_BACK = ("index-link", "glossary-use", "glossary-link")


class Elsewhere:
    """Tells where what is not kept of a book stands, by slug: a title, and what it is called there.

    With `by_part`, that is a part, which is another volume, and the chapter in it; otherwise a
    chapter and its number.
    """

    def __init__(self, book: Book, *, by_part: bool) -> None:
        words = words_for(book.metadata.language)
        self._places: dict[str, tuple[str, str]] = {}
        for chapter in book.chapters:
            self._places[chapter.slug] = _place(chapter, words)
        for part in book.parts:
            label = words.part.format(part.number) if part.number is not None else ""
            self._places[part.slug] = (part.title, "" if by_part else label)
            for chapter in part.chapters if by_part else ():
                title, label = _place(chapter, words)
                self._places[chapter.slug] = (part.title, label or title)

    def of(self, slug: str) -> tuple[str, str]:
        return self._places.get(slug, ("", ""))


def _place(chapter: Chapter, words: Words) -> tuple[str, str]:
    return "" if chapter.untitled else chapter.title, chapter.reference(words)


def point_elsewhere(chapter: Chapter, ids: Collection[str], elsewhere: Elsewhere) -> None:
    """Turn links of `chapter` to what is not in `ids` into text that names the place.

    It is named once in a paragraph, and not in headings and code.
    """
    named: set[tuple[int, str]] = set()
    for anchor in elements(chapter.tree, "a", "area"):
        href = str(anchor.get("href", ""))
        target = href.removeprefix("#")
        if not href.startswith("#") or target in ids:
            continue
        if anchor.name == "area":
            del anchor["href"]
            continue
        if anchor.get("role") == "doc-backlink":
            anchor.extract()
            continue
        slug = target.split("--")[0]
        above = list(anchor.parents)
        is_bare = any(parent.name in HEADINGS or parent.name == "pre" for parent in above)
        is_bare |= bool(anchor.get("role")) or any(has_class(anchor, c) for c in _LEADS_BACK)
        block = next((parent for parent in above if parent.name in _BLOCKS), chapter.tree)
        anchor.name = "span"
        anchor.attrs = {"class": CLASS}
        if not is_bare and (id(block), slug) not in named:
            named.add((id(block), slug))
            _name_place(anchor, block, *elsewhere.of(slug))


def _name_place(anchor: Tag, block: Tag, title: str, where: str) -> None:
    """Write after the text of a link where it led, but for what that says already."""
    text = text_of(anchor)
    said = text.casefold()
    is_title = bool(title) and text == title
    where = "" if where.casefold() in said else where
    if is_title:
        cited = new_tag("cite", {})
        for node in list(anchor.contents):
            cited.append(node.extract())
        anchor.append(cited)
        title = ""
    elif title.casefold() in said:
        title = ""
    if not title and not where:
        return
    in_brackets = is_title or _is_in_brackets(anchor, block)
    anchor.append(", " if in_brackets else " (")
    if title:
        anchor.append(new_tag("cite", {}, title))
    anchor.append(", " * bool(title and where) + where.replace(" ", "\N{NO-BREAK SPACE}"))
    if not in_brackets:
        anchor.append(")")


def _is_in_brackets(anchor: Tag, block: Tag) -> bool:
    """Tell whether a bracket before `anchor` is still open, so that another would be one too many.

    What was added to links before closes its own.
    """
    before = 0
    stack = block.contents[::-1]
    while stack:
        node = stack.pop()
        if node is anchor:
            break
        if isinstance(node, Tag):
            stack += node.contents[::-1]
        elif isinstance(node, NavigableString):
            before += node.count("(") - node.count(")")
    return before > 0
