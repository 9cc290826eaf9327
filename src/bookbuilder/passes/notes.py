"""Bring footnotes into their final form: references in the text, notes at the chapter's end."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bs4 import Tag
from bs4.element import NavigableString

from bookbuilder.book import Book
from bookbuilder.dialect.syntax.footnotes import INLINE
from bookbuilder.model.diagnostics import Report
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.slugs import anchor, unique
from bookbuilder.text.words import Words, words_for
from bookbuilder.trees.markup import elements, has_class, new_tag, text_of, unwrap

_LONGEST_NAME = 40
_BLOCKS = ("p", "ul", "ol", "pre", "blockquote", "table", "div", "dl", "figure", "aside")


def notes(book: Book, report: Report) -> None:
    for chapter in tracked(book.chapters):
        _settle_notes(chapter.tree, words_for(book.metadata.language))


def _settle_notes(tree: Tag, words: Words) -> None:
    """Turn Python-Markdown's footnotes into `noteref` links and `aside`s, in order of reference."""
    found = elements(tree, "a", "div")
    lists = [d for d in found if d.name == "div" and has_class(d, "footnote")]
    items = {str(li["id"]): li for d in lists for li in elements(d, "li") if li.get("id")}
    for holder in lists:
        holder.extract()
    in_lists = {id(a) for d in lists for a in elements(d, "a")}
    anchors = [a for a in found if a.name == "a" and id(a) not in in_lists]
    references = [a for a in anchors if _is_reference(a)]
    order: dict[str, list[str]] = {}
    numbers: dict[str, int] = {}
    names: dict[str, str] = {}
    taken: set[str] = set()
    wrappers: list[Tag] = []
    waiting = list(reversed(references))
    while waiting:
        reference = waiting.pop()
        target = str(reference.get("href", "")).removeprefix("#")
        if target not in items:
            wrappers.append(reference)
            continue
        if (around := reference.parent) and around.name == "sup" and len(around.contents) == 1:
            wrappers.append(around)
        is_new = target not in order
        seen = order.setdefault(target, [])
        number = numbers.setdefault(target, len(order))
        if is_new:
            names[target] = unique(f"fn-{_name_of(target, items[target], number)}", taken)
        name = unique(names[target].replace("fn-", "fnref-", 1), taken)
        seen.append(name)
        _make_reference(reference, number, name, names[target])
        if is_new:
            waiting += reversed(_references(items[target]))
    for root in (tree, *lists):
        unwrap(root, wrappers)
    if not order:
        return
    _part_adjacent(anchors)
    section = new_tag("section", {"class": "notes", "role": "doc-endnotes"})
    for number, (target, back) in enumerate(order.items(), 1):
        section.append(_make_note(items[target], number, names[target], back, words))
    tree.append(section)


def _references(tree: Tag) -> list[Tag]:
    return [a for a in elements(tree, "a") if _is_reference(a)]


def _is_reference(anchor: Tag) -> bool:
    return has_class(anchor, "footnote-ref")


def _name_of(target: str, item: Tag, number: int) -> str:
    """Return the author's label of a note, or its first words, if it is written in its place.

    Ids made of it stay when a note is put before this one.
    """
    label = re.sub(r"[^\w.-]+", "-", target.removeprefix("fn:"))[:_LONGEST_NAME].strip("-")
    if label and not label.startswith(INLINE):
        return label
    return anchor(text_of(item))[:_LONGEST_NAME].strip("-") or str(number)


def _make_reference(reference: Tag, number: int, name: str, note: str) -> None:
    """Rewrite one reference in place; its id is `name`."""
    reference.attrs = {
        "class": "noteref",
        "role": "doc-noteref",
        "id": name,
        "href": f"#{note}",
    }
    reference.string = str(number)


def _part_adjacent(anchors: Iterable[Tag]) -> None:
    """Put a comma between two references side by side: "1" and "2" would read as twelve."""
    for reference in anchors:
        follower = reference.next_sibling
        if (
            has_class(reference, "noteref")
            and isinstance(follower, Tag)
            and has_class(follower, "noteref")
        ):
            reference.insert_after(new_tag("span", {"class": "noteref-comma"}, ","))


def _make_note(item: Tag, number: int, name: str, back: list[str], words: Words) -> Tag:
    note = new_tag(
        "aside",
        {"class": "note", "role": "doc-footnote", "id": name, "data-number": str(number)},
    )
    for link in elements(item, "a"):
        if has_class(link, "footnote-backref"):
            link.decompose()
    for child in list(item.children):
        note.append(child)
    children = [c for c in note.children if isinstance(c, Tag)]
    if not any(c.name in _BLOCKS for c in children):
        paragraph = new_tag("p", {}, *list(note.contents))
        note.append(paragraph)
        children = [paragraph]
    for paragraph in children[:-1]:
        if paragraph.name == "p" and not paragraph.get_text(strip=True) and not elements(paragraph):
            paragraph.decompose()
    last = children[-1]
    if last.name != "p":
        last = new_tag("p", {})
        note.append(last)
    # The blanks before the dialect's own links back, of which there may have been several.
    while last.contents and isinstance(text := last.contents[-1], NavigableString):
        if rest := text.rstrip("\N{NO-BREAK SPACE} \n"):
            text.replace_with(rest)
            break
        text.extract()
    for reference in back:
        last.append(" ")
        last.append(
            new_tag(
                "a",
                {
                    "class": "backlink",
                    "role": "doc-backlink",
                    "href": f"#{reference}",
                    "aria-label": words.back.format(number),
                },
                "↑",
            )
        )
    return note
