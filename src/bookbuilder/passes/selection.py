"""Cut a part, a chapter or some chapters out of a linked book, as a book of their own."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator

from msgspec import Struct

from bookbuilder.book import Book, Chapter, Metadata, Part
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.selection import Cut, Excerpt, Selection
from bookbuilder.passes.glossary import ROLE as GLOSSARY
from bookbuilder.passes.index import ROLE as INDEX
from bookbuilder.passes.index import without_elsewhere
from bookbuilder.passes.links_out import Elsewhere, point_elsewhere
from bookbuilder.passes.source_list import without_uncited
from bookbuilder.passes.used_entries import (
    REFERENCES,
    drop_entries_of_others,
    has_entries,
    keep_used_entries,
)
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.slugs import output_name
from bookbuilder.text.words import words_for
from bookbuilder.trees.markup import elements

NO_SUCH_PART = Rule(
    "C007",
    "no-such-part",
    Severity.ERROR,
    "`--part N` takes the number of a part: the one that book.toml gives it, or else its place,"
    " counted from 1.",
    is_books_fault=False,
)


class _Kept(Struct):
    """Hold what stays of a book; `chosen` are the chapters that were asked for themselves."""

    front: list[Chapter]
    parts: list[Part]
    back: list[Chapter]
    chosen: list[Chapter]

    @property
    def chapters(self) -> Iterator[Chapter]:
        yield from self.front
        for part in self.parts:
            yield from part.chapters
        yield from self.back


def select(book: Book, report: Report) -> None:
    """Make the book hold only what is asked for: see `Cut`.

    A volume has the whole front and back matter. The others have of the glossary and of the sources
    what their chapters lead to; a course pack has an index of its own. Links that lead out become
    text that names the place. What is left of the book is not looked at any more.
    """
    asked = book.asked
    if asked is None:
        return
    kept = _volume(book, asked, report) if asked.kind is Cut.VOLUME else _chapters(book, asked)
    if kept is None:
        return
    _shorten(book, kept, asked.kind)
    _settle_links(book, kept, asked.kind)
    used = {
        str(tag["src"])
        for chapter in kept.chapters
        for tag in elements(chapter.tree)
        if tag.get("src")
    }
    whole = book.metadata
    if asked.kind is Cut.VOLUME:
        book.volume = kept.parts[0]
        book.metadata, name = _metadata_of_part(book, book.volume), book.volume.slug
    else:
        book.metadata, name = _metadata_of_chapters(book, kept, asked)
    book.front, book.parts, book.back = kept.front, kept.parts, kept.back
    book.assets = {name: asset for name, asset in book.assets.items() if name in used}
    book.excerpt = Excerpt(asked.kind, name, whole.title)
    if asked.kind is not Cut.VOLUME:
        _settle_settings(book, asked.kind)


def volume_identifier(book: Book, part: Part) -> str:
    """Return the identifier of `part` as a volume of its own, `book` being the whole."""
    return _identifier(book.metadata, part.slug)


def handout_identifier(book: Book, chapter: Chapter) -> str:
    """Return the identifier of `chapter` as a handout, `book` being the whole."""
    return _identifier(book.metadata, f"handout-{chapter.slug}")


def _identifier(whole: Metadata, name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{whole.identifier}#{name}')}"


def _volume(book: Book, asked: Selection, report: Report) -> _Kept | None:
    part = next((p for p in book.parts if p.number == asked.part), None)
    if part is None:
        known = ", ".join(str(p.number) for p in book.parts if p.number is not None)
        message = f"the book has no part {asked.part}"
        report.add(NO_SUCH_PART, message + (f"; its parts are {known}" if known else ""))
        return None
    chosen = [*book.front, *part.chapters, *book.back]
    return _Kept(book.front, [part], book.back, chosen)


def _chapters(book: Book, asked: Selection) -> _Kept:
    by_slug = {chapter.slug: chapter for chapter in book.chapters}
    chosen = [by_slug[slug] for slug in dict.fromkeys(asked.chapters)]
    front: list[Chapter] = []
    body, back = list(chosen), []
    if asked.kind is Cut.HANDOUT:
        for chapter in body:
            chapter.depth = 0
    else:
        front = [c for c in chosen if c in book.front]
        back = [c for c in chosen if c in book.back]
        body = [c for c in chosen if c not in front and c not in back]
        if not body:
            front, body, back = [], chosen, []
    has_index = asked.kind is Cut.COURSEPACK
    back += [
        chapter
        for chapter in book.chapters
        if chapter not in chosen and (has_entries(chapter) or (chapter.role == INDEX and has_index))
    ]
    return _Kept(front, [Part(chapters=body)], back, chosen)


def _shorten(book: Book, kept: _Kept, kind: Cut) -> None:
    """Take out of glossary, sources and index what is about other chapters."""
    references = [c for c in kept.chapters if has_entries(c)]
    referring = [c for c in kept.chosen if c.role not in (*REFERENCES, INDEX)]
    if kind is Cut.VOLUME:
        own = {chapter.slug for chapter in kept.chapters}
        drop_entries_of_others(
            references, referring, [c for c in book.chapters if c.slug not in own]
        )
    else:
        referring += [c for c in references if c in kept.chosen]
        shortened = [c for c in references if c not in kept.chosen]
        used = keep_used_entries(shortened, referring)
        kept.back = [c for c in kept.back if c not in shortened or c in used]
    slugs = {chapter.slug for chapter in kept.chapters}
    for chapter in references:
        if chapter in kept.chosen and chapter.role == GLOSSARY:
            without_elsewhere(chapter.tree, slugs)
    for chapter in [*kept.front, *kept.back]:
        without_elsewhere(chapter.tree, slugs)
        without_uncited(chapter.tree, slugs)
    if kind is not Cut.VOLUME:
        kept.back = [c for c in kept.back if c.role != INDEX or elements(c.tree, "li")]


def _settle_links(book: Book, kept: _Kept, kind: Cut) -> None:
    """Make text of links that lead out of what is kept."""
    trees = [chapter.tree for chapter in kept.chapters]
    ids = {str(tag.get("id")) for tree in trees for tag in (tree, *elements(tree))}
    if kind is Cut.VOLUME:
        ids.add(kept.parts[0].slug)
    elsewhere = Elsewhere(book, by_part=kind is Cut.VOLUME)
    for chapter in tracked(kept.chapters):
        point_elsewhere(chapter, ids, elsewhere)


def _metadata_of_part(book: Book, part: Part) -> Metadata:
    whole = book.metadata
    words = words_for(whole.language)
    label = words.part.format(part.number) if part.number is not None else part.title
    return dataclasses.replace(
        whole,
        title=part.title,
        subtitle=words.part_of.format(label, whole.title),
        identifier=volume_identifier(book, part),
        isbn="",
        series=whole.title,
        series_position="" if part.number is None else str(part.number),
    )


def _metadata_of_chapters(book: Book, kept: _Kept, asked: Selection) -> tuple[Metadata, str]:
    """Return the metadata of a handout or a course pack, and what ends the names of its files."""
    whole = book.metadata
    words = words_for(whole.language)
    title, subtitle, position = asked.title, words.taken_from.format(whole.title), ""
    if asked.kind is Cut.HANDOUT:
        chapter = kept.chosen[0]
        title = chapter.title
        if label := chapter.reference(words):
            subtitle = words.part_of.format(label[:1].upper() + label[1:], whole.title)
        position = "" if chapter.number is None else str(chapter.number)
        name, identifier = f"handout-{chapter.slug}", handout_identifier(book, chapter)
    else:
        name = f"coursepack-{output_name(title)}"
        identifier = _identifier(whole, "/".join((name, title, *asked.chapters)))
    made = dataclasses.replace(
        whole,
        title=title,
        subtitle=subtitle,
        identifier=identifier,
        isbn="",
        description="",
        series=whole.title,
        series_position=position,
        source=whole.identifier,
        other_languages=(),
    )
    return made, name


def _settle_settings(book: Book, kind: Cut) -> None:
    """Set what an excerpt has not: the cover of the whole book, and what is for its printer."""
    said, pdf = dataclasses.replace(book.config.book, cover=""), book.config.pdf
    if kind is Cut.HANDOUT:
        said = dataclasses.replace(said, workbook="")
        pdf = dataclasses.replace(
            pdf,
            openings="any",
            signature=1,
            marks=False,
            booklet=False,
            live_links=True,
            notes="chapter" if pdf.notes == "book" else pdf.notes,
        )
    book.config = dataclasses.replace(book.config, book=said, pdf=pdf)
