"""Read front matter and Markdown into chapters, whose text is an HTML tree."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from bs4 import Tag
from msgspec.structs import replace

from bookbuilder import dialect
from bookbuilder.book import Chapter
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source
from bookbuilder.reading.conditions import Conditions, take_out
from bookbuilder.reading.front_matter import FrontMatter
from bookbuilder.reading.labels import settle_labels
from bookbuilder.reading.macros import macros_of
from bookbuilder.reading.outline import Entry
from bookbuilder.reading.source_lists import is_list_of_sources
from bookbuilder.reading.splitting import SHOWN, split
from bookbuilder.reading.titles import (
    drop_empty_headings,
    give_anchors,
    settle_classes,
    settle_levels,
    settle_title,
    title_heading,
)
from bookbuilder.reading.variables import settle_variables, title_with_values
from bookbuilder.text.slugs import file_slug, is_mere_number
from bookbuilder.text.variables import Variables
from bookbuilder.trees.markup import elements, text_of
from bookbuilder.trees.parsing import parse_fragment
from bookbuilder.trees.xhtml import HEADINGS

if TYPE_CHECKING:
    from bookbuilder.citing.library import Library

_EMPTY_HINT = "write it, or delete it from the list of chapters"
# Roles of pages that stand without a title, unless they are given one.
_WITHOUT_TITLE = ("dedication", "epigraph")
# Roles of chapters that passes fill.
_FILLED_LATER = ("index", "errata")
EMPTY = Rule(
    "S005",
    "empty-chapter",
    Severity.WARNING,
    "A chapter without text makes a blank page in print and a dead entry in the contents.",
)


def read_chapters(
    source: Source,
    front: FrontMatter,
    entry: Entry,
    alone: bool,
    conditions: Conditions,
    *,
    is_opener: bool = False,
    sources: Library | None = None,
) -> list[Chapter]:
    """Return the chapters in `source`: one, or several if it is a whole book in one file (`alone`).

    An opener, which has chapters below it in the list, and an index or a list of `sources`, which
    are generated, may consist of a heading only. What is not for the book's audience is taken out
    first; if nothing is left then, there is no chapter.
    """
    report = conditions.report
    values = conditions.config.variables
    variables = Variables(values, source.text)
    html = dialect.convert(
        source,
        front.length,
        report,
        variables,
        sources,
        shows_code=conditions.config.shows_code,
        diagrams=frozenset(conditions.config.diagrams),
    )
    tree = parse_fragment(html)
    settle_variables(tree, variables, values, source, report)
    front = replace(front, title=title_with_values(front.title, values, source, report))
    left_out = take_out(tree, conditions)
    if left_out is not None and not _shows_anything(tree):
        return []
    drop_empty_headings(tree)
    labels = settle_labels(tree)
    has_headings = bool(tree.get_text(strip=True))
    role = front.role.removeprefix("doc-")
    is_filled = has_headings and (is_opener or role in _FILLED_LATER)
    is_filled |= sources is not None and (role == "bibliography" or is_list_of_sources(tree))
    if not is_filled and not _has_content(tree):
        what = "headings but no text" if has_headings else "no text"
        report.add(EMPTY, f"{source.name} has {what}", source.span_of_file(), _EMPTY_HINT)
    pieces = split(tree, source) if alone else [tree]
    several = len(pieces) > 1
    chapters = [_chapter(piece, source, front, entry, several, report) for piece in pieces]
    for chapter in chapters:
        chapter.labels = labels
        chapter.left_out = left_out or frozenset()
    return chapters


def _chapter(
    tree: Tag, source: Source, front: FrontMatter, entry: Entry, in_pieces: bool, report: Report
) -> Chapter:
    role = _role(front, entry)
    said = "" if in_pieces else front.title or entry.title
    otherwise = (in_pieces and front.title) or _title_of_file(source.path)
    # Text before the first heading of a book in one file has no title.
    untitled = title_heading(tree) is None if in_pieces else _is_untitled(tree, front, role)
    title = said or (role.capitalize() if role in _WITHOUT_TITLE else otherwise)
    if not untitled:
        title = settle_title(tree, said, otherwise, source, report)
    settle_levels(tree, has_title=not untitled)
    is_unnumbered = settle_classes(tree)
    give_anchors(tree)
    tree["class"] = f"chapter untitled untitled-{role or 'chapter'}" if untitled else "chapter"
    if language := front.lang or entry.language:
        tree["lang"] = language
    return Chapter(
        slug=file_slug(title if in_pieces else front.slug or name_for_slug(source.path, title), ""),
        title=title,
        tree=tree,
        source=source,
        role=f"doc-{role}" if role else "",
        untitled=untitled,
        depth=entry.depth,
        numbered=False if is_unnumbered and front.numbered is None else front.numbered,
        addresses=front.addresses,
        levels=front.levels,
        macros=macros_of(front.data),
    )


def _role(front: FrontMatter, entry: Entry) -> str:
    """Return the role that the author gives, or that the name of a page without a title has."""
    if said := front.role or entry.role:
        return said.removeprefix("doc-")
    words = _title_of_file(entry.path).casefold()
    return words if words in _WITHOUT_TITLE else ""


def _is_untitled(tree: Tag, front: FrontMatter, role: str) -> bool:
    """Return whether the chapter has no title, as its author wants it."""
    heading = title_heading(tree)
    if heading is None or not text_of(heading):
        return front.is_untitled or (role in _WITHOUT_TITLE and not front.title)
    return front.is_untitled and heading.name != "h1"


def _name_of_file(path: Path) -> str:
    is_index = path.stem.lower() in ("readme", "index")
    return path.parent.name if is_index and path.parent.name else path.stem


def name_for_slug(path: Path, title: str) -> str:
    """Return the name that stays when another chapter is put before this one."""
    name = _name_of_file(path)
    return title if is_mere_number(name) and file_slug(title, "") else name


def _title_of_file(path: Path) -> str:
    words = re.sub(r"^\d+[-_. ]+(?=\D)", "", _name_of_file(path))
    # `a-name`, but also `A name - and more`.
    words = " ".join(re.sub(r"(?<=\S)[-_]+|[-_]+(?=\S)", " ", words).split())
    return words[:1].upper() + words[1:] or "Untitled"


def _shows_anything(tree: Tag) -> bool:
    return bool(tree.get_text(strip=True) or elements(tree, *SHOWN))


def _has_content(tree: Tag) -> bool:
    """Return whether there is anything but headings."""
    headings = elements(tree, *HEADINGS)
    said = sum(len(heading.get_text(strip=True)) for heading in headings)
    return len(tree.get_text(strip=True)) > said or bool(elements(tree, *SHOWN))
