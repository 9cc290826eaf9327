"""Cut one part out of a linked book, as a volume of its own."""

from __future__ import annotations

import dataclasses
import uuid

from bs4 import Tag

from bookbuilder.book import Book, Part
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.passes.index import without_elsewhere
from bookbuilder.passes.source_list import without_uncited
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.words import words_for
from bookbuilder.trees.markup import elements, new_tag

NO_SUCH_PART = Rule(
    "C007",
    "no-such-part",
    Severity.ERROR,
    "`--part N` takes the number of a part: the one that book.toml gives it, or else its place,"
    " counted from 1.",
    is_books_fault=False,
)


def select_part(book: Book, report: Report) -> None:
    """Make the book a volume with the part asked for alone, and the whole front and back matter.

    Links that lead out of the volume become text that names the other volume and the chapter there.
    """
    if book.asked_part is None:
        return
    part = next((p for p in book.parts if p.number == book.asked_part), None)
    if part is None:
        known = ", ".join(str(p.number) for p in book.parts if p.number is not None)
        message = f"the book has no part {book.asked_part}"
        report.add(NO_SUCH_PART, message + (f"; its parts are {known}" if known else ""))
        return
    kept = {c.slug for c in (*book.front, *part.chapters, *book.back)} | {part.slug}
    elsewhere = _descriptions(book, part)
    for chapter in (*book.front, *book.back):
        without_elsewhere(chapter.tree, kept)
        without_uncited(chapter.tree, kept)
    for chapter in tracked((*book.front, *part.chapters, *book.back)):
        for anchor in elements(chapter.tree, "a"):
            href = str(anchor.get("href", ""))
            slug = href.removeprefix("#").split("--")[0]
            if href.startswith("#") and slug not in kept:
                _point_elsewhere(anchor, *elsewhere[slug])
    used = {
        str(tag["src"])
        for chapter in (*book.front, *part.chapters, *book.back)
        for tag in elements(chapter.tree)
        if tag.get("src")
    }
    whole = book.metadata
    words = words_for(whole.language)
    label = words.part.format(part.number) if part.number is not None else part.title
    book.metadata = dataclasses.replace(
        whole,
        title=part.title,
        subtitle=words.part_of.format(label, whole.title),
        identifier=volume_identifier(book, part),
        series=whole.title,
        series_position="" if part.number is None else str(part.number),
    )
    book.parts = [part]
    book.assets = {name: asset for name, asset in book.assets.items() if name in used}
    book.volume = part


def volume_identifier(book: Book, part: Part) -> str:
    """Return the identifier of `part` as a volume of its own, `book` being the whole."""
    identifier = uuid.uuid5(uuid.NAMESPACE_URL, f"{book.metadata.identifier}#{part.slug}")
    return f"urn:uuid:{identifier}"


def _descriptions(book: Book, part: Part) -> dict[str, tuple[str, str]]:
    """Return the title of the part, and the chapter in it, for every slug in other parts."""
    words = words_for(book.metadata.language)
    found: dict[str, tuple[str, str]] = {}
    for other in book.parts:
        if other is part:
            continue
        found[other.slug] = (other.title, "")
        for chapter in other.chapters:
            where = chapter.reference(words) or chapter.title
            found[chapter.slug] = (other.title, where)
    return found


def _point_elsewhere(anchor: Tag, title: str, where: str) -> None:
    anchor.name = "span"
    anchor.attrs = {"class": "other-volume"}
    anchor.append(" (")
    anchor.append(new_tag("cite", {}, title))
    anchor.append(f", {where})" if where else ")")
