"""Write what has changed as a page in Markdown, which is also a chapter that a book can take in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bookbuilder.changes.found import Changes, ChapterChanges, Correction
from bookbuilder.changes.reading_text import EXERCISE, FIGURE, OWN_PAGE, TABLE, Edition, Text
from bookbuilder.changes.rewording import LONGEST, Reworded, shortened
from bookbuilder.text.words import Words, words_for

MOST_LINES = 5
"""So many passages of a chapter are shown unless more are asked for."""
MOST_NAMES = 10
MARK = "<!-- Written by `bookbuilder changes`, which may write it again. -->"
REPEATED = 4
"""A heading that is new in so many chapters is told once."""

# What Markdown, or one of the dialects that a book may use, could take for a mark.
_MARKS = re.compile(
    r"[\\`*_{}\[\]<>|$~^]|[@#](?=\w)|%(?=%)|=(?==)|\+(?=\+)|&(?=#?\w{1,31};)|:(?=[\w/+-])|(?<=:)/(?=/)"
)
_STARTS = re.compile(r"^(\d+)([.)])|^([-+!?/])")
_INNER = str.maketrans('“”„"«»', "‘’‚'‹›")
_LABELS = {FIGURE: "figures", TABLE: "tables", EXERCISE: "exercises"}


@dataclass(frozen=True, slots=True)
class _Page:
    """Holds what lines are made with: `files` are the chapters' addresses, by their slugs."""

    words: Words
    files: Mapping[str, str]
    most: int

    def said(self, key: str) -> str:
        return self.words.changes[key]

    def link(self, title: str, slug: str) -> str:
        """Return a title, as a link if there is a file to lead to."""
        shown = escaped(shortened(title, 120))
        return f"[{shown}](<{self.files[slug]}>)" if slug in self.files else f"*{shown}*"


def as_markdown(
    changes: Changes,
    language: str,
    files: Mapping[str, str] | None = None,
    most: int = MOST_LINES,
    only: str = "",
) -> str:
    """Return a page with the corrections, then the chapters, then what has changed in each.

    `files` gives the addresses of chapters by their slugs; without it, titles are no links. `most`
    is how many passages of a chapter are shown. `only` is the edition that has the page.
    """
    page = _Page(words_for(language), files or {}, most)
    keys = f"slug: {OWN_PAGE}\nnumbered: false\n" + (f'only: "{only}"\n' if only else "")
    head = f"---\n{keys}---\n\n# {page.said('title')}\n\n{MARK}\n"
    parts = [
        [_editions(changes, page)],
        _section("corrections", _corrections(changes.corrections, changes.new, page), page),
        _section("chapters", _overview(changes, page), page),
        _in_chapters(changes, page),
    ]
    text = [line for part in parts for line in part]
    if len(text) == 1:
        text.append(page.said("nothing"))
    return head + "\n" + "\n\n".join(text) + "\n"


def _editions(changes: Changes, page: _Page) -> str:
    lines = [
        f"- {page.said(key)}: {told}"
        for key, edition in (("yours", changes.old), ("this", changes.new))
        if (told := _edition(edition, page))
    ]
    return "\n".join(lines)


def _edition(edition: Edition, page: _Page) -> str:
    said = edition.package
    version = page.words.version.format(said.version) if said.version else ""
    return escaped(", ".join(filter(None, (version or said.title, said.date[:10]))))


def _section(key: str, lines: Iterable[str], page: _Page) -> list[str]:
    listed = list(lines)
    return [f"## {page.said(key)}", "\n".join(listed)] if listed else []


def _corrections(found: Iterable[Correction], new: Edition, page: _Page) -> Iterator[str]:
    titles = {chapter.name: chapter for chapter in new.chapters}
    for one in found:
        said = one.said
        where = escaped(said.place)
        if chapter := titles.get(one.chapter):
            where = page.link(chapter.title, chapter.name)
        by = f" ({page.said('found_by').format(escaped(said.found_by))})" if said.found_by else ""
        yield f"- {where}: {_quoted(said.was)} → {_quoted(said.is_)}{by}"


