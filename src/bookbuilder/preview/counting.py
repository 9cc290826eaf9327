"""Count what authors look for: words of chapters, parts and the book."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bookbuilder.book import Book, Chapter
from bookbuilder.formats.table_of_contents import chapter_label, has_opening
from bookbuilder.text.words import words_for
from bookbuilder.trees.markup import raw_text

# Scripts that write no blanks: each character counts, as their own programs do it.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"\w[\w'’.,-]*")
WORDS_A_MINUTE = 230
"""Adults read so many words of prose, in English; other languages differ by a fifth or so."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents: a part or a chapter; `document` is its file in the EPUB."""

    slug: str
    title: str
    label: str
    document: str
    file: str
    words: int
    depth: int
    is_part: bool = False


def words_in(text: str) -> int:
    unspaced = len(_UNSPACED.findall(text))
    return unspaced + len(_WORD.findall(_UNSPACED.sub(" ", text) if unspaced else text))


def words_of(chapter: Chapter) -> int:
    return words_in(raw_text(chapter.tree))


def entries_of(book: Book) -> list[Entry]:
    """Return the contents of `book`: all chapters, and the parts that have an opening."""
    entries = [_entry(book, chapter, 0) for chapter in book.front]
    for part in book.parts:
        opens = has_opening(book, part)
        chapters = [_entry(book, chapter, int(opens)) for chapter in part.chapters]
        if opens:
            words = sum(chapter.words for chapter in chapters)
            name = f"{part.slug}.xhtml"
            entries.append(Entry(part.slug, part.title, "", name, "", words, 0, is_part=True))
        entries += chapters
    return entries + [_entry(book, chapter, 0) for chapter in book.back]


def _entry(book: Book, chapter: Chapter, depth: int) -> Entry:
    label = chapter_label(chapter, words_for(book.metadata.language))
    return Entry(
        chapter.slug,
        chapter.title,
        label,
        f"{chapter.slug}.xhtml",
        chapter.source.name,
        words_of(chapter),
        depth + chapter.depth,
    )
