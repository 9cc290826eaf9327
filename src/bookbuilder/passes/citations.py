"""Set citations and lists of sources, which depend on all that a book cites."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bs4 import Tag
from msgspec import Struct, field

from bookbuilder.book import Book, Chapter
from bookbuilder.dialect.core.citing import CLASS, SCHEME
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import find_text
from bookbuilder.passes.citation_notes import NoteWriter, insert_inline
from bookbuilder.passes.source_list import Backlinks, place_list
from bookbuilder.reading.bibliographies import folder_of
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.trees.markup import elements, has_class

if TYPE_CHECKING:
    from bookbuilder.citing.clusters import Cluster
    from bookbuilder.citing.entries import Entry
    from bookbuilder.citing.plain import PlainProcessor
    from bookbuilder.citing.processor import Processor

NO_PROCESSOR = Rule(
    "K007",
    "citations-not-installed",
    Severity.WARNING,
    "Citations are set by citeproc-py, which is not installed. They are shown in a plain way, by"
    " author and year. Install it with `pip install 'bookbuilder[citations]'`.",
    is_books_fault=False,
)
INCOMPLETE = Rule(
    "K005",
    "incomplete-entry",
    Severity.WARNING,
    "An entry that the book cites lacks what nearly every style shows: a title, an author, a date."
    " Readers then see a gap, or `n.d.`. If a source has no date, say so in its entry:"
    " `pubstate = {n.d.}`.",
)
UNSET = Rule(
    "K008",
    "entry-not-set",
    Severity.WARNING,
    "The style shows nothing of an entry or of a citation, or only a part: it does not know the"
    " type, the entry has no title, the style has a mistake, or `[-@key]` leaves out the author in"
    " a style that shows nothing else.",
)
_IN_DESCRIPTION = rare_pattern(r"\s?\[[^\[\]@]{0,300}@[\w{][^\[\]]{0,300}\]")
_ALWAYS_BY_SOMEBODY = ("thesis", "paper-conference", "chapter", "article-journal")
_WITHOUT_TITLE = ("personal_communication", "review", "interview", "entry-encyclopedia")
_DATES = ("issued", "original-date", "submitted", "accessed", "available-date", "event-date")


class Place(Struct):
    """A citation in a tree. `in_note` says that it stands in a note of the author's."""

    tag: Tag
    chapter: Chapter
    cluster: Cluster
    in_note: bool


class _Group(Struct):
    """The citations that are listed together: those of the book, or of a chapter."""

    chapters: list[Chapter]
    places: list[Place] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    """The entries by names of their own: two chapters may mean two sources by one key."""
    also: list[str] = field(default_factory=list)


def citations(book: Book, report: Report) -> None:
    """Set the citations of a book with a bibliography; the list of sources gets its place."""
    chapters = [chapter for chapter in book.chapters if chapter.sources is not None]
    if not chapters:
        return
    for chapter in chapters:
        _clean_descriptions(chapter)
    by_chapter = book.cited.at == "chapter"
    every = list(book.chapters)
    groups = [_Group([one]) for one in chapters] if by_chapter else [_Group(every)]
    links = Backlinks()
    for group in groups:
        _gather(group, book)
        if not (group.places or group.also):
            place_list(book, group.chapters, [], links, by_chapter=by_chapter)
            continue
        _report_incomplete(group, report)
        processor = _processor(book, group, report)
        texts = processor.process([place.cluster for place in group.places], group.also)
        _put(group, texts, processor, links, book, report)
        listed = processor.listed()
        for one in listed:
            entry = group.entries[one.key]
            why = processor.failures.get(one.key, "")
            if why or not one.text.strip(" ."):
                message = f"the style cannot set the entry `{entry.key[:100]}`"
                report.add(UNSET, f"{message}: {why}" if why else message, entry.span)
        place_list(book, group.chapters, listed, links, by_chapter=by_chapter)


def _clean_descriptions(chapter: Chapter) -> None:
    """Take citations out of the descriptions of pictures, which are text for the ear."""
    for image in elements(chapter.tree, "img"):
        said = str(image.get("alt", ""))
        if "@" in said and (plain := _IN_DESCRIPTION.sub("", said).strip()):
            image["alt"] = plain


def _gather(group: _Group, book: Book) -> None:
    """Find the citations of a group, in the order in which they are read."""
    count = 0
    for scope, chapter in enumerate(tracked(group.chapters)):
        after_other = False
        for tag, in_note in _in_order(chapter.tree):
            if tag.name == "a":
                after_other = True  # a note of the author's
                continue
            count += 1
            cluster = _cluster(tag, chapter, group)
            if cluster is None:
                continue
            cluster.scope, cluster.note, cluster.after_other = scope, count, after_other
            after_other = False
            group.places.append(Place(tag, chapter, cluster, in_note))
    wanted = [key.removeprefix("@") for key in book.cited.also]
    for chapter in group.chapters:
        if chapter.sources is None:
            continue
        keys = chapter.sources.keys if "*" in wanted else wanted
        for key in keys:
            if (entry := chapter.sources.get(key)) is not None:
                group.also.append(_name(entry, group))
    group.also = list(dict.fromkeys(group.also))


