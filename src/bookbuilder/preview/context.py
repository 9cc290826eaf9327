"""Read a book so that one chapter of it can be read again quickly.

Most of what happens to a chapter depends on little of the others: their numbers, their headings,
their captions and ids. So a chapter that was saved is read in a book whose other chapters are
stubs of that. What it gives is right but for what only the whole book tells, such as the index;
that is read right after it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from bs4 import Tag
from bs4.element import AttributeValueList

from bookbuilder.book import Book, Chapter
from bookbuilder.build import apply_levels
from bookbuilder.config.book_folder import read_config
from bookbuilder.config.editions import settled
from bookbuilder.config.schema import Config
from bookbuilder.dialect.syntax.theorems import CLASS, HEAD
from bookbuilder.model.audience import Audience
from bookbuilder.model.diagnostics import BookError, Report, Severity
from bookbuilder.passes import OF_CHAPTERS, PASSES
from bookbuilder.passes.theorems import FORMULA_NUMBER
from bookbuilder.reading.chapters import read_again, read_book
from bookbuilder.reading.order import read_outline
from bookbuilder.reading.outline import Entry, Outline, PartOutline
from bookbuilder.runtime.files import is_file
from bookbuilder.runtime.progress import working_on
from bookbuilder.trees.markup import copy_of, elements, has_class, new_tag
from bookbuilder.trees.xhtml import HEADINGS

# Chapters that others are changed by stay whole.
_WHOLE = ("doc-glossary",)
_CAPTIONED = ("figure", "table")


class Context:
    """The book in `root` as it was read last, and stubs of its chapters."""

    def __init__(
        self,
        root: Path,
        *,
        drafts: bool = False,
        audience: Audience | None = None,
        pdf_edition: str = "",
    ) -> None:
        self._root = root
        self._drafts = drafts
        self._audience = audience or Audience()
        self._pdf_edition = pdf_edition
        self._book: Book | None = None
        self._outline = Outline()
        self._stubs: dict[Path, list[Chapter]] = {}
        self._shape: Book | None = None

    def read(self, report: Report) -> Book:
        """Read the whole book, numbered and linked; raise `BookError` if it cannot be read."""
        self._book = None
        root = self._root
        if is_file(root):
            config = self._settled(Config(root.parent), report)
            outline = Outline(parts=[PartOutline(entries=[Entry(root)])])
        else:
            config = read_config(root, report)
            _stop_for_errors(report)
            config = self._settled(config, report)
            outline = read_outline(config, report, with_drafts=self._drafts)
        book = read_book(config, outline, report, with_drafts=self._drafts or is_file(root))
        _stop_for_errors(report)
        for one in OF_CHAPTERS:
            with working_on(book.place):
                one(book, report)
        stubs: dict[Path, list[Chapter]] = {}
        for chapter in book.chapters:
            stubs.setdefault(chapter.source.path, []).append(_stub(chapter))
        self._shape = _with_chapters(book, lambda chapter: chapter)
        _run_rest(book, report)
        self._stubs, self._outline = stubs, outline
        self._book = book if len(stubs) > 1 and book.asked is None else None
        apply_levels(book, report)
        return book

    def _settled(self, config: Config, report: Report) -> Config:
        """Return `config` as it is for the audience."""
        if self._pdf_edition:
            config = config.with_asked("pdf", {"edition": self._pdf_edition})
        config = settled(config, self._audience, report)
        _stop_for_errors(report)
        return config

    def knows(self, path: Path) -> bool:
        """Tell whether `path` is a chapter that can be read by itself."""
        return self._book is not None and path in self._stubs

    def read_chapter(self, path: Path, report: Report) -> Book | None:
        """Return the linked book in which only the chapters of `path` are whole.

        Return None if that needs the whole book to be read. Raises `BookError` for errors.
        """
        if self._book is None or self._shape is None:
            return None
        before = self._stubs[path]
        fresh = read_again(self._book, self._outline, path, report)
        if len(fresh) != len(before):
            return None
        _stop_for_errors(report)
        part = dataclasses.replace(self._book.parts[0], chapters=fresh)
        alone = dataclasses.replace(self._book, front=[], parts=[part], back=[], assets={})
        for one in OF_CHAPTERS:
            with working_on(alone.place):
                one(alone, report)
        self._stubs[path] = [_stub(chapter) for chapter in fresh]
        whole = {id(old): new for old, new in zip(before, fresh, strict=True)}
        # Stubs stand in for chapters in the order in which those were read.
        waiting = {p: iter(before if p == path else stubs) for p, stubs in self._stubs.items()}

        def made(chapter: Chapter) -> Chapter:
            stub = next(waiting[chapter.source.path])
            return whole.get(id(stub)) or _copied(stub)

        book = _with_chapters(self._shape, made)
        _run_rest(book, report)
        apply_levels(book, report)
        return book


def _with_chapters(book: Book, made: Callable[[Chapter], Chapter]) -> Book:
    """Return a book like `book`, of what `made` gives for its chapters, without pictures."""
    front = [made(c) for c in book.front]
    parts = [
        dataclasses.replace(part, chapters=[made(c) for c in part.chapters]) for part in book.parts
    ]
    back = [made(c) for c in book.back]
    return dataclasses.replace(book, front=front, parts=parts, back=back, assets={}, volume=None)


def _run_rest(book: Book, report: Report) -> None:
    for one in PASSES[len(OF_CHAPTERS) :]:
        with working_on(book.place):
            one(book, report)


def _copied(chapter: Chapter) -> Chapter:
    return dataclasses.replace(chapter, tree=copy_of(chapter.tree))


def _stub(chapter: Chapter) -> Chapter:
    """Return `chapter` with only what other chapters depend on: headings, captions and ids."""
    if chapter.role in _WHOLE or "glossary" in chapter.source.path.stem.lower():
        return _copied(chapter)
    tree = _empty_like(chapter.tree)
    for element in elements(chapter.tree):
        made = _short(element)
        if made is not None:
            tree.append(made)
    return dataclasses.replace(chapter, tree=tree)


def _empty_like(tag: Tag) -> Tag:
    made = new_tag(tag.name)
    made.attrs.update(
        (k, AttributeValueList(v) if isinstance(v, list) else v) for k, v in tag.attrs.items()
    )
    return made


def _short(element: Tag) -> Tag | None:
    if element.name in HEADINGS:
        return copy_of(element)
    if element.name in _CAPTIONED:
        made = _empty_like(element)
        wanted = "figcaption" if element.name == "figure" else "caption"
        caption = next((c for c in elements(element, wanted) if c.parent is element), None)
        if caption is not None:
            made.append(copy_of(caption))
        if element.name == "table":  # whoever looks at tables expects a cell
            made.append(new_tag("tbody", None, new_tag("tr", None, new_tag("td"))))
        return made
    classes = element.get_attribute_list("class")
    if element.name == "div" and CLASS in classes:
        made = _empty_like(element)
        made.extend(
            copy_of(p) for p in elements(element, "p") if p.parent is element and has_class(p, HEAD)
        )
        return made
    if "formula" in classes and (element.get("id") or "display" in classes):
        made = _empty_like(element)
        numbers = (s for s in elements(element, "span", "mtd") if has_class(s, FORMULA_NUMBER))
        made.extend(copy_of(number) for number in numbers)
        return made
    if element.name == "mtd":
        return None
    if element.get("id") and element.find_parent([*HEADINGS, "figcaption", "caption"]) is None:
        # Elements of notes have ids too, but only their own chapter links to them.
        if element.find_parent("section", class_="notes") is not None:
            return None
        return new_tag("span", {"id": str(element["id"])})
    return None


def _stop_for_errors(report: Report) -> None:
    if any(d.rule.severity is Severity.ERROR and d.rule.stops for d in report):
        raise BookError(report.diagnostics)