def _overview(changes: Changes, page: _Page) -> Iterator[str]:
    for text in changes.added:
        yield f"- {page.said('new')}: {_chapter(text, page)}"
    for text in changes.removed:
        yield f"- {page.said('removed')}: *{escaped(text.title)}*"
    for old, new in changes.renamed:
        yield f"- {page.said('renamed')}: *{escaped(old.title)}* → {_chapter(new, page)}"
    for old, new in changes.moved:
        places = f", {old.number} → {new.number}" if old.number and new.number else ""
        yield f"- {page.said('moved')}: {page.link(new.title, new.name)}{places}"
    if rewritten := [one.new for one in changes.chapters if one.rewritten]:
        names = ", ".join(page.link(text.title, text.name) for text in rewritten)
        yield f"- {page.said('rewritten')}: {names}"
    if counts := sum(1 for one in changes.chapters if one.is_worth_telling):
        yield f"- {page.said('reworded')}: {counts} / {len(changes.new.chapters)}"
    for heading in _repeated(changes):
        yield f"- {page.said('sections')}: {_quoted(heading)}"


def _chapter(text: Text, page: _Page) -> str:
    number = f"{text.number}. " if text.number.isdecimal() else ""
    return f"{number}{page.link(text.title, text.name)}"


def _repeated(changes: Changes) -> list[str]:
    counts = Counter(heading for one in changes.chapters for heading in set(one.sections))
    return [heading for heading, count in counts.items() if count >= REPEATED]


def _in_chapters(changes: Changes, page: _Page) -> list[str]:
    told = [one for one in changes.chapters if one.is_worth_telling]
    small = [one.new for one in changes.chapters if not one.is_worth_telling]
    repeated = set(_repeated(changes))
    found = []
    for one in told:
        lines = list(_lines(one, repeated, page))
        if lines:
            found += [f"### {_chapter(one.new, page)}", "\n".join(lines)]
    if small:
        names = ", ".join(page.link(text.title, text.name) for text in small)
        found.append(f"{page.said('small')}: {names}")
    return [f"## {page.said('in_chapters')}", *found] if found else []


def _lines(one: ChapterChanges, repeated: set[str], page: _Page) -> Iterator[str]:
    if one.rewritten:
        yield f"- {page.said('rewritten')}"
    labels = {thing.label for thing in one.things}
    sections = [s for s in one.sections if s not in repeated and s not in labels]
    yield from _named(page.said("sections"), sections, page)
    for kind, key in _LABELS.items():
        new = [thing.label for thing in one.things if thing.kind == kind]
        yield from _named(page.said(key), new, page)
    gone = [*one.sections_gone, *(thing.label for thing in one.things_gone)]
    if not one.rewritten:
        yield from _named(page.said("removed"), dict.fromkeys(gone), page)
    for title, count in one.moved_here:
        yield f"- {page.said('from').format(f'*{escaped(title)}*')}: {count}"
    # Numbers are what readers have copied out of the old version.
    passages = sorted(one.reworded, key=lambda one: (not one.is_number, not one.has_numbers))
    if one.rewritten:
        passages = [passage for passage in passages if passage.is_number]
    lines = [_reworded(passage) for passage in passages]
    if not one.rewritten:
        lines += [f"- {page.said('new')}: {_quoted(text)}" for text in one.added]
        lines += [f"- {page.said('removed')}: {_quoted(text)}" for text in one.removed]
    yield from lines[: page.most]
    if len(lines) > page.most:
        yield f"- {page.said('more').format(len(lines) - page.most)}"


def _reworded(passage: Reworded) -> str:
    return f"- {_quoted(passage.old)} → {_quoted(passage.new)}"


def _named(label: str, names: Iterable[str], page: _Page) -> Iterator[str]:
    listed = list(names)
    if listed:
        shown = "; ".join(_quoted(name, 90) for name in listed[:MOST_NAMES])
        more = len(listed) - MOST_NAMES
        rest = f" {page.said('more').format(more)}" if more > 0 else ""
        yield f"- {label}: {shown}{rest}"


def _quoted(text: str, longest: int = LONGEST) -> str:
    """Return a quotation. Its marks become those of the book's language when it is built."""
    return f'"{escaped(shortened(" ".join(text.split()), longest).translate(_INNER))}"'


def escaped(text: str) -> str:
    """Return `text` as Markdown that shows it as it is."""
    marked = _MARKS.sub(lambda match: f"\\{match[0]}", text.replace("\n", " "))
    return _STARTS.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", marked)
