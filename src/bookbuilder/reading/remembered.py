"""Remember what files were read as, so that only those that have changed are read again.

What is remembered stands under a digest of all that reading depends on: the text with its front
matter, its place in the list of chapters, book.toml and what other files set for the book, and the
program itself. So nothing that is found is ever out of date. Findings are kept, and said again.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

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
from bookbuilder.trees.records import TreeRecord, record_of, tree_of

if TYPE_CHECKING:
    from bookbuilder.citing.library import Library

LARGEST_CACHE = 50_000_000


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


class ChapterMemory:
    """Read the files of one book, or recall what they were read as."""

    def __init__(self, config: Config) -> None:
        self._cache = users_cache("chapters") if config.pdf.cache else Cache(None)
        told = repr(config).encode("utf-8", "surrogatepass")
        self._circumstances = digest_of(installation().encode(), told)
        self._has_learned = False

    def read(
        self,
        source: Source,
        front: FrontMatter,
        entry: Entry,
        alone: bool,
        conditions: Conditions,
        *,
        is_opener: bool,
        sources: Library | None,
    ) -> list[Chapter]:
        """Return what `read_chapters` does."""
        report, named = conditions.report, conditions.named
        if not self._cache.remembers:
            return read_chapters(
                source, front, entry, alone, conditions, is_opener=is_opener, sources=sources
            )
        citable = None if sources is None else sorted(sources.names)
        name = self._name(source, front, entry, alone, is_opener, citable)
        known = self._recall(name)
        if known is None:
            own = dataclasses.replace(conditions, report=Report(), named=set())
            chapters = read_chapters(
                source, front, entry, alone, own, is_opener=is_opener, sources=sources
            )
            known = _FileRecord(
                [_record_of(chapter) for chapter in chapters],
                own.report.found,
                frozenset(own.named),
            )
            self._keep(name, known)
        else:
            chapters = [_chapter_of(record, source, front, entry) for record in known.chapters]
        report.add_found(known.found)
        named |= known.named
        return chapters

    def finish(self) -> None:
        """Forget what was not used for longest, if there is too much."""
        if self._has_learned:
            self._cache.trim(LARGEST_CACHE)

    def _name(self, *read: object) -> str:
        told = repr((self._circumstances, *read))
        return digest_of(told.encode("utf-8", "surrogatepass"))

    def _recall(self, name: str) -> _FileRecord | None:
        data = self._cache.get(name)
        if data is None:
            return None
        try:
            return msgspec.msgpack.decode(data, type=_FileRecord)
        except msgspec.DecodeError:
            return None

    def _keep(self, name: str, record: _FileRecord) -> None:
        try:
            self._cache.put(name, msgspec.msgpack.encode(record))
        except UnicodeEncodeError:  # halves of characters, which hostile books have
            return
        self._has_learned = True


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


def _chapter_of(
    record: _ChapterRecord, source: Source, front: FrontMatter, entry: Entry
) -> Chapter:
    return Chapter(
        slug=record.slug,
        title=record.title,
        tree=tree_of(record.tree),
        source=source,
        role=record.role,
        untitled=record.untitled,
        depth=entry.depth,
        numbered=record.numbered,
        addresses=front.addresses,
        levels=front.levels,
        labels=record.labels,
        left_out=record.left_out,
        macros=macros_of(front.data),
    )
