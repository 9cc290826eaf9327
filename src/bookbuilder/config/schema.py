"""Define the schema of `book.toml`, as frozen dataclasses.

A field is a key (underscores written as hyphens), and its annotation is the type.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from bookbuilder.config import CONFIG_NAME
from bookbuilder.config.toml_text import span_of_key
from bookbuilder.model.audience import Audience
from bookbuilder.model.source import Source, Span
from bookbuilder.runtime.limits import Limits
from bookbuilder.text.slugs import filled_name, output_name


@dataclass(frozen=True, slots=True)
class AuthorConfig:
    """`{ name = "…", role = "aut", file-as = "…" }`, or a bare string for the name."""

    name: str
    role: str = "aut"
    file_as: str = ""


@dataclass(frozen=True, slots=True)
class BookConfig:
    """`[book]`. `source` is the folder that chapter paths start from. `workbook` is the title of
    the chapter that repeats all exercises; without a title there is no such chapter. `allow` lists
    folders outside the book's that may be read too. `bibliography` names files of sources, `csl`
    the style of citing; `nocite` lists keys that are listed without being cited, `@*` all of them.
    """

    title: str = ""
    subtitle: str = ""
    authors: tuple[AuthorConfig, ...] = ()
    language: str = ""
    identifier: str = ""
    publisher: str = ""
    rights: str = ""
    license: str = ""
    description: str = ""
    subjects: tuple[str, ...] = ()
    date: date | None = None
    version: str = ""
    source: str = ""
    allow: tuple[str, ...] = ()
    output: str = "dist"
    name: str = ""
    cover: str = ""
    style: tuple[str, ...] = ()
    front: tuple[str, ...] = ()
    chapters: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    workbook: str = ""
    bibliography: tuple[str, ...] = ()
    csl: str = ""
    nocite: tuple[str, ...] = ()
    bibliography_at: Literal["book", "chapter"] = "book"

    def file_name(self, title: str) -> str:
        """Return the name of the book's files, without suffix; `title` is for a book without one.

        `{version}` and its like in `name` are filled in.
        """
        values = {
            "name": output_name(self.title or title),
            "version": self.version,
            "date": self.date.isoformat() if self.date else "",
        }
        return filled_name(self.name or "{name}", values)


@dataclass(frozen=True, slots=True)
class SeriesConfig:
    """`[series]`: the series that the book belongs to, and its place in it."""

    name: str = ""
    position: int | float | None = None


@dataclass(frozen=True, slots=True)
class PartConfig:
    """`[[part]]`. Parts count from 1 unless `number` says otherwise."""

    title: str
    subtitle: str = ""
    number: int | None = None
    chapters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EpubConfig:
    """`[epub]`. `toc_depth` counts heading levels below the chapter; `profile` names a device;
    `picture_size` is the most pixels on a picture's long side, 0 for no limit; `certified_by` says
    that the book is accessible.
    """

    toc_depth: int = 1
    profile: str = "generic"
    picture_size: int = 1600
    certified_by: str = ""
    style: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PdfConfig:
    """`[pdf]`. `toc_depth` as for the EPUB; 0 lists parts and chapters alone.

    `edition` is `print` or `screen`; `marks` adds bleed and crop marks; `pdf_a` asks for PDF/A-2a;
    `openings` says where chapters begin: on a recto (those below another chapter on either side),
    on a page of either side, or wherever the one before ends. `booklet` imposes the pages for
    folding, `two_up` for reading, two to a sheet of office paper; `large` sets type of 18 points on
    such sheets. `notes` is where notes are printed; `links`, whether outside links are notes too or
    a list at the end of their chapter; `qr` adds codes for them; `live_links` keeps links clickable
    in the print edition. The number of pages is a multiple of `signature`. The cover's spine is as
    wide as `pages` (0 to count them) of `paper` are thick, or `spine` millimetres. `cache` keeps
    laid out chapters for the next build.
    """

    trim: str = "a5"
    edition: str = "print"
    marks: bool = False
    pdf_a: bool = False
    booklet: bool = False
    two_up: bool = False
    large: bool = False
    signature: int = 2
    openings: Literal["recto", "page", "any"] = "recto"
    notes: Literal["foot", "chapter", "book"] = "foot"
    links: Literal["auto", "notes", "chapter"] = "auto"
    live_links: bool = False
    qr: bool = False
    paper: str = "cream-80gsm"
    spine: int | float | None = None
    pages: int = 0
    toc_depth: int = 0
    style: tuple[str, ...] = ()
    cache: bool = True


@dataclass(frozen=True, slots=True)
class ReferencesConfig:
    """`[references]`: what links without a text say of `chapters` (`auto`: `[](two.md)` the title,
    `@sec-two` the number), and whether `numbers` begin again with each chapter (`auto`: those of
    theorems and formulas).
    """

    chapters: Literal["auto", "title", "number", "full"] = "auto"
    numbers: Literal["auto", "book", "chapter"] = "auto"


@dataclass(frozen=True, slots=True)
class EditionConfig:
    """`[edition.NAME]`: how an edition differs from the book. `conditions` are names besides its
    own by which parts of the text may be meant for it; `style` is added to the book's.
    """

    title: str = ""
    subtitle: str = ""
    front: tuple[str, ...] = ()
    chapters: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    trim: str = ""
    style: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TitlesConfig:
    """`[translation.NAME.edition.NAME]`: what an edition is called in another language."""

    title: str = ""
    subtitle: str = ""


@dataclass(frozen=True, slots=True)
class TranslationConfig:
    """`[translation.NAME]`, whose name is the tag of a language. `source` is the folder of its
    chapters, which have the names of the book's. `parts` are the titles of the book's parts, and
    `part_subtitles` theirs; `edition` has titles of editions. `untranslated` says what becomes of
    chapters that the folder lacks. `style` is added to the book's.
    """

    source: str = ""
    title: str = ""
    subtitle: str = ""
    description: str = ""
    authors: tuple[AuthorConfig, ...] = ()
    translators: tuple[AuthorConfig, ...] = ()
    subjects: tuple[str, ...] = ()
    rights: str = ""
    identifier: str = ""
    name: str = ""
    cover: str = ""
    workbook: str = ""
    parts: tuple[str, ...] = ()
    part_subtitles: tuple[str, ...] = ()
    untranslated: Literal["original", "leave-out"] = "original"
    style: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    edition: Mapping[str, TitlesConfig] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShareConfig:
    """`[share]`. `url` is the web address at which readers find the book: that of a folder.
    `editions` names the editions that are shared besides the book itself, and `translations` the
    languages; no other is.
    """

    url: str = ""
    editions: tuple[str, ...] = ()
    translations: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Return `url` with the slash that ends a folder's; nothing if the book has none."""
        return self.url and f"{self.url.rstrip('/')}/"


