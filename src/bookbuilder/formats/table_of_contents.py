"""List the contents of a book, and its figures and tables, as data for every format.

A format chooses how many levels of headings it wants, and writes the entries in its own way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from bs4 import Tag
from msgspec import Struct, field
from msgspec.structs import replace

from bookbuilder.book import Book, Chapter, Part
from bookbuilder.passes.captions import CAPTIONS, LISTING, captioned, label_of
from bookbuilder.passes.furniture import UNLISTED
from bookbuilder.text.words import Words, words_for
from bookbuilder.trees.markup import elements, has_class, nearest, text_of
from bookbuilder.trees.xhtml import HEADINGS, SUBHEADINGS

# Headings in here belong to an aside or a quotation, not to the chapter's outline.
_OUTSIDE_OUTLINE = frozenset(["aside", "blockquote", "figure", "table", "li", "dd", "details"])


class Entry(Struct, frozen=True):
    """One line of the contents, or of a list of figures or tables.

    `target` is an id in the book. `label` is what the place is called ("Part 1", "3", "Figure 2")
    and may be empty. `level` counts chapters inside chapters from 0, headings from 1 for `h2`.
    `language` is that of the title, where it is not the book's.
    """

    kind: Literal["part", "chapter", "heading", "caption"]
    target: str
    label: str
    title: str
    level: int = 0
    children: list[Entry] = field(default_factory=list)
    language: str = ""


def contents(book: Book, depth: int) -> list[Entry]:
    """List parts, their chapters, and `depth` levels of headings, nested as the book is.

    Chapters of a part that has no opening stand alone.
    """
    language = book.metadata.language
    words = words_for(language)
    entries = _chapters(book.front, depth, words, language)
    for part in book.parts:
        chapters = _chapters(part.chapters, depth, words, language)
        if has_opening(book, part):
            label = part_label(part, words)
            entries.append(Entry("part", part.slug, label, part.title, children=chapters))
        else:
            entries += chapters
    return entries + _chapters(book.back, depth, words, language)


def captions_of(book: Book) -> dict[str, list[Entry]]:
    """List what has a caption in the book: each `figure`, and each `table`."""
    found: dict[str, list[Entry]] = {name: [] for name in CAPTIONS}
    for chapter in book.chapters:
        for tag, caption in captioned(chapter.tree, *CAPTIONS):
            if tag.get("id") and not has_class(tag, LISTING):
                entry = Entry("caption", str(tag["id"]), *_parts_of_caption(caption))
                found[tag.name].append(entry)
    return found


def has_opening(book: Book, part: Part) -> bool:
    """Return whether `part` has a page of its own; in a volume of one part the title page is it."""
    return bool(part.title) and book.volume is None


def part_label(part: Part, words: Words) -> str:
    """Return "Part 1" in the book's language; nothing for a part without a number."""
    return words.part.format(part.number) if part.number is not None else ""


def _parts_of_caption(caption: Tag) -> tuple[str, str]:
    """Return what a caption is called, and what it says."""
    label = label_of(caption)
    return label, text_of(caption).removeprefix(" ".join(label.split())).lstrip()


def chapter_label(chapter: Chapter, words: Words) -> str:
    """Return "3", or "Appendix A" in the book's language; nothing for a chapter without either."""
    if chapter.letter:
        return words.appendix.format(chapter.letter)
    return str(chapter.number) if chapter.number is not None else ""


def _chapters(chapters: Iterable[Chapter], depth: int, words: Words, language: str) -> list[Entry]:
    """List `chapters` of a book in `language`."""
    found = []
    for chapter in chapters:
        headings = elements(chapter.tree, *HEADINGS)
        if _is_listed(chapter, headings):
            below = _nested(_headings(chapter.tree, headings, depth))
            label = chapter_label(chapter, words)
            entry = Entry("chapter", chapter.slug, label, chapter.title, chapter.depth, below)
            own = str(chapter.tree.get("lang") or language)
            found.append(entry if own == language else _in_language(entry, own))
    return _nested(found)


def _is_listed(chapter: Chapter, headings: Iterable[Tag]) -> bool:
    title = next((heading for heading in headings if heading.name == "h1"), None)
    return not chapter.untitled and (title is None or not has_class(title, UNLISTED))


def _in_language(entry: Entry, language: str) -> Entry:
    below = [_in_language(child, language) for child in entry.children]
    return replace(entry, children=below, language=language)


def _headings(tree: Tag, headings: Iterable[Tag], depth: int) -> Iterator[Entry]:
    shown = SUBHEADINGS[: max(depth, 0)]
    for heading in headings:
        if heading.name not in shown or nearest(heading, *_OUTSIDE_OUTLINE) is not None:
            continue
        if has_class(heading, UNLISTED):
            continue
        holder = heading.parent
        target = heading.get("id") or (holder.get("id") if holder and holder is not tree else None)
        title = text_of(heading)
        if target and title:
            yield Entry("heading", str(target), "", title, int(heading.name[1]) - 1)


def _nested(entries: Iterable[Entry]) -> list[Entry]:
    """Put each entry below the nearest one before it that has a lower level."""
    top: list[Entry] = []
    above: list[Entry] = []
    for entry in entries:
        while above and above[-1].level >= entry.level:
            above.pop()
        (above[-1].children if above else top).append(entry)
        above.append(entry)
    return top
