"""The table of contents as one tree, which the nav document and the NCX are both written from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bs4 import Tag

from bookbuilder.book import Book, Chapter, Part
from bookbuilder.formats.epub.text import plain
from bookbuilder.passes.captions import captioned
from bookbuilder.text.words import Words
from bookbuilder.trees.markup import elements, text_of

_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
# Headings in here belong to an aside or a quotation, not to the chapter's outline.
_OUTSIDE_OUTLINE = ("aside", "blockquote", "figure", "table", "li", "dd", "details")


@dataclass(slots=True)
class Entry:
    title: str
    href: str
    children: list[Entry] = field(default_factory=list)

    @property
    def depth(self) -> int:
        """Levels of entries from here down; 1 without children."""
        return 1 + max((child.depth for child in self.children), default=0)


def contents(book: Book, openings: dict[str, str], words: Words, fallback: Entry) -> list[Entry]:
    """Parts, their chapters, and headings down to the configured depth; `fallback` if none.

    `openings` are the files of part openings by id; chapters of a part without one stand alone.
    """
    depth = book.config.epub.toc_depth
    entries = _chapters(book.front, depth)
    for part in book.parts:
        chapters = _chapters(part.chapters, depth)
        if href := openings.get(part.slug):
            entries.append(Entry(part_title(part, words), href, chapters))
        else:
            entries += chapters
    return [*entries, *_chapters(book.back, depth)] or [fallback]


def flattened(entries: Iterable[Entry], levels: int) -> list[Entry]:
    """`entries` nested no deeper than `levels`; what lies deeper follows what it lay in."""

    def below(entry: Entry) -> Iterator[Entry]:
        for child in entry.children:
            yield Entry(child.title, child.href)
            yield from below(child)

    if levels == 1:
        return [e for entry in entries for e in (Entry(entry.title, entry.href), *below(entry))]
    return [Entry(e.title, e.href, flattened(e.children, levels - 1)) for e in entries]


def listed(book: Book, name: str) -> list[Entry]:
    """The book's figures or tables that have a caption and an id, by their captions."""
    return [
        Entry(plain(text_of(caption)), f"{chapter.slug}.xhtml#{tag['id']}")
        for chapter in book.chapters
        for tag, caption in captioned(chapter.tree, name)
        if tag.get("id")
    ]


def part_title(part: Part, words: Words) -> str:
    label = part_label(part, words)
    return plain(f"{label}. {part.title}" if label else part.title)


def part_label(part: Part, words: Words) -> str:
    """ "Part 0" in the book's language, or nothing for an unnumbered part."""
    return words.part.format(part.number) if part.number is not None else ""


def _chapters(chapters: Iterable[Chapter], depth: int) -> list[Entry]:
    """Entries of `chapters`, nested as the author nested them."""
    return _nest((chapter.depth, _chapter(chapter, depth)) for chapter in chapters)


def _chapter(chapter: Chapter, depth: int) -> Entry:
    number = f"{chapter.number}. " if chapter.number is not None else ""
    href = f"{chapter.slug}.xhtml"
    title = plain(f"{number}{chapter.title}") or chapter.slug
    return Entry(title, href, _nest(_headings(chapter.tree, href, depth)))


def _headings(tree: Tag, file: str, depth: int) -> Iterator[tuple[int, Entry]]:
    for heading in elements(tree, *_HEADINGS):
        level = int(heading.name[1])
        if level > depth + 1 or heading.find_parent(_OUTSIDE_OUTLINE):
            continue
        holder = heading.parent
        name = heading.get("id") or (holder.get("id") if holder and holder is not tree else None)
        title = plain(text_of(heading))
        if name and title:
            yield level, Entry(title, f"{file}#{name}")


def _nest(entries: Iterable[tuple[int, Entry]]) -> list[Entry]:
    """Entries with their levels as a tree; a level that skips goes below the nearest higher one."""
    top: list[Entry] = []
    above: list[tuple[int, Entry]] = []
    for level, entry in entries:
        while above and above[-1][0] >= level:
            above.pop()
        (above[-1][1].children if above else top).append(entry)
        above.append((level, entry))
    return top