def _in_order(tree: Tag) -> Iterator[tuple[Tag, bool]]:
    """Yield citations and references to notes; what notes cite comes where they are referred to."""
    lists = [d for d in elements(tree, "div") if has_class(d, "footnote")]
    notes = {str(li["id"]): li for d in lists for li in elements(d, "li") if li.get("id")}
    inside = {id(tag) for d in lists for tag in elements(d)}
    seen: set[str] = set()
    for tag in elements(tree, "span", "a"):
        if id(tag) in inside:
            continue
        if tag.name == "span" and _is_citation(tag):
            yield tag, False
        elif tag.name == "a" and has_class(tag, "footnote-ref"):
            yield tag, False
            name = str(tag.get("href", "")).removeprefix("#")
            if name in notes and name not in seen:
                seen.add(name)
                yield from (
                    (one, True) for one in elements(notes[name], "span") if _is_citation(one)
                )


def _is_citation(tag: Tag) -> bool:
    return has_class(tag, CLASS) and str(tag.get("title", "")).startswith(SCHEME)


def _cluster(tag: Tag, chapter: Chapter, group: _Group) -> Cluster | None:
    """Return what a mark in the tree says. One that nobody but an author can have made is text."""
    from bookbuilder.citing import marks
    from bookbuilder.citing.clusters import Cite, Cluster, Mode

    said = str(tag["title"]).removeprefix(SCHEME)
    del tag["title"]
    if chapter.sources is None:
        return None
    try:
        way, bare, cited = json.loads(said)
        cites: list[Cite] = []
        for key, mode, before, after, label, number in cited:
            entry = chapter.sources.get(str(key))
            if entry is None:
                continue
            words = marks.from_html(str(before)), marks.from_html(str(after))
            cites.append(
                Cite(_name(entry, group), Mode(mode), *words, label=str(label), locator=str(number))
            )
        if cites and Mode(way) is not cites[0].mode and Mode(way) is not Mode.BRACKETS:
            cites[0].mode = Mode(way)
    except (ValueError, TypeError, RecursionError):
        return None
    return Cluster(cites, bare=bool(bare)) if cites else None


def _name(entry: Entry, group: _Group) -> str:
    """Return the name of `entry` in the group: its key, or one like it if that is another's."""
    name, count = entry.key, 1
    while group.entries.setdefault(name, entry) != entry:
        count += 1
        name = f"{entry.key}-{count}"
    return name


def _processor(book: Book, group: _Group, report: Report) -> Processor | PlainProcessor:
    language = book.metadata.language
    try:
        from bookbuilder.citing.processor import Processor
        from bookbuilder.citing.styles import find_style
    except ImportError:
        from bookbuilder.citing.plain import PlainProcessor

        hint = "install it with `pip install 'bookbuilder[citations]'`"
        message = "citations are shown in a plain way, as citeproc-py is not installed"
        report.add(NO_PROCESSOR, message, None, hint, once=True)
        return PlainProcessor(group.entries)
    config, said = book.config, book.cited
    places = (folder_of(said.style, config), config.root, config.text_folder)
    style = find_style(said.style, places, config.folders, language, said.style_span, report)
    return Processor(style, group.entries, language)


def _report_incomplete(group: _Group, report: Report) -> None:
    for entry in group.entries.values():
        missing: list[str] = []
        if not entry.text("title") and entry.kind not in _WITHOUT_TITLE:
            missing.append("title")
        people = ("author", "editor", "translator", "container-author", "director")
        if entry.kind in _ALWAYS_BY_SOMEBODY and not any(entry.people(role) for role in people):
            missing.append("author")
        if not (any(entry.when(name) for name in _DATES) or entry.text("status")):
            missing.append("date")
        if missing:
            shown = " and no ".join(missing)
            report.add(INCOMPLETE, f"the entry `{entry.key[:100]}` has no {shown}", entry.span)


def _put(
    group: _Group,
    texts: list[str],
    processor: Any,
    links: Backlinks,
    book: Book,
    report: Report,
) -> None:
    """Put the texts of the citations in the places of their marks."""
    writers: dict[int, NoteWriter] = {}
    for place, text in zip(group.places, texts, strict=True):
        typed = " ".join(place.tag.get_text().split())
        if not text and not place.cluster.author:
            span = find_text(place.chapter.source, typed)
            report.add(UNSET, f"the style shows nothing of the citation `{typed[:100]}`", span)
        open_tag = links.opener(place.chapter, place.tag)
        if processor.uses_notes and not place.in_note and not place.cluster.bare:
            writer = writers.setdefault(id(place.chapter), NoteWriter(place.chapter.tree))
            writer.insert(place.tag, place.cluster.author, text, open_tag, book.metadata.language)
            continue
        shown = text.removesuffix(".") if processor.uses_notes else text
        if place.cluster.author:
            shown = f"{place.cluster.author} ({shown})"
        insert_inline(
            place.tag, shown, open_tag, raises=processor.raises, addresses=processor.uses_notes
        )
