"""Give chapters their slugs, numbers and roles."""

from __future__ import annotations

import re

from bs4 import Tag

from bookbuilder.book import Book, Chapter
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.slugs import file_slug, unique
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

_ROLES = {
    "preface": "doc-preface",
    "foreword": "doc-foreword",
    "introduction": "doc-introduction",
    "prologue": "doc-prologue",
    "epilogue": "doc-epilogue",
    "afterword": "doc-afterword",
    "conclusion": "doc-conclusion",
    "dedication": "doc-dedication",
    "acknowledgements": "doc-acknowledgments",
    "acknowledgments": "doc-acknowledgments",
    "appendix": "doc-appendix",
    "glossary": "doc-glossary",
    "bibliography": "doc-bibliography",
    "references": "doc-bibliography",
    "sources": "doc-bibliography",
    "colophon": "doc-colophon",
    "index": "doc-index",
}
_SLUG = re.compile(r"---[ \t]*\n(?:(?!---).*\n)*?(?P<slug>slug)[ \t]*:")


def number(book: Book, report: Report) -> None:
    """Give every chapter its slug, role and number; chapters count through all parts."""
    taken = set(RESERVED)
    for position, part in enumerate(book.parts):
        count = part.number if part.number is not None else position + 1
        part.slug = unique(f"part-{count}", taken)
    matter = {id(c) for c in (*book.front, *book.back)}
    count = 0
    for position, chapter in enumerate(tracked(book.chapters), 1):
        wanted_slug = chapter.slug
        _give_slug(chapter, position, taken)
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
        if not chapter.role:
            chapter.role = _role(chapter, is_matter)
        wanted = book.numbered if chapter.numbered is None else chapter.numbered
        if wanted and not is_matter and chapter.role == "doc-chapter":
            count += 1
            chapter.number = count
            _number_heading(chapter)


def _give_slug(chapter: Chapter, position: int, taken: set[str]) -> None:
    slug = chapter.slug or file_slug(chapter.title, "") or f"chapter-{position}"
    if slug.casefold() in taken and chapter.source.path.parent.name:
        parent = file_slug(chapter.source.path.parent.name, "")
        slug = f"{parent}-{slug}" if parent and not slug.startswith(parent) else slug
    chapter.slug = unique(slug, taken)


def _role(chapter: Chapter, is_matter: bool) -> str:
    for name in (chapter.slug, file_slug(chapter.title.split(":")[0], "")):
        if is_matter and name in _ROLES:
            return _ROLES[name]
    return "" if is_matter else "doc-chapter"


def _number_heading(chapter: Chapter) -> None:
    heading = chapter.tree.find("h1")
    assert isinstance(heading, Tag)
    title = new_tag("span", {"class": "chapter-title"}, *list(heading.contents))
    heading.append(new_tag("span", {"class": "chapter-number"}, str(chapter.number)))
    heading.append(" ")
    heading.append(title)
