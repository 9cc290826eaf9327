"""Link each chapter's first use of a glossary term to the glossary, and back."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from bs4 import Tag
from bs4.element import NavigableString

from bookbuilder.book import Book, Chapter
from bookbuilder.model.diagnostics import Report
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.slugs import anchor, unique
from bookbuilder.text.words import Words, words_for
from bookbuilder.trees.markup import elements, new_tag, text_of, texts
from bookbuilder.trees.xhtml import HEADINGS

ROLE = "doc-glossary"
_NO_TERMS = frozenset({"callout-title", "note", "theorem-head"})
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
    """Give every term of a glossary chapter the anchor that a heading of that name would get."""
    for chapter in tracked(book.chapters):
        if chapter.role == ROLE:
            for term in elements(chapter.tree, "dt"):
                term.attrs.setdefault("id", anchor(text_of(term)) or "term")


def link_terms(book: Book, report: Report) -> None:
    """Link each term where a chapter first uses it, plurals and capitals included, and back.

    The links back end the term's definition: `<span class="glossary-uses">`, in it one
    `<a class="glossary-use" role="doc-backlink">` for each chapter that uses the term.
    """
    terms: dict[str, str] = {}
    for chapter in tracked(book.chapters):
        if chapter.role == ROLE:
            for term in elements(chapter.tree, "dt"):
                terms.setdefault(text_of(term).casefold(), str(term["id"]))
    if not terms:
        return
    pattern = re.compile(rf"(?<![\w-])({_alternatives(terms)})(?:s|es)?(?![\w-])", re.IGNORECASE)
    uses: dict[str, list[tuple[Chapter, str]]] = defaultdict(list)
    for chapter in tracked(book.chapters):
        if chapter.role not in (ROLE, "doc-bibliography", "doc-colophon", "doc-index"):
            for target, name in _link_chapter(chapter, pattern, terms):
                uses[target].append((chapter, name))
    words = words_for(book.metadata.language)
    for chapter in tracked(book.chapters):
        if chapter.role == ROLE:
            for term in elements(chapter.tree, "dt"):
                _link_back(term, uses[str(term["id"])], words)


def _alternatives(terms: Iterable[str]) -> str:
    """Return a pattern of `terms`, longer ones first, in which a first letter is compared once."""
    by_first: dict[str, list[str]] = {}
    for term in sorted(terms, key=len, reverse=True):
        by_first.setdefault(term[:1], []).append(re.escape(term[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(by_first[first])})" for first in by_first)


def _link_back(term: Tag, uses: list[tuple[Chapter, str]], words: Words) -> None:
    meaning = next((t for t in term.next_siblings if isinstance(t, Tag)), None)
    if not uses or meaning is None or meaning.name != "dd":
        return
    holder = new_tag("span", {"class": "glossary-uses"}, "↑\N{NO-BREAK SPACE}")
    for chapter, name in uses:
        label = ": ".join(filter(None, (chapter.reference(words), chapter.title)))
        attrs = {"class": "glossary-use", "role": "doc-backlink", "href": f"#{name}"}
        if len(holder.contents) > 1:
            holder.append(", ")
        shown = str(chapter.number or chapter.letter or chapter.title)
        holder.append(new_tag("a", {**attrs, "aria-label": label}, shown))
    blocks = [b for b in meaning.contents if isinstance(b, Tag)]
    last = blocks[-1] if blocks and blocks[-1].name == "p" else meaning
    last.append(" ")
    last.append(holder)


def _link_chapter(
    chapter: Chapter, pattern: re.Pattern[str], terms: dict[str, str]
) -> list[tuple[str, str]]:
    """Link the terms in a chapter; return the target of each link, and the id of the link."""
    every = elements(chapter.tree)
    linked = {str(tag.get("href")).removeprefix("#") for tag in every if tag.name == "a"}
    taken = {str(tag["id"]) for tag in every if "id" in tag.attrs}
    uses: list[tuple[str, str]] = []
    for node in texts(chapter.tree):
        if not pattern.search(node) or not _is_running_text(node, chapter.tree):
            continue
        pieces: list[Tag | str] = []
        at = 0
        for match in pattern.finditer(str(node)):
            target = terms[match[1].casefold()]
            if target in linked:
                continue
            linked.add(target)
            name = unique(f"{chapter.slug}--use-{target.partition('--')[2]}", taken)
            uses.append((target, name))
            attrs = {"class": "glossary-link", "href": f"#{target}", "id": name}
            pieces += [str(node)[at : match.start()], new_tag("a", attrs, match[0])]
            at = match.end()
        if pieces:
            pieces.append(str(node)[at:])
            node.replace_with(*(NavigableString(p) if isinstance(p, str) else p for p in pieces))
    return uses


def _is_running_text(node: NavigableString, tree: Tag) -> bool:
    for parent in node.parents:
        if parent is tree:
            return True
        classes = parent.get_attribute_list("class")
        if parent.name in _LEFT_ALONE or parent.name in HEADINGS:
            return False
        if not _NO_TERMS.isdisjoint(classes):
            return False
    return False