@dataclass(frozen=True, slots=True)
class LintConfig:
    """`[lint]`: rules by name or code, and how their findings are treated; `words` are files of
    words that are spelt as they should be.
    """

    allow: tuple[str, ...] = ()
    warn: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MathConfig:
    """`[math]`: formulas. `macros` are commands of TeX by name, without the backslash."""

    macros: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Config:
    """A whole `book.toml`. `root` is the book's folder; `source` is None where there is no file.

    `variables` stand in the text as `{{ name }}`; `site_variables` are those of a book written for
    HonKit, `{{ book.name }}`, and `site_macros` the commands for formulas on another tool's site.
    `diagrams` are the commands that draw fences, by their language. `audience` says whom the book
    is read for, `moved` where keys stand that its edition sets, and `not_in_edition` which chapters
    those keys leave out. `original` is what a translation is made from. `hidden_lines` are the
    prefixes of lines that mdBook hides, by language; `shows_code` is False if Quarto shows no code
    of cells that do not ask for it. `asked` are the keys that the command line set, before what the
    file says.
    """

    root: Path
    source: Source | None = None
    book: BookConfig = field(default_factory=BookConfig)
    series: SeriesConfig = field(default_factory=SeriesConfig)
    part: tuple[PartConfig, ...] = ()
    epub: EpubConfig = field(default_factory=EpubConfig)
    pdf: PdfConfig = field(default_factory=PdfConfig)
    references: ReferencesConfig = field(default_factory=ReferencesConfig)
    limits: Limits = field(default_factory=Limits)
    lint: LintConfig = field(default_factory=LintConfig)
    share: ShareConfig = field(default_factory=ShareConfig)
    math: MathConfig = field(default_factory=MathConfig)
    diagrams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    edition: Mapping[str, EditionConfig] = field(default_factory=dict)
    translation: Mapping[str, TranslationConfig] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    site_variables: Mapping[str, str] = field(default_factory=dict)
    site_macros: Mapping[str, object] = field(default_factory=dict)
    hidden_lines: Mapping[str, str] = field(default_factory=dict)
    shows_code: bool = True
    asked: frozenset[str] = frozenset()
    audience: Audience = field(default_factory=Audience)
    moved: Mapping[str, str] = field(default_factory=dict)
    not_in_edition: tuple[str, ...] = ()
    original: BookConfig | None = None

    @property
    def translated(self) -> TranslationConfig | None:
        """Return what book.toml says of the translation that is read, if one is."""
        return self.translation.get(self.audience.translation)

    @property
    def translated_texts(self) -> dict[str, Path]:
        """Return the folders of all translations, by their languages."""
        return {
            name: Path(os.path.normpath(self.root / said.source))
            for name, said in self.translation.items()
            if said.source
        }

    @property
    def text_folder(self) -> Path:
        """Return the folder that chapter paths start from."""
        return self.root / self.book.source if self.book.source else self.root

    @property
    def folders(self) -> tuple[Path, ...]:
        """Return the folders that may be read, the book's own first."""
        allowed = (Path(os.path.normpath(self.root / name)) for name in self.book.allow)
        return self.root, *allowed

    def with_asked(self, table: str, settings: Mapping[str, Any]) -> Config:
        """Return a copy in which `settings`, from the command line, replace those of `[table]`."""
        changed = {table: dataclasses.replace(getattr(self, table), **settings)}
        keys = {f"{table}.{name.replace('_', '-')}" for name in settings}
        return dataclasses.replace(self, asked=self.asked | keys, **changed)

    def span_of(self, key: str, value: str = "", nth: int = 0) -> Span | None:
        """Return where `key` (dotted, with hyphens) is set; with `value`, where that string stands.

        `nth` (from 0) chooses among several equal ones. None if the command line set the key: the
        line in the file is not to blame.
        """
        if key in self.asked:
            return None
        if self.source is None:
            return Span(CONFIG_NAME)
        return span_of_key(self.source, self.moved.get(key, key), value, nth)
