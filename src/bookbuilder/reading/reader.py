"""Read front matter and Markdown into chapters, whose text is an HTML tree."""

from __future__ import annotations

import re
from pathlib import Path

from bs4 import Tag

from bookbuilder import dialect
from bookbuilder.book import Chapter
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source
from bookbuilder.reading.front_matter import FrontMatter, read_front_matter
from bookbuilder.reading.labels import settle_labels
from bookbuilder.reading.outline import Entry
from bookbuilder.reading.titles import (
    give_anchors,
    settle_levels,
    settle_title,
)
from bookbuilder.text.slugs import file_slug
from bookbuilder.trees.markup import elements, has_class, new_tag
from bookbuilder.trees.parsing import parse_fragment
from bookbuilder.trees.xhtml import HEADINGS

LARGEST_UNSPLIT = 100_000
MOST_PIECES = 500
_SHOWN = ("img", "svg", "math")

_EMPTY_HINT = "write it, or delete it from the list of chapters"
EMPTY = Rule(
    "S005",
    "empty-chapter",
    Severity.WARNING,
    "A chapter without text makes a blank page in print and a dead entry in the contents.",
)


def read_chapters(
    source: Source, entry: Entry, alone: bool, report: Report, *, is_opener: bool = False
) -> list[Chapter]:
    """Return the chapters in `source`: one, or several if it is a whole book in one file (`alone`).

    An opener, which has chapters below it in the list, and an index, which is generated, may
    consist of a heading only.
    """
    front = read_front_matter(source, report)
    tree = parse_fragment(dialect.convert(source, front.length, report))
    labels = settle_labels(tree)
    has_headings = bool(tree.get_text(strip=True))
    is_filled = has_headings and (is_opener or front.role.removeprefix("doc-") == "index")
    if not is_filled and not _has_content(tree):
        what = "headings but no text" if has_headings else "no text"
        report.add(EMPTY, f"{source.name} has {what}", source.span_of_file(), _EMPTY_HINT)
    pieces = (_split(tree, source) if alone else []) or [tree]
    several = len(pieces) > 1
    chapters = [_chapter(piece, source, front, entry, several, report) for piece in pieces]
    for chapter in chapters:
        chapter.labels = labels
    return chapters


def _chapter(
    tree: Tag, source: Source, front: FrontMatter, entry: Entry, in_pieces: bool, report: Report
) -> Chapter:
    said = "" if in_pieces else front.title or entry.title
    title = settle_title(tree, said, _title_of_file(source.path), source, report)
    settle_levels(tree)
    give_anchors(tree)
    tree["class"] = "chapter"
    if front.lang:
        tree["lang"] = front.lang
    return Chapter(
        slug=file_slug(title if in_pieces else front.slug or _name_of_file(source.path), ""),
        title=title,
        tree=tree,
        source=source,
        role=f"doc-{front.role.removeprefix('doc-')}" if front.role else "",
        depth=entry.depth,
        numbered=front.numbered,
        addresses=front.addresses,
        levels=front.levels,
    )


def _name_of_file(path: Path) -> str:
    is_index = path.stem.lower() in ("readme", "index")
    return path.parent.name if is_index and path.parent.name else path.stem


def _title_of_file(path: Path) -> str:
    words = re.sub(r"^\d+[-_. ]+(?=\D)", "", _name_of_file(path))
    words = re.sub(r"[-_]+", " ", words).strip()
    return words[:1].upper() + words[1:] or "Untitled"


def _split(tree: Tag, source: Source) -> list[Tag]:
    """Cut the tree at its `h1`s, or at its `h2`s if it is long and has only one `h1`.

    A tree that would fall into more than `MOST_PIECES` is a list, not a book, and stays whole.
    """
    cut = "h1"
    if len(tree.find_all("h1", recursive=False)) < 2:
        if len(source.text) < LARGEST_UNSPLIT:
            return []
        cut = "h2"
    if not 2 <= len(tree.find_all(cut, recursive=False)) <= MOST_PIECES:
        return []
    pieces = [new_tag("section", {})]
    for node in list(tree.children):
        if isinstance(node, Tag) and node.name == cut:
            pieces.append(new_tag("section", {}))
        pieces[-1].append(node)
    kept = [p for p in pieces if _has_more_than_title(p) or p is not pieces[0]]
    notes = next((d for p in kept for d in elements(p, "div") if has_class(d, "footnote")), None)
    if notes is not None and len(kept) > 1:
        _share_notes(kept, notes)
    return kept


def _has_content(tree: Tag) -> bool:
    """Return whether there is anything but headings."""
    headings = elements(tree, *HEADINGS)
    said = sum(len(heading.get_text(strip=True)) for heading in headings)
    return len(tree.get_text(strip=True)) > said or bool(elements(tree, *_SHOWN))


def _has_more_than_title(piece: Tag) -> bool:
    headings = elements(piece, *HEADINGS)
    text = piece.get_text(strip=True)
    if elements(piece, *_SHOWN):
        return True
    return bool(text) and (not headings or text != headings[0].get_text(strip=True))


def _share_notes(pieces: list[Tag], notes: Tag) -> None:
    """Move each note from the end of the whole file to the piece that refers to it."""
    by_id = {str(li.get("id")): li for li in elements(notes, "li") if li.get("id")}
    notes.extract()
    for piece in pieces:
        wanted = [str(a["href"])[1:] for a in elements(piece, "a") if has_class(a, "footnote-ref")]
        items = [by_id.pop(name) for name in dict.fromkeys(wanted) if name in by_id]
        if items:
            piece.append(new_tag("div", {"class": "footnote"}, new_tag("ol", {}, *items)))
