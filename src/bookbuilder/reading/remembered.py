"""Remember what files were read as, so that only those that have changed are read again.

What is remembered stands under a digest of all that reading depends on: the text with its front
matter, its place in the list of chapters, book.toml and what other files set for the book, and the
program itself. So nothing that is found is ever out of date. Findings are kept, and said again.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from bookbuilder.book import Chapter
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Diagnostic, Report
from bookbuilder.model.source import Place, Source
from bookbuilder.reading.conditions import Conditions
from bookbuilder.reading.front_matter import FrontMatter
from bookbuilder.reading.macros import macros_of
from bookbuilder.reading.outline import Entry
from bookbuilder.reading.reader import read_chapters
from bookbuilder.runtime.cache import Cache, digest_of, users_cache
from bookbuilder.runtime.installation import installation
from bookbuilder.runtime.progress import working_on
from bookbuilder.runtime.workers import worker_pool
from bookbuilder.trees.records import TreeRecord, record_of, tree_of

if TYPE_CHECKING:
    from bookbuilder.citing.library import Library

LARGEST_CACHE = 50_000_000
ENOUGH_FOR_WORKERS = 50_000
"""Characters: with fewer, one process has read them before two have begun."""


@dataclass(frozen=True, slots=True)
class _ChapterRecord:
    """Hold what of a chapter comes from its text; see `Chapter` for the fields."""

    slug: str
    title: str
    tree: TreeRecord
    role: str
    untitled: bool
    numbered: bool | None
    labels: frozenset[str]
    left_out: frozenset[str]


@dataclass(frozen=True, slots=True)
class _FileRecord:
    """Hold the chapters of one file, what was found in it, and what its conditions name."""

    chapters: list[_ChapterRecord]
    found: list[Diagnostic]
    named: frozenset[str]


@dataclass(frozen=True, slots=True)
class FileToRead:
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


@dataclass(frozen=True, slots=True)
class _Job:
    """The work of reading one file, by its number."""

    message: int
    place: Place


def read_files(files: Sequence[FileToRead], config: Config) -> list[list[Chapter]]:
    """Return the chapters of each of `files`, as they were read before or anew.

    What is found goes to the reports of their conditions.
    """
    cache = users_cache("chapters") if config.pdf.cache else Cache(None)
    circumstances = digest_of(installation().encode(), _bytes(repr(config)))
    names = [digest_of(circumstances.encode(), _bytes(file.told)) for file in files]
    records = [_recall(cache, name) for name in names]
    missing = [number for number, record in enumerate(records) if record is None]
    for number, data in _read(files, missing):
        cache.put(names[number], data)
        records[number] = msgspec.msgpack.decode(data, type=_FileRecord)
    if missing:
        cache.trim(LARGEST_CACHE)
    return [_taken(file, record) for file, record in zip(files, records, strict=True)]


def _read(files: Sequence[FileToRead], missing: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Read those of `files` that are `missing`, by their numbers; yield each with its record.

    One that no record can hold is left out.
    """
    jobs = [_Job(number, files[number].source.place) for number in missing]
    if sum(len(files[number].source.text) for number in missing) < ENOUGH_FOR_WORKERS:
        for job in jobs:
            with working_on(job.place):
                data = _data_of(files[job.message])
            if data:
                yield job.message, data
        return
    with worker_pool(lambda: lambda number: _data_of(files[number])) as workers:
        for job, data in workers.share_out(jobs):
            if data:
                yield job.message, data


def _data_of(file: FileToRead) -> bytes:
    """Read `file`, and return the record of it; nothing if MessagePack cannot hold it."""
    own = dataclasses.replace(file.conditions, report=Report(), named=set())
    chapters = [_record_of(chapter) for chapter in file.read(own)]
    record = _FileRecord(chapters, own.report.found, frozenset(own.named))
    try:
        return msgspec.msgpack.encode(record)
    except UnicodeEncodeError:  # halves of characters, which only hostile books have
        return b""


def _recall(cache: Cache, name: str) -> _FileRecord | None:
    data = cache.get(name)
    try:
        return None if data is None else msgspec.msgpack.decode(data, type=_FileRecord)
    except msgspec.DecodeError:
        return None


def _taken(file: FileToRead, record: _FileRecord | None) -> list[Chapter]:
    """Return the chapters of `file` by its record, and report what was found."""
    if record is not None:
        with contextlib.suppress(ValueError):  # it holds no trees
            chapters = [_chapter_of(chapter, file) for chapter in record.chapters]
            file.conditions.report.add_found(record.found)
            file.conditions.named |= record.named
            return chapters
    with working_on(file.source.place):
        return file.read(file.conditions)


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
