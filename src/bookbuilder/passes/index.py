"""Build the index: every term marked `[term]{.index}`, alphabetically, with its places."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from pathlib import Path

from bs4 import Tag
from msgspec import Struct, field

from bookbuilder.book import Book, Chapter
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source
from bookbuilder.passes.number import RESERVED
from bookbuilder.passes.typography import NBSP
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.slugs import anchor, unique
from bookbuilder.text.words import Words, words_for
from bookbuilder.trees.markup import elements, has_class, new_tag, text_of

ROLE = "doc-index"
MARK = "index"
_INLINE = ("a", "cite", "code", "dfn", "em", "mark", "q", "span", "strong")


# As in LaTeX, `!` stands between an entry and its subentry; makeindex also has three levels.
_BELOW = rare_pattern(r"(?<=\S)!(?=\S)")
_MOST_LEVELS = 3
# Of the term, in an id. Ids by count would be those of other terms in the next version.
_LONGEST_NAME = 40


class _Entry(Struct):
    """Hold the places of a term, and the terms below it."""

    places: list[tuple[Chapter, str]] = field(default_factory=list)
    below: dict[str, _Entry] = field(default_factory=dict)


def index(book: Book, report: Report) -> None:
    """Give each marked term an id, and list the terms in a chapter of the back matter.

    An entry is `<li><span class="index-term">`, then one `<a class="index-link">` for each place of
    the term, with the number of its chapter in `data-chapter`, then the list of the entries below
    it. The list is appended to the chapter with the role `doc-index`, which is created if missing.
    """
    top = _Entry()
    for chapter in tracked(book.chapters):
        for terms, name in _mark(chapter):
            entry = top
            for term in terms:
                entry = entry.below.setdefault(term, _Entry())
            entry.places.append((chapter, name))
    if top.below:
        words = words_for(book.metadata.language)
        _chapter(book, words).tree.append(_list(top.below, words))


def _list(entries: dict[str, _Entry], words: Words) -> Tag:
    listed = new_tag("ul", {"class": "index-entries"})
    for term in sorted(entries, key=_alphabetical):
        entry = entries[term]
        item = new_tag("li", {}, new_tag("span", {"class": "index-term"}, term))
        seen: dict[str, int] = defaultdict(int)
        for chapter, name in entry.places:
            seen[chapter.slug] += 1
            item.append(", ")
            item.append(_link(chapter, name, seen[chapter.slug], words))
        if entry.below:
            item.append(_list(entry.below, words))
        listed.append(item)
    return listed


def without_elsewhere(tree: Tag, slugs: set[str]) -> None:
    """Drop links to chapters other than `slugs` from an index, or from a glossary's links back."""
    for holder in reversed(elements(tree, "li", "span")):
        inside = [tag for tag in holder.contents if isinstance(tag, Tag)]
        links = [tag for tag in inside if _leads_back(tag)]
        lists = [tag for tag in inside if has_class(tag, "index-entries")]
        kept = [a for a in links if str(a["href"]).removeprefix("#").split("--")[0] in slugs]
        full = [below for below in lists if elements(below, "li")]
        if len(kept) == len(links) and len(full) == len(lists):
            continue
        if not kept and not full:
            holder.extract()
            continue
        first = holder.contents.index((links + lists)[0])
        # If no link stays, the comma before the first one goes too.
        for node in holder.contents[first - bool(links and not kept) :]:
            node.extract()
        for link in kept:
            if link is not kept[0]:
                holder.append(", ")
            holder.append(link)
        holder.extend(full)


def _leads_back(link: Tag) -> bool:
    return has_class(link, "index-link") or has_class(link, "glossary-use")


def _mark(chapter: Chapter) -> list[tuple[list[str], str]]:
    """Return the chapter's marked terms in reading order: levels from the top, and an id."""
    every = elements(chapter.tree)
    taken = {str(tag["id"]) for tag in every if "id" in tag.attrs}
    found = []
    for tag in every:
        if not tag.attrs:
            continue
        entry = " ".join(str(tag.attrs.pop("entry", "")).split())
        if tag.name in _INLINE and has_class(tag, MARK) and (term := entry or text_of(tag)):
            terms = _BELOW.split(entry, _MOST_LEVELS - 1) if entry else [term]
            if "id" not in tag.attrs:
                name = anchor(" ".join(terms))[:_LONGEST_NAME].strip("-")
                tag["id"] = unique("-".join(filter(None, (f"{chapter.slug}--index", name))), taken)
            found.append((terms, str(tag["id"])))
    return found


def _link(chapter: Chapter, name: str, nth: int, words: Words) -> Tag:
    label = chapter.reference(words).replace(" ", NBSP) or chapter.title
    attrs = {"class": "index-link", "href": f"#{name}", "data-chapter": str(chapter.number or "")}
    return new_tag("a", attrs, label if nth == 1 else f"({nth})")


def _alphabetical(term: str) -> tuple[str, str]:
    """Sort by letters and digits, without accents and case, then by the term itself."""
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
