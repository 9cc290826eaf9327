"""Build lists of sources, with links to what cites them, and put them where they belong."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from bs4 import Tag
from msgspec import Struct, field

from bookbuilder.book import Book, Chapter
from bookbuilder.dialect.core.citing import PLACE
from bookbuilder.dialect.core.links import ANYWHERE
from bookbuilder.model.source import Source
from bookbuilder.passes.citation_notes import Opener, content_of
from bookbuilder.reading.source_lists import is_title_of_sources
from bookbuilder.text.slugs import unique
from bookbuilder.text.words import Words, words_for
from bookbuilder.trees.markup import elements, has_class, new_tag, text_of
from bookbuilder.trees.xhtml import HEADINGS

if TYPE_CHECKING:
    from bookbuilder.citing.listed import Listed

ROLE = "doc-bibliography"
LIST, ENTRY, BACK = "references", "reference", "citation-link"
_FILE = "bibliography.md"
_LAST = ("index", "colophon")
_MOST_BACK = 12


class Backlinks(Struct):
    """Name the places where sources are cited, for links back; one for each chapter."""

    places: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    names: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    _seen: set[tuple[int, str]] = field(default_factory=set)

    def opener(self, chapter: Chapter, tag: Tag) -> Opener:
        """Return a function that begins a link to a source, for the citation `tag`."""

        def begin(key: str) -> str:
            target = f' href="#{html.escape(self.id_of(key))}"'
            attributes = f'class="{ANYWHERE} {BACK}" role="doc-biblioref"{target}'
            if (id(chapter), key) in self._seen:
                return f"<a {attributes}>"
            self._seen.add((id(chapter), key))
            # By its source, so that other citations in the book do not change it.
            name = unique(self.id_of(key).replace("ref-", "cite-", 1), self.taken)
            self.places[key].append(name)
            return f'<a {attributes} id="{name}">'

        return begin

    def id_of(self, key: str) -> str:
        if key not in self.names:
            plain = re.sub(r"[^\w.-]+", "-", key).strip("-") or "source"
            self.names[key] = unique(f"ref-{plain}", self.taken)
        return self.names[key]


def place_list(
    book: Book, chapters: list[Chapter], listed: list[Listed], links: Backlinks, *, by_chapter: bool
) -> None:
    """Put the list of sources where its authors want it, or at the end of the book or chapter."""
    words = words_for(book.metadata.language)
    marked = [tag for c in chapters for tag in elements(c.tree, "div") if tag.get("id") == PLACE]
    listing = _list(listed, links, words) if listed else None
    if marked:
        if listing is not None:
            marked[0].append(listing)
        for tag in marked[0 if listing is None else 1 :]:
            tag.decompose()
        holder = next((c for c in chapters if any(t is marked[0] for t in elements(c.tree))), None)
        if holder is not None and not by_chapter:
            _call_bibliography(holder)
        return
    if listing is None:
        return
    if by_chapter:
        heading = new_tag("h2", {}, words.bibliography)
        attributes = {"class": "chapter-references", "role": ROLE}
        section = new_tag("section", attributes, heading, listing)
        _append(chapters[0].tree, section)
        return
    chapter = next((c for c in chapters if _is_for_sources(c)), None)
    if chapter is None:
        chapter = _add_chapter(book, words)
    _call_bibliography(chapter)
    _append(chapter.tree, listing)


def _append(tree: Tag, element: Tag) -> None:
    """Append to a chapter, before its notes."""
    notes = next((d for d in elements(tree, "div") if has_class(d, "footnote")), None)
    if notes is not None and notes.parent is tree:
        notes.insert_before(element)
    else:
        tree.append(element)


def _is_for_sources(chapter: Chapter) -> bool:
    if chapter.role == ROLE:
        return True
    if chapter.role not in ("", "doc-chapter") or not is_title_of_sources(chapter.title):
        return False
    said = "".join(text_of(heading) for heading in elements(chapter.tree, *HEADINGS))
    return len(text_of(chapter.tree)) <= len(said) + 1


def _call_bibliography(chapter: Chapter) -> None:
    """Give a chapter that holds nothing but the list its role, and no number."""
    if is_title_of_sources(chapter.title) and chapter.role in ("", "doc-chapter", ROLE):
        chapter.role = ROLE
        if chapter.numbered is None:
            chapter.numbered = False


def _add_chapter(book: Book, words: Words) -> Chapter:
    tree = new_tag("section", {"class": "chapter"}, new_tag("h1", {}, words.bibliography))
    # Links find the chapter by this name, as they do those that have files.
    source = Source(book.config.text_folder / _FILE, _FILE, "")
    made = Chapter("bibliography", words.bibliography, tree, source, role=ROLE)
    made.numbered = False
    at = len(book.back)
    while at and _is_last(book.back[at - 1]):
        at -= 1
    book.back.insert(at, made)
    return made


def _is_last(chapter: Chapter) -> bool:
    names = (chapter.role.removeprefix("doc-"), chapter.slug, chapter.title.casefold())
    return any(name in _LAST for name in names)


def _list(listed: list[Listed], links: Backlinks, words: Words) -> Tag:
    """Return the list: `<li class="reference">` with a label if there is one, text, links back."""
    is_labelled = any(one.label for one in listed)
    result = new_tag("ul", {"class": f"{LIST} labelled" if is_labelled else LIST})
    for one in listed:
        item = new_tag("li", {"class": ENTRY, "id": links.id_of(one.key)})
        if one.label:
            item.append(new_tag("span", {"class": "reference-label"}, *content_of(one.label, None)))
            item.append(" ")
        for node in content_of(one.text, None, addresses=True):
            item.append(node)
        for number, name in enumerate(links.places.get(one.key, ())[:_MOST_BACK], 1):
            item.append(" ")
            attributes = {
                "class": f"backlink {ANYWHERE}",
                "role": "doc-backlink",
                "href": f"#{name}",
                "aria-label": words.back.format(number),
            }
            item.append(new_tag("a", attributes, "↑"))
        result.append(item)
    return result


def without_uncited(tree: Tag, slugs: set[str]) -> None:
    """Drop entries that only chapters other than `slugs` cite, and links back to those."""
    for item in elements(tree, "li"):
        if not has_class(item, ENTRY):
            continue
        back = [a for a in elements(item, "a") if has_class(a, "backlink")]
        gone = [a for a in back if str(a["href"]).removeprefix("#").split("--")[0] not in slugs]
        if back and len(gone) == len(back):
            item.extract()
            continue
        for anchor in gone:
            anchor.extract()
