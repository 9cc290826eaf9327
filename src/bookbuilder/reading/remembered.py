"""Remember what files were read as, so that only those that have changed are read again.

What is remembered stands under a digest of all that reading depends on: the text with its front
matter, its place in the list of chapters, book.toml and what other files set for the book, and the
program itself. So nothing that is found is ever out of date. Findings are kept, and said again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from bookbuilder.book import Chapter
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Diagnostic, Report
from bookbuilder.model.source import Source
from bookbuilder.reading.conditions import Conditions
from bookbuilder.reading.front_matter import FrontMatter
from bookbuilder.reading.macros import macros_of
from bookbuilder.reading.outline import Entry
from bookbuilder.reading.reader import read_chapters
from bookbuilder.runtime.cache import Cache, digest_of, users_cache
from bookbuilder.runtime.installation import installation
from bookbuilder.runtime.progress import working_on
from bookbuilder.trees.records import TreeRecord, record_of, tree_of

if TYPE_CHECKING:
    from bookbuilder.citing.library import Library

LARGEST_CACHE = 50_000_000


class _ChapterRecord(Struct, frozen=True):
    """Hold what of a chapter comes from its text; see `Chapter` for the fields."""

    slug: str
    title: str
    tree: TreeRecord
    role: str
    untitled: bool
    numbered: bool | None
    labels: frozenset[str]
    left_out: frozenset[str]


class _FileRecord(Struct, frozen=True):
    """Hold the chapters of one file, what was found in it, and what its conditions name."""

    chapters: list[_ChapterRecord]
    found: list[Diagnostic]
    named: frozenset[str]


class FileToRead(Struct, frozen=True):
    """A file of the book, and all that decides what it is read as.

    One that is not for the book's readers has no chapters.
    """

    source: Source
    front: FrontMatter
    entry: Entry
    alone: bool
    conditions: Conditions
    is_for_readers: bool
    is_opener: bool
    sources: Library | None

    def read(self, conditions: Conditions) -> list[Chapter]:
        if not self.is_for_readers:
            return []
        return read_chapters(
            self.source,
            self.front,
            self.entry,
            self.alone,
            conditions,
            is_opener=self.is_opener,
            sources=self.sources,
        )

    @property
    def told(self) -> str:
        """Return in one text all that decides, but for what is the same for the whole book."""
        citable = None if self.sources is None else sorted(self.sources.names)
        place = self.entry, self.alone, self.is_for_readers, self.is_opener
        return repr((self.source, self.front, place, citable))


def read_files(files: Sequence[FileToRead], config: Config) -> list[list[Chapter]]:
    """Return the chapters of each of `files`, as they were read before or anew.

    What is found goes to the reports of their conditions.
    """
    if not config.pdf.cache:
        return [_read(file, file.conditions) for file in files]
    cache = users_cache("chapters")
    circumstances = digest_of(installation().encode(), _bytes(repr(config)))
    chapters = []
    has_learned = False
    for file in files:
        name = digest_of(circumstances.encode(), _bytes(file.told))
        recalled = _recall(cache, name, file)
        if recalled is None:
            recalled, data = _read_and_recorded(file)
            cache.put(name, data)
            has_learned = True
        chapters.append(recalled)
    if has_learned:
        cache.trim(LARGEST_CACHE)
    return chapters


def _read(file: FileToRead, conditions: Conditions) -> list[Chapter]:
    with working_on(file.source.place):
        return file.read(conditions)


def _read_and_recorded(file: FileToRead) -> tuple[list[Chapter], bytes]:
    """Return the chapters of `file`, and a record of them; an empty one if that cannot be made."""
    report, conditions = Report(), file.conditions
    own = dataclasses.replace(conditions, report=report, named=set())
    chapters = _read(file, own)
    record = _FileRecord(list(map(_record_of, chapters)), report.found, frozenset(own.named))
    conditions.report.add_found(record.found)
    conditions.named |= record.named
    try:
        return chapters, msgspec.msgpack.encode(record)
    except UnicodeEncodeError:  # halves of characters, which only hostile books have
        return chapters, b""


def _recall(cache: Cache, name: str, file: FileToRead) -> list[Chapter] | None:
    """Return the chapters that `file` was read as, and report what was found, if that is known."""
    data = cache.get(name)
    if data is None:
        return None
    try:
        record = msgspec.msgpack.decode(data, type=_FileRecord)
        chapters = [_chapter_of(chapter, file) for chapter in record.chapters]
    except ValueError:  # it is no record, or holds no trees
        return None
    file.conditions.report.add_found(record.found)
    file.conditions.named |= record.named
    return chapters


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _record_of(chapter: Chapter) -> _ChapterRecord:
    return _ChapterRecord(
        chapter.slug,
        chapter.title,
        record_of(chapter.tree),
        chapter.role,
        chapter.untitled,
        chapter.numbered,
        chapter.labels,
        chapter.left_out,
    )


def _chapter_of(record: _ChapterRecord, file: FileToRead) -> Chapter:
    return Chapter(
        slug=record.slug,
        title=record.title,
        tree=tree_of(record.tree),
        source=file.source,
        role=record.role,
        untitled=record.untitled,
        depth=file.entry.depth,
        numbered=record.numbered,
        addresses=file.front.addresses,
        levels=file.front.levels,
        labels=record.labels,
        left_out=record.left_out,
        macros=macros_of(file.front.data),
    )
