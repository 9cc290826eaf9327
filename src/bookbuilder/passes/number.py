"""Give chapters their slugs, numbers and roles."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from bs4 import Tag

from bookbuilder.book import Book, Chapter
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.slugs import file_slug, hashed_slug, unique
from bookbuilder.text.words import letter, words_for
from bookbuilder.trees.markup import new_tag

SLUG_TAKEN = Rule(
    "L006",
    "slug-taken",
    Severity.WARNING,
    "A slug is a chapter's name in addresses and files, so each chapter needs its own. The names"
    " of pages that the book adds (`nav`, `cover`, `contents` …) are taken too.",
)

# Names that the outputs use for their own pages.
RESERVED = (
    "nav",
    "toc",
    "cover",
    "title-page",
    "half-title",
    "copyright",
    "contents",
    "package",
    "workbook",
)

APPENDIX = "doc-appendix"
_ROLES = {
    "preface": "doc-preface",
    "foreword": "doc-foreword",
    "introduction": "doc-introduction",
    "prologue": "doc-prologue",
    "epilogue": "doc-epilogue",
    "afterword": "doc-afterword",
    "conclusion": "doc-conclusion",
    "dedication": "doc-dedication",
    "epigraph": "doc-epigraph",
    "acknowledgements": "doc-acknowledgments",
    "acknowledgments": "doc-acknowledgments",
    "appendix": "doc-appendix",
    "glossary": "doc-glossary",
    "bibliography": "doc-bibliography",
    "references": "doc-bibliography",
    "sources": "doc-bibliography",
    "colophon": "doc-colophon",
    "errata": "doc-errata",
    "index": "doc-index",
}
_SLUG = re.compile(r"---[ \t]*\n(?:(?!---).*\n)*?(?P<slug>slug)[ \t]*:")


def number(book: Book, report: Report) -> None:
    """Give every chapter its slug, role and number or letter; chapters count through all parts."""
    taken = set(RESERVED)
    for position, part in enumerate(book.parts):
        count = part.number if part.number is not None else position + 1
        part.slug = unique(f"part-{count}", taken)
    matter = {id(c) for c in (*book.front, *book.back)}
    count = 0
    appendices: list[Chapter] = []
    contested = _contested(book)
    for chapter in tracked(book.chapters):
        wanted_slug = chapter.slug
        _give_slug(chapter, contested, taken)
        if (
            wanted_slug
            and chapter.slug != wanted_slug
            and (said := _SLUG.match(chapter.source.text))
        ):
            message = (
                f"the slug `{wanted_slug}` is taken, so the chapter is called `{chapter.slug}`"
            )
            span = chapter.source.span(said.start("slug"), len("slug"))
            report.add(SLUG_TAKEN, message, span, "give it another slug")
        is_matter = id(chapter) in matter
        if chapter.role == APPENDIX and chapter.numbered is not False and not chapter.untitled:
            appendices.append(chapter)
        if not chapter.role:
            chapter.role = _role(chapter, is_matter)
        wanted = book.numbered if chapter.numbered is None else chapter.numbered
        if wanted and not is_matter and chapter.role == "doc-chapter" and not chapter.untitled:
            count += 1
            chapter.number = count
            _number_heading(chapter, str(count))
    _letter_appendices(appendices, book.metadata.language)


def _letter_appendices(appendices: list[Chapter], language: str) -> None:
    """Give a letter to each chapter that its author calls an appendix.

    A title such as "Appendix B: Tools" has its letter already.
    """
    words = words_for(language)
    named = {w.appendix.replace("{}", "").strip().casefold() for w in (words, words_for("en"))}
    for count, chapter in enumerate(appendices, 1):
        if chapter.title.casefold().startswith(tuple(named)):
            continue
        chapter.letter = letter(count, words.language)
        label = words.appendix.format(chapter.letter).replace(" ", "\N{NO-BREAK SPACE}")
        _number_heading(chapter, label)


def _contested(book: Book) -> dict[str, Path]:
    """Return the slugs that chapters of several folders want, with the folder of the text.

    There a chapter keeps its slug; elsewhere it gets its folder's name before it. Otherwise the
    first chapter would have the bare one, and another after the two have changed places.
    """
    folders: defaultdict[str, set[Path]] = defaultdict(set)
    for chapter in book.chapters:
        folders[_wanted(chapter).casefold()].add(chapter.path_in_book.parent)
    top = book.config.text_folder
    return {slug: top for slug, found in folders.items() if len(found) > 1}


def _wanted(chapter: Chapter) -> str:
    return chapter.slug or file_slug(chapter.title, "") or hashed_slug(chapter.title)


def _give_slug(chapter: Chapter, contested: Mapping[str, Path], taken: set[str]) -> None:
    slug = _wanted(chapter)
    folder, folded = chapter.path_in_book.parent, slug.casefold()
    is_elsewhere = folded in contested and folder != contested[folded]
    is_own = _SLUG.match(chapter.source.text) is not None
    if folded in taken or (is_elsewhere and not is_own):
        parent = file_slug(folder.name, "")
        slug = f"{parent}-{slug}" if parent and not slug.startswith(parent) else slug
    chapter.slug = unique(slug, taken)


def _role(chapter: Chapter, is_matter: bool) -> str:
    for name in (chapter.slug, file_slug(chapter.title.split(":")[0], "")):
        if is_matter and name in _ROLES:
            return _ROLES[name]
    return "" if is_matter else "doc-chapter"


def _number_heading(chapter: Chapter, label: str) -> None:
    heading = chapter.tree.find("h1")
    assert isinstance(heading, Tag)
    title = new_tag("span", {"class": "chapter-title"}, *list(heading.contents))
    heading.append(new_tag("span", {"class": "chapter-number"}, label))
    heading.append(" ")
    heading.append(title)
