"""The glossary's terms as link targets, and each chapter's first use of a term linked to it."""

from __future__ import annotations

import re

from bs4 import Tag
from bs4.element import NavigableString

from bookbuilder.book import Book, Chapter
from bookbuilder.diagnostics import Report
from bookbuilder.headings import HEADINGS
from bookbuilder.markup import elements, new_tag, text_of
from bookbuilder.slugs import anchor

ROLE = "doc-glossary"
_LEFT_ALONE = {
    "a",
    "code",
    "pre",
    "kbd",
    "samp",
    "math",
    "svg",
    "cite",
    "q",
    "figcaption",
    "caption",
}


def name_terms(book: Book, report: Report) -> None:
    """Give every term of a glossary chapter the anchor that a heading of its name would get."""
    for chapter in book.chapters:
        if chapter.role == ROLE:
            for term in elements(chapter.tree, "dt"):
                term.attrs.setdefault("id", anchor(text_of(term)) or "term")


def link_terms(book: Book, report: Report) -> None:
    """Link each term where a chapter first uses it, plurals and capitals included."""
    terms: dict[str, str] = {}
    for chapter in book.chapters:
        if chapter.role == ROLE:
            for term in elements(chapter.tree, "dt"):
                terms.setdefault(text_of(term).casefold(), str(term["id"]))
    if not terms:
        return
    longest_first = sorted(terms, key=len, reverse=True)
    pattern = re.compile(
        rf"(?<![\w-])({'|'.join(re.escape(t) for t in longest_first)})(?:s|es)?(?![\w-])",
        re.IGNORECASE,
    )
    for chapter in book.chapters:
        if chapter.role not in (ROLE, "doc-bibliography", "doc-colophon", "doc-index"):
            _link_chapter(chapter, pattern, terms)


def _link_chapter(chapter: Chapter, pattern: re.Pattern[str], terms: dict[str, str]) -> None:
    linked = {str(a.get("href")).removeprefix("#") for a in elements(chapter.tree, "a")}
    for node in list(chapter.tree.find_all(string=pattern)):
        if not _is_running_text(node, chapter.tree):
            continue
        pieces: list[Tag | str] = []
        at = 0
        for match in pattern.finditer(str(node)):
            target = terms[match[1].casefold()]
            if target in linked:
                continue
            linked.add(target)
            pieces += [
                str(node)[at : match.start()],
                new_tag("a", {"class": "glossary-link", "href": f"#{target}"}, match[0]),
            ]
            at = match.end()
        if pieces:
            pieces.append(str(node)[at:])
            node.replace_with(*(NavigableString(p) if isinstance(p, str) else p for p in pieces))


def _is_running_text(node: NavigableString, tree: Tag) -> bool:
    for parent in node.parents:
        if parent is tree:
            return True
        classes = parent.get_attribute_list("class")
        if parent.name in _LEFT_ALONE or parent.name in HEADINGS:
            return False
        if "callout-title" in classes or "note" in classes:
            return False
    return False
