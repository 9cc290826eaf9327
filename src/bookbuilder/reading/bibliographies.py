"""Find the bibliographies of a book and of its chapters: which files, and which style.

They stand in book.toml, in another tool's settings or in front matter. A book without any imports
nothing that reads them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from bookbuilder.book import Cited
from bookbuilder.config.pandoc_metadata import BIBLIOGRAPHY_KEYS, read_bibliography
from bookbuilder.config.schema import BookConfig, Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source, Span
from bookbuilder.runtime.files import is_file, is_inside, name_of, names_in
from bookbuilder.text.language import is_language

if TYPE_CHECKING:
    from bookbuilder.citing.library import Library
    from bookbuilder.reading.front_matter import FrontMatter

_BIB = (".bib", ".bibtex")


class Bibliographies(Struct):
    """Read each bibliography once, when the first chapter may cite from it."""

    config: Config
    cited: Cited = field(default_factory=Cited)
    _library: Library | None = None
    _begun: bool = False

    def of_book(self, report: Report) -> Library | None:
        if not self._begun:
            self._begun = True
            said = self.config.book
            self.cited.files = () if said.bibliography else self._beside()
            names = said.bibliography or self.cited.files
            self.cited.style, self.cited.at = said.csl, said.bibliography_at
            self.cited.style_span = self._place("book.csl") if said.csl else None
            self.cited.also = said.nocite
            for name in names:
                self._add(name, self._place("book.bibliography", name), report)
        return self._library

    def _place(self, key: str, value: str = "") -> Span | None:
        """Return where `key` is set in book.toml; another tool's settings have no places."""
        return self.config.span_of(key, value) if self.config.source is not None else None

    def of_chapter(
        self, front: FrontMatter, source: Source, report: Report, *, is_books: bool
    ) -> Library | None:
        """Return what can be cited in a chapter; `is_books` says that it speaks for the book."""
        library = self.of_book(report)
        if not front.data.keys() & BIBLIOGRAPHY_KEYS:
            return library
        said = read_bibliography(front.data)
        items = front.data.get("references")
        items = items if isinstance(items, list) else []
        if is_books:
            self._take(said)
        if said.csl and not self.cited.style:
            self.cited.style, self.cited.style_span = said.csl, _span(source, said.csl)
        self.cited.also = tuple(dict.fromkeys((*self.cited.also, *said.nocite)))
        if not (said.bibliography or items):
            return library
        own = library if is_books else None
        if own is None:
            own = self._new(front.lang)
            own.parent = library
        for name in said.bibliography:
            self._add(name, _span(source, name), report, own, beside=source.path.parent)
        own.add_items(items, source, report)
        if is_books:
            self._library = own
        return own

    def _take(self, said: BookConfig) -> None:
        if said.bibliography_at != BookConfig().bibliography_at:
            self.cited.at = said.bibliography_at

    def _new(self, language: str = "") -> Library:
        from bookbuilder.citing.library import Library

        said = language or self.config.book.language
        return Library(said if is_language(said) else "en")

    def _add(
        self,
        name: str,
        span: Span | None,
        report: Report,
        library: Library | None = None,
        beside: Path | None = None,
    ) -> None:
        if library is None:
            library = self._library = self._library or self._new()
        folder = folder_of(name, self.config, beside)
        library.add_file(name, folder, self.config.folders, span, report)

    def _beside(self) -> tuple[str, ...]:
        """Return the one BibTeX file beside the chapters of a book that has no book.toml.

        pandoc is told of it on the command line, which is not known here.
        """
        config = self.config
        if config.source is not None:
            return ()
        for folder in dict.fromkeys((config.text_folder, config.root)):
            names = [n for n in names_in(folder, *config.folders) if n.lower().endswith(_BIB)]
            if names:
                found = folder / names[0]
                return (name_of(found, config.root),) if len(names) == 1 else ()
        return ()


def folder_of(name: str, config: Config, beside: Path | None = None) -> Path:
    """Return the folder from which `name` leads to a file: of the chapter, the book, its text."""
    wanted = [beside] if beside is not None else []
    wanted += [config.root, config.text_folder]
    there = (
        folder
        for folder in wanted
        if is_inside(folder / name, *config.folders) and is_file(folder / name)
    )
    return next(there, config.root)


def _span(source: Source, said: str) -> Span:
    at = source.text.find(said)
    return source.span(at, len(said)) if at >= 0 else source.span_of_line(1)
