"""The index: every term marked `[term]{.index}`, in alphabetical order, with where it stands."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from pathlib import Path

from bs4 import Tag

from bookbuilder.book import Book, Chapter
from bookbuilder.diagnostics import Report
from bookbuilder.markup import elements, has_class, new_tag, text_of
from bookbuilder.passes.number import RESERVED
from bookbuilder.slugs import unique
from bookbuilder.source import Source
from bookbuilder.words import Words, words_for

ROLE = "doc-index"
MARK = "index"
_INLINE = ("a", "cite", "code", "dfn", "em", "mark", "q", "span", "strong")


def index(book: Book, report: Report) -> None:
    """Give each marked term an id, and list them in a chapter of the back matter.

    An entry is `<li><span class="index-term">`, then one `<a class="index-link">` for each place
    where the term stands, with `data-chapter` for the number of its chapter. The list goes to the
    end of a chapter with the role `doc-index`, which is made if the book has none.
    """
    places: dict[str, list[tuple[Chapter, str]]] = defaultdict(list)
    for chapter in book.chapters:
        for term, name in _mark(chapter):
            places[term].append((chapter, name))
    if not places:
        return
    words = words_for(book.metadata.language)
    entries = new_tag("ul", {"class": "index-entries"})
    for term in sorted(places, key=_alphabetical):
        entry = new_tag("li", {}, new_tag("span", {"class": "index-term"}, term))
        seen: dict[str, int] = defaultdict(int)
        for chapter, name in places[term]:
            seen[chapter.slug] += 1
            entry.append(", " if len(entry.contents) > 1 else " ")
            entry.append(_link(chapter, name, seen[chapter.slug], words))
        entries.append(entry)
    _chapter(book, words).tree.append(entries)


def without_elsewhere(tree: Tag, slugs: set[str]) -> None:
    """Drop from an index, or from a glossary's links back, whatever leads out of `slugs`."""
    for holder in elements(tree, "li", "span"):
        links = [a for a in holder.contents if isinstance(a, Tag) and _leads_back(a)]
        kept = [a for a in links if str(a["href"]).removeprefix("#").split("--")[0] in slugs]
        if not links or len(kept) == len(links):
            continue
        if not kept:
            holder.extract()
            continue
        start = holder.contents.index(links[0])
        for node in holder.contents[start:]:
            node.extract()
        for link in kept:
            if link is not kept[0]:
                holder.append(", ")
            holder.append(link)


def _leads_back(link: Tag) -> bool:
    return has_class(link, "index-link") or has_class(link, "glossary-use")


def _mark(chapter: Chapter) -> list[tuple[str, str]]:
    """The chapter's marked terms with their ids, in reading order."""
    every = elements(chapter.tree)
    taken = {str(tag["id"]) for tag in every if "id" in tag.attrs}
    found = []
    for tag in every:
        entry = " ".join(str(tag.attrs.pop("entry", "")).split())
        if tag.name in _INLINE and has_class(tag, MARK) and (term := entry or text_of(tag)):
            if "id" not in tag.attrs:
                tag["id"] = unique(f"{chapter.slug}--index", taken)
            found.append((term, str(tag["id"])))
    return found


def _link(chapter: Chapter, name: str, nth: int, words: Words) -> Tag:
    label = words.chapter.format(chapter.number) if chapter.number else chapter.title
    attrs = {"class": "index-link", "href": f"#{name}", "data-chapter": str(chapter.number or "")}
    return new_tag("a", attrs, label if nth == 1 else f"({nth})")


def _alphabetical(term: str) -> tuple[str, str]:
    """Letters and digits first, accents and case aside; then the term itself."""
    plain = unicodedata.normalize("NFKD", term.casefold())
    return "".join(c for c in plain if unicodedata.category(c)[0] in "LNZ"), term


def _chapter(book: Book, words: Words) -> Chapter:
    found = next((c for c in book.chapters if c.role == ROLE), None)
    if found is not None:
        return found
    slug = unique("index", {*RESERVED, *(c.slug for c in book.chapters)})
    tree = new_tag("section", {"id": slug, "class": "chapter", "role": ROLE})
    tree.append(new_tag("h1", {"id": f"{slug}--title"}, words.index))
    made = Chapter(slug, words.index, tree, Source(Path(), "", ""), role=ROLE)
    book.back.append(made)
    return made
