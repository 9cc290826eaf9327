"""Describe the book between reading and writing: metadata, parts, chapter trees, assets.

After the passes have run, nothing changes a `Book`; every writer reads the same one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bs4 import Tag

from bookbuilder.config.errata import PlacedErratum
from bookbuilder.config.schema import Config
from bookbuilder.model.assets import Asset as Asset  # noqa: PLC0414 - a part of the book
from bookbuilder.model.diagnostics import Levels
from bookbuilder.model.pagination import Pagination
from bookbuilder.model.selection import Cut, Excerpt, Selection
from bookbuilder.model.source import Place, Source, Span
from bookbuilder.text.words import Words

if TYPE_CHECKING:
    from bookbuilder.citing.library import Library


class Matter(StrEnum):
    """A stretch of a book: there are three, in this order."""

    FRONT = "frontmatter"
    BODY = "bodymatter"
    BACK = "backmatter"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who made the book. `role` is a MARC relator code (`aut`, `edt`, `ill` …)."""

    name: str
    role: str = "aut"
    file_as: str = ""


@dataclass(frozen=True, slots=True)
class OtherLanguage:
    """The same book in another language: as it was written, or a translation."""

    language: str
    title: str
    identifier: str
    is_original: bool = False


@dataclass(frozen=True, slots=True)
class Metadata:
    """The book's metadata; empty strings and tuples mean "not given".

    `language` is a BCP 47 tag; `identifier` is never empty (derived when the author gives none),
    and a URI if it is an ISBN, a UUID or a DOI. `isbn` is an ISBN as it was typed. `source` is
    the identifier of the book that this one is taken from. `other_languages` are the same book in
    those.
    """

    title: str
    identifier: str
    language: str = "en"
    subtitle: str = ""
    authors: tuple[Person, ...] = ()
    publisher: str = ""
    rights: str = ""
    license: str = ""
    description: str = ""
    subjects: tuple[str, ...] = ()
    date: date | None = None
    version: str = ""
    series: str = ""
    series_position: str = ""
    isbn: str = ""
    source: str = ""
    other_languages: tuple[OtherLanguage, ...] = ()

    @property
    def original(self) -> OtherLanguage | None:
        """Return the book that this one is translated from, if it is."""
        return next((one for one in self.other_languages if one.is_original), None)


@dataclass(slots=True)
class Cited:
    """Hold what a book says of citing: the style, where sources are listed, and which `also` are.

    `files` are those that were found without the author's saying so.
    """

    files: tuple[str, ...] = ()
    style: str = ""
    style_span: Span | None = None
    at: str = "book"
    also: tuple[str, ...] = ()


@dataclass(slots=True)
class Chapter:
    """One file of the book's text.

    `tree` is a `<section id=SLUG>` whose first heading is its only `h1`. `role` is the DPUB-ARIA
    role of that section (`doc-chapter`, `doc-preface`, `doc-glossary` …). `number` is None for an
    unnumbered chapter; `letter` is an appendix's ("A"). `title` is plain text. An `untitled`
    chapter has no `h1` and is not in the contents; `title` is only what messages call it. `depth`
    is how deep the book's own list of chapters nests this one below others (0 for most).
    `numbered` is the author's wish, None where unsaid; `addresses` are site paths that links may
    use for this chapter; `levels` is what its front matter makes of rules. `pictures` are those
    that its own file, a notebook, holds, by name; `labels` are ids of its file that links in any
    chapter may name; `left_out` are those of what is not for the book's audience. `macros` are
    commands of TeX that its front matter defines by name, and under the empty name TeX that defines
    some. `sources` are what can be cited in it. In a translation, `twin` is the file of the same
    chapter in the folder of the original, or of the translation: links and pictures are looked for
    from there too. `kinds` are the elements (`pre`), classes (`.verse`) and attributes (`[entry]`)
    that `tree` held when it was cleaned, so that passes need not look for what is not there.
    """

    slug: str
    title: str
    tree: Tag
    source: Source
    role: str = "doc-chapter"
    number: int | None = None
    letter: str = ""
    untitled: bool = False
    depth: int = 0
    numbered: bool | None = None
    addresses: tuple[str, ...] = ()
    levels: Levels = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()
    macros: Mapping[str, object] = field(default_factory=dict)
    sources: Library | None = None
    twin: Path | None = None
    is_translated: bool = False
    kinds: frozenset[str] | None = None

    def may_hold(self, *kinds: str) -> bool:
        """Return whether one of `kinds` may be in its tree, if no pass puts it there."""
        return self.kinds is None or not self.kinds.isdisjoint(kinds)

    @property
    def path_in_book(self) -> Path:
        """Return its file, or that of its original: the place that it has in the book."""
        return self.twin if self.is_translated and self.twin else self.source.path

    @property
    def folders(self) -> tuple[Path, ...]:
        """Return the folders that its relative addresses start from."""
        paths = (self.source.path, self.twin) if self.twin else (self.source.path,)
        return tuple(dict.fromkeys(path.parent for path in paths))

    @property
    def place(self) -> Place:
        return Place(f"“{self.title}”", self.source.span_of_file())

    def reference(self, words: Words) -> str:
        """Return "chapter 3" or "Appendix A"; nothing for a chapter without number and letter."""
        if self.letter:
            return words.appendix.format(self.letter)
        return words.chapter.format(self.number) if self.number else ""


@dataclass(slots=True)
class Part:
    """A run of chapters. A book without parts holds one, with an empty title and no opening."""

    slug: str = ""
    title: str = ""
    subtitle: str = ""
    number: int | None = None
    chapters: list[Chapter] = field(default_factory=list)


@dataclass(slots=True)
class Book:
    """A whole book, or what is cut out of one: `excerpt` then says what that is.

    `numbered` says whether chapters are numbered that do not say so themselves. `asked` is what to
    cut out, `volume` the part that this is a volume of. `pagination` is that of the PDF, if one was
    made before. `drafts` are the chapters that were left out as such, and `elsewhere` those that
    are not for the book's audience. `named` are the formats and editions on which something of it
    depends. `commands` are those of TeX that its formulas have defined so far.
    """

    config: Config
    metadata: Metadata
    front: list[Chapter] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    back: list[Chapter] = field(default_factory=list)
    assets: dict[str, Asset] = field(default_factory=dict)
    numbered: bool = False
    asked: Selection | None = None
    excerpt: Excerpt | None = None
    volume: Part | None = None
    pagination: Pagination | None = None
    drafts: tuple[Path, ...] = ()
    named: frozenset[str] = frozenset()
    elsewhere: tuple[Path, ...] = ()
    errata: tuple[PlacedErratum, ...] = ()
    cited: Cited = field(default_factory=Cited)
    commands: dict[str, Any] = field(default_factory=dict)

    @property
    def is_handout(self) -> bool:
        """Tell whether this is one chapter, without the pages that a book has around it."""
        return self.excerpt is not None and self.excerpt.kind is Cut.HANDOUT

    @property
    def chapters(self) -> Iterator[Chapter]:
        """Every chapter in reading order, front and back matter included."""
        yield from self.front
        for part in self.parts:
            yield from part.chapters
        yield from self.back

    @property
    def place(self) -> Place:
        """The book as messages about limits name it: by its only chapter, or its longest."""
        longest = max(self.chapters, key=lambda chapter: len(chapter.source.text), default=None)
        if longest is None:
            return Place("the book")
        if sum(1 for _ in self.chapters) == 1:
            return longest.place
        name = f"the book, whose longest chapter is {longest.place.name},"
        return Place(name, longest.place.span)
