"""Carry the page starts of a print edition over to an EPUB whose text differs from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher

from bookbuilder.book import Book, Chapter
from bookbuilder.model.pagination import PageStart, Pagination, blocks
from bookbuilder.text.slugs import loose
from bookbuilder.trees.markup import texts

_MOST_BLOCKS = 20_000
"""Chapters with more blocks are compared from their start only, which takes no time."""


def pages_of_other_text(paged: Book, book: Book) -> Pagination | None:
    """Return the page starts of `paged` as they are in `book`.

    A page that starts in text that `book` has not starts with what is next of both. If all of a
    page is such text, `book` has not this page.
    """
    if paged.pagination is None:
        return None
    chapters = dict(_by_place(book))
    here = {chapter.slug: chapters.get(place) for place, chapter in _by_place(paged)}
    parts = {part.slug for part in book.parts}
    moved: dict[str, dict[int, int]] = {}
    for _, chapter in _by_place(paged):
        if (other := here[chapter.slug]) is not None:
            moved[chapter.slug] = _common(chapter, other)
    kept: list[PageStart] = []
    for n, start in enumerate(paged.pagination.pages):
        if start.block is None:
            other = here.get(start.section)
            if other is not None:
                kept.append(replace(start, section=other.slug))
            elif start.section in parts:
                kept.append(start)
            continue
        other = here.get(start.section)
        if other is None:
            continue
        common = moved[start.section]
        if start.block in common:
            kept.append(replace(start, section=other.slug, block=common[start.block]))
            continue
        following = paged.pagination.pages[n + 1 : n + 2]
        end = next((f.block for f in following if f.section == start.section), None)
        # The block that the next page starts in is on this page too, unless that is its start.
        if end is not None and following and following[0].offset:
            end += 1
        later = (b for b in sorted(common) if b > start.block and (end is None or b < end))
        if (found := next(later, None)) is not None:
            first = PageStart(start.label, other.slug, common[found], 0, "")
            kept.append(first)
    return replace(paged.pagination, pages=tuple(kept))


def _by_place(book: Book) -> Iterator[tuple[tuple[str, str], Chapter]]:
    for chapter in book.chapters:
        yield (chapter.source.name, chapter.title), chapter


def _common(chapter: Chapter, other: Chapter) -> dict[int, int]:
    """Return the numbers of the blocks that both have, and their numbers in `other`.

    As many blocks in the place of others are these in other words.
    """
    one, two = _texts_of(chapter), _texts_of(other)
    if one == two:
        return {n: n for n in range(len(one))}
    first = next((n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), 0)
    found = {n: n for n in range(first)}
    if max(len(one), len(two)) > _MOST_BLOCKS:
        return found
    for _, start, end, at, until in SequenceMatcher(None, one[first:], two[first:]).get_opcodes():
        if end - start == until - at:
            found |= {first + start + n: first + at + n for n in range(end - start)}
    return found


def _texts_of(chapter: Chapter) -> list[str]:
    return [f"{block.name} {loose(''.join(texts(block)))}" for block in blocks(chapter.tree)]
