"""Mark where the pages of the print edition start, and list these places.

EPUB 3.3, section 7.4.4 (page-list); EPUB Accessibility 1.1, section 4 (page navigation).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from bs4 import Tag
from bs4.element import NavigableString

from bookbuilder.book import Book, Chapter
from bookbuilder.model.pagination import PageStart, blocks
from bookbuilder.text.slugs import loose
from bookbuilder.trees.markup import copy_of, new_tag, texts

MARK = "page."
"""The ids of marks begin with it; no chapter has such a slug, since theirs hold no dots."""
# A mark inside would be read out as a part of their names.
_NAMES = ("h1", "h2", "h3", "h4", "h5", "h6", "figure")
# What cannot hold a mark, or should not be cut by one.
_WHOLE = ("a", "button", "math", "ruby", "select", "svg")
# Fewer letters than this are found by chance.
_SHORTEST = 8


def with_page_breaks(book: Book) -> Book:
    """Return `book` with a mark where each page starts; trees that get one are copies."""
    if book.pagination is None:
        return book
    starts: dict[str, list[PageStart]] = {}
    for start in book.pagination.pages:
        starts.setdefault(start.section, []).append(start)

    def mark(chapter: Chapter) -> Chapter:
        if chapter.slug not in starts:
            return chapter
        chapter = replace(chapter, tree=copy_of(chapter.tree))
        _mark(chapter.tree, starts[chapter.slug])
        return chapter

    return replace(
        book,
        front=[mark(chapter) for chapter in book.front],
        parts=[replace(p, chapters=[mark(c) for c in p.chapters]) for p in book.parts],
        back=[mark(chapter) for chapter in book.back],
    )


def page_places(book: Book, targets: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Give the label and the place of each page that starts in `book`.

    `targets` are the places of its ids.
    """
    for start in book.pagination.pages if book.pagination is not None else ():
        place = targets.get(start.section if start.block is None else _mark_id(start))
        if place is not None:
            yield start.label, place


def _mark_id(start: PageStart) -> str:
    """Return an id that no chapter has, nor anything in a chapter."""
    return f"{MARK}{start.label}"


def _mark(tree: Tag, starts: Iterable[PageStart]) -> None:
    found = blocks(tree)
    by_block: dict[int, list[PageStart]] = {}
    for start in starts:
        # Print has text at the ends of chapters that the linked book has not: lists of links.
        if start.block is not None and start.block < len(found):
            by_block.setdefault(start.block, []).append(start)
    for number, of_block in by_block.items():
        block = found[number]
        letters = loose("".join(texts(block)))
        offset = 0
        marks = deque[tuple[int, Tag]]()
        for start in of_block:
            offset = _offset_of(start, letters, offset)
            attributes = {"id": _mark_id(start), "role": "doc-pagebreak"}
            marks.append((offset, new_tag("span", attributes | {"aria-label": start.label})))
        _insert(block, marks)


def _offset_of(start: PageStart, letters: str, least: int) -> int:
    """Find where in the `letters` of its block, from `least` on, the words of a page are.

    Where they occur more than once, it is nearest to where they should be. Print has text that the
    block has not, such as page numbers; words that are not found stay where they should be.
    """
    if start.offset == 0:
        return 0
    expected = max(start.offset, least)
    words = start.words
    while len(words) >= _SHORTEST:
        before = letters.rfind(words, least, expected + len(words))
        places = [place for place in (before, letters.find(words, expected)) if place >= 0]
        if places:
            return min(places, key=lambda place: abs(place - expected))
        words = words[: len(words) // 2]
    return min(expected, len(letters))


def _insert(block: Tag, marks: deque[tuple[int, Tag]]) -> None:
    """Insert each mark before the word in `block` that the letter at its offset is in."""
    # The name of a table is a part of it.
    named = block.parent if block.name == "caption" else block
    if named is not None and (named is not block or block.name in _NAMES):
        for _, mark in marks:
            named.insert_before(mark)
        return
    if marks[0][0] == 0:
        block.insert(0, marks.popleft()[1])
    passed = 0
    for text in texts(block):
        if not marks:
            return
        length = len(loose(text))
        inside = []
        while marks and marks[0][0] < passed + length:
            offset, mark = marks.popleft()
            inside.append((offset - passed, mark))
        passed += length
        whole = next((p for p in text.parents if p.name in _WHOLE), None)
        if whole is not None and block in whole.parents:
            whole.insert_before(*(mark for _, mark in inside))
        elif inside:
            text.replace_with(*_cut(text, inside))
    block.extend(mark for _, mark in marks)


def _cut(text: NavigableString, marks: Iterable[tuple[int, Tag]]) -> Iterator[str | Tag]:
    """Cut `text`, and put each mark before the word that the letter at its offset is in."""
    passed = done = word = 0
    waiting = deque(marks)
    for at, char in enumerate(text):
        if char.isspace():
            word = at + 1
        passed += len(loose(char))
        while waiting and waiting[0][0] < passed:
            if word > done:
                yield text[done:word]
                done = word
            yield waiting.popleft()[1]
    yield text[done:]
