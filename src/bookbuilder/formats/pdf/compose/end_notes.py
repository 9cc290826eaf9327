"""Add notes to a chapter, number them, and gather them at the end of chapter or book."""

from __future__ import annotations

from pathlib import Path

from bs4 import Tag
from bs4.element import AttributeValueList

from bookbuilder.book import Book, Chapter
from bookbuilder.model.source import Source
from bookbuilder.passes.number import RESERVED
from bookbuilder.text.slugs import unique
from bookbuilder.text.words import words_for
from bookbuilder.trees.markup import elements, has_class, new_tag

ROLE = "doc-endnotes"
# A section of notes with this class is printed where it stands, and not at the foot of pages.
AT_END = "endnotes"
# Back matter that follows the notes at the end of a book.
_AFTER_NOTES = frozenset({"doc-glossary", "doc-bibliography", "doc-index", "doc-colophon"})


def notes_of(tree: Tag) -> Tag | None:
    """Return a chapter's section of notes."""
    for child in reversed(tree.contents):
        if isinstance(child, Tag) and child.name == "section" and has_class(child, "notes"):
            return child
    return None


def insert_before_notes(tree: Tag, added: Tag) -> None:
    """Insert `added` at the chapter's end, before the notes."""
    notes = notes_of(tree)
    if notes is None:
        tree.append(added)
    else:
        notes.insert_before(added)


def has_own_notes(tree: Tag) -> bool:
    """Tell whether the chapter is a list of references, which no note should explain."""
    return tree.get("role") == "doc-bibliography"


def make_call(note: str, name: str) -> Tag:
    attrs = {"class": "noteref", "role": "doc-noteref", "id": name, "href": f"#{note}"}
    return new_tag("a", attrs, "0")


def add_note(tree: Tag, name: str, content: Tag, kind: str) -> None:
    """Add a note with the id `name` after the others; `renumber` puts it in its place."""
    holder = notes_of(tree)
    if holder is None:
        holder = new_tag("section", {"class": "notes", "role": ROLE})
        tree.append(holder)
    attrs = {"class": f"note {kind}", "role": "doc-footnote", "id": name}
    holder.append(new_tag("aside", attrs, content))


def renumber(tree: Tag) -> None:
    """Number the chapter's notes and their calls in the order of reading.

    Notes that a note's own text calls come right after it, as in the linked book.
    """
    holder = notes_of(tree)
    if holder is None:
        return
    notes = {str(note["id"]): note.extract() for note in elements(holder, "aside")}
    numbers: dict[str, int] = {}
    waiting = list(reversed(_calls(tree)))
    while waiting:
        call = waiting.pop()
        name = str(call["href"]).removeprefix("#")
        note = notes.get(name)
        if note is None:
            continue
        if name not in numbers:
            numbers[name] = len(numbers) + 1
            note["data-number"] = str(numbers[name])
            waiting += reversed(_calls(note))
        call.string = str(numbers[name])
    for name in numbers:
        holder.append(notes[name])


def _calls(tree: Tag) -> list[Tag]:
    return [a for a in elements(tree, "a") if a.get("role") == "doc-noteref"]


def keep_at_end(tree: Tag) -> None:
    """Mark the notes of a chapter to be printed at its end."""
    if (holder := notes_of(tree)) is not None:
        holder["class"] = AttributeValueList(["notes", AT_END])


def gather_notes(book: Book) -> Chapter | None:
    """Move the notes of all chapters into a chapter of their own; None if there are none."""
    words = words_for(book.metadata.language)
    slug = unique("notes", {*RESERVED, *(c.slug for c in book.chapters)})
    tree = new_tag("section", {"id": slug, "class": "chapter", "role": ROLE})
    tree.append(new_tag("h1", {"id": f"{slug}--title"}, words.notes))
    for chapter in book.chapters:
        holder = notes_of(chapter.tree)
        if holder is None:
            continue
        number = f"{chapter.number} " if chapter.number is not None else ""
        if chapter.letter:
            number = f"{chapter.reference(words)}. "
        holder.extract()
        holder["class"] = AttributeValueList(["notes", AT_END])
        del holder["role"]
        holder.insert(0, new_tag("h2", {}, f"{number}{chapter.title}"))
        tree.append(holder)
    if len(tree.contents) == 1:
        return None
    return Chapter(slug, words.notes, tree, Source(Path(), "", ""), role=ROLE)


def insert_notes(back: list[Chapter], notes: Chapter) -> list[Chapter]:
    """Return the back matter with `notes` before glossary, sources and index."""
    at = next((i for i, c in enumerate(back) if c.role in _AFTER_NOTES), len(back))
    return [*back[:at], notes, *back[at:]]
