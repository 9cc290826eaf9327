"""Make handouts and course packs: chapters of a book, each or some of them, as books of their own.

The book is read and linked once, however many excerpts are made of it.
"""

from __future__ import annotations

import dataclasses
import errno
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bookbuilder.book import Book, Chapter, Part
from bookbuilder.build import is_another_text, linked, write
from bookbuilder.formats import find_format
from bookbuilder.formats.table_of_contents import chapter_label
from bookbuilder.formats.types import Format, Output
from bookbuilder.model.audience import EPUB, Audience
from bookbuilder.model.diagnostics import BookError, Report, Rule, Severity
from bookbuilder.model.selection import Cut, Selection
from bookbuilder.model.source import Place
from bookbuilder.passes import OF_EXCERPTS, OF_WHOLE, run_passes
from bookbuilder.passes.index import ROLE as INDEX
from bookbuilder.passes.number import APPENDIX
from bookbuilder.passes.selection import NO_SUCH_PART
from bookbuilder.passes.used_entries import REFERENCES, has_entries
from bookbuilder.runtime.workers import worker_pool
from bookbuilder.text.slugs import loose
from bookbuilder.text.suggest import did_you_mean
from bookbuilder.text.words import words_for
from bookbuilder.trees.markup import copy_of

if TYPE_CHECKING:
    from bookbuilder.runtime.remote_pictures import RemotePictures

NO_SUCH_CHAPTER = Rule(
    "C026",
    "no-such-chapter",
    Severity.ERROR,
    "`handout` and `coursepack` take chapters by their numbers (`7`, `7-9`, `A` for an appendix),"
    " by the names of their files, by their titles, or by their slugs, which are the names of the"
    " EPUB's files. If no chapter has a number, `7` is the seventh.",
    is_books_fault=False,
)
NO_HANDOUTS = Rule(
    "C027",
    "no-handouts",
    Severity.ERROR,
    "`handout --all` makes handouts of the chapters between front and back matter, and of the"
    " appendices. This book has none: name the chapters that you want.",
    is_books_fault=False,
)
_RANGE = re.compile(r"(\d{1,6})\s*(?:-|–|\.\.)\s*(\d{1,6})")


@dataclass(frozen=True, slots=True)
class Handout:
    """Describe a handout that was written; `label` is its chapter's: "7", "Appendix A" or none."""

    slug: str
    title: str
    label: str
    output: Output


def whole_book(
    root: str | Path,
    report: Report,
    remote: RemotePictures | None = None,
    *,
    drafts: bool = False,
    audience: Audience | None = None,
) -> Book:
    """Read the book in `root` as `load` does, for `cut` to make excerpts of."""
    book = linked(root, None, report, remote, drafts, audience or Audience(), OF_WHOLE)
    report.raise_for_errors()
    return book


def cut(book: Book, selection: Selection, report: Report) -> Book:
    """Return what `selection` asks for of a `whole_book`, which stays as it is."""

    def copied(chapter: Chapter) -> Chapter:
        if chapter.slug in selection.chapters or chapter.role == INDEX or has_entries(chapter):
            return dataclasses.replace(chapter, tree=copy_of(chapter.tree))
        return chapter

    made = dataclasses.replace(
        book,
        front=[copied(chapter) for chapter in book.front],
        parts=[
            dataclasses.replace(part, chapters=[copied(chapter) for chapter in part.chapters])
            for part in book.parts
        ],
        back=[copied(chapter) for chapter in book.back],
        asked=selection,
    )
    run_passes(made, report, passes=OF_EXCERPTS)
    report.raise_for_errors()
    return made


def handouts(
    root: str | Path,
    place: str | Path | None,
    report: Report | None = None,
    remote: RemotePictures | None = None,
    *,
    chapters: Sequence[str] = (),
    part: int | None = None,
    edition: str = "",
    translation: str = "",
    format_name: str = "pdf",
    settings: Mapping[str, Any] | None = None,
    drafts: bool = False,
) -> list[Handout]:
    """Write handouts of the book in `root` into the folder `place`: of `chapters`, or of all.

    `chapters` are numbers, slugs or names of files; those of `part` are added. `settings` replace
    those of `[pdf]`, such as `large`. Raises `BookError` as `load` and `write` do; what could be
    written is written then.
    """
    report = Report() if report is None else report
    settings = settings or {}
    kind = EPUB if format_name == EPUB else str(settings.get("edition", ""))
    audience = Audience(kind, edition, translation)
    book = whole_book(root, report, remote, drafts=drafts, audience=audience)
    are_some = bool(chapters) or part is not None
    chosen = chosen_chapters(book, chapters, part, report) if are_some else handed_out(book, report)
    report.raise_for_errors()
    folder = None if place is None else Path(place)
    written = write_handouts(book, chosen, format_name, folder, settings, report)
    report.raise_for_errors(denied=True)
    return written


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """Stand for a chapter to make a handout of: `message` is its slug."""

    place: Place
    message: str


def write_handouts(
    book: Book,
    chapters: Sequence[Chapter],
    format_name: str,
    place: Path | None,
    settings: Mapping[str, Any],
    report: Report,
) -> list[Handout]:
    """Write a handout of each of `chapters`; return those that could be written, in order.

    `place` is a folder, or the file of a single handout; without it, they go where all files of
    the book go. `settings` replace those of `[pdf]`. What is wrong with one goes to `report`, and
    the others are written all the same.
    """
    by_slug = {chapter.slug: chapter for chapter in chapters}
    if len(by_slug) > 1 and place is not None and _is_file_of(place, format_name):
        why = f"{len(by_slug)} handouts do not go into one file; name a folder"
        raise OSError(errno.EISDIR, why, str(place))

    def written(slug: str) -> tuple[Handout | None, Report]:
        found, chapter = report.branch(), by_slug[slug]
        try:
            excerpt = with_settings(cut(book, Selection.of_chapter(slug), found), settings)
            output = write(excerpt, path_of(excerpt, format_name, place), found, format_name)
        except BookError as error:
            found.take(error)
            return None, found
        label = chapter_label(chapter, words_for(book.metadata.language))
        return Handout(slug, chapter.title, label, output), found

    jobs = [_Job(chapter.place, slug) for slug, chapter in by_slug.items()]
    made: dict[str, Handout] = {}
    with worker_pool(lambda: written) as workers:
        done = workers.share_out(jobs) if len(jobs) > 1 else ((j, written(j.message)) for j in jobs)
        for job, (handout, found) in done:
            report.merge(found)
            if handout is not None:
                made[job.message] = handout
    return [made[slug] for slug in by_slug if slug in made]


def coursepack(
    root: str | Path,
    chapters: Sequence[str],
    title: str,
    report: Report | None = None,
    remote: RemotePictures | None = None,
    *,
    part: int | None = None,
    edition: str = "",
    translation: str = "",
    formats: Sequence[str] = ("pdf", "epub"),
    place: Path | None = None,
    settings: Mapping[str, Any] | None = None,
    drafts: bool = False,
) -> list[Output]:
    """Write chapters of the book in `root` as a book with this `title`, in each of `formats`.

    If the PDF comes first, the EPUB has its page numbers. The rest is as for `handouts`, and
    `place` as for `write_handouts`.
    """
    report = Report() if report is None else report
    settings = settings or {}
    whole: Book | None = None
    made: Book | None = None
    outputs: list[Output] = []
    for format_name in formats:
        kind = EPUB if format_name == EPUB else str(settings.get("edition", ""))
        audience = Audience(
            kind, edition, whole.config.audience.translation if whole else translation
        )
        if whole is None or is_another_text(whole, audience):
            whole = whole_book(root, report, remote, drafts=drafts, audience=audience)
        slugs = [c.slug for c in chosen_chapters(whole, chapters, part, report)]
        report.raise_for_errors()
        selection = Selection(Cut.COURSEPACK, chapters=tuple(slugs), title=title)
        excerpt = with_settings(cut(whole, selection, report), settings)
        if made is not None and format_name == EPUB:
            from bookbuilder.formats.hypertext.other_pages import pages_of_other_text

            excerpt = dataclasses.replace(excerpt, pagination=pages_of_other_text(made, excerpt))
        output = write(excerpt, path_of(excerpt, format_name, place), report, format_name)
        made = dataclasses.replace(excerpt, pagination=output.pagination)
        outputs.append(output)
    return outputs


def chosen_chapters(
    book: Book, names: Sequence[str], part: int | None, report: Report
) -> list[Chapter]:
    """Return the chapters that `names` mean, and those of the part with that number."""
    found = chapters_meant(book, names, report)
    more = [] if part is None else chapters_of_part(book, part, report)
    return [*found, *(chapter for chapter in more if chapter not in found)]


def path_of(book: Book, format_name: str, place: Path | None) -> Path:
    """Return the file for `book`, in the folder `place` unless that is a file."""
    path = _format(format_name).output_path(book)
    if place is None:
        return path
    return place if _is_file_of(place, format_name) else place / path.name


def _is_file_of(place: Path, format_name: str) -> bool:
    return place.suffix.lower() == _format(format_name).suffix


def _format(name: str) -> Format:
    chosen = find_format(name)
    assert chosen is not None
    return chosen


def with_settings(book: Book, settings: Mapping[str, Any]) -> Book:
    """Return `book` with `settings` in place of those of `[pdf]`."""
    return dataclasses.replace(book, config=book.config.with_asked("pdf", settings))


def handed_out(book: Book, report: Report) -> list[Chapter]:
    """Return the chapters that all handouts are made of: the body's, and appendices."""
    body = [chapter for part in book.parts for chapter in part.chapters]
    matter = [c for c in (*book.front, *book.back) if c.role == APPENDIX]
    found = [c for c in (*body, *matter) if not c.untitled and c.role not in (*REFERENCES, INDEX)]
    if not found:
        report.add(NO_HANDOUTS, "the book has no chapters to hand out")
    return found


def chapters_of_part(book: Book, number: int, report: Report) -> list[Chapter]:
    """Return the chapters of the part with this number."""
    part: Part | None = next((p for p in book.parts if p.number == number), None)
    if part is None:
        report.add(NO_SUCH_PART, f"the book has no part {number}")
        return []
    return part.chapters


def chapters_meant(book: Book, names: Iterable[str], report: Report) -> list[Chapter]:
    """Return the chapters that `names` mean, in their order, each once; report unknown ones."""
    found: dict[str, Chapter] = {}
    for name in names:
        chapters = _meant(book, name.strip())
        if not chapters:
            _report_unknown(book, name.strip(), report)
        found |= {chapter.slug: chapter for chapter in chapters if chapter.slug not in found}
    return list(found.values())


def _meant(book: Book, name: str) -> list[Chapter]:
    every = list(book.chapters)
    numbers = _numbered(book)
    if match := _RANGE.fullmatch(name):
        first, last = int(match[1]), int(match[2])
        if first not in numbers or last not in numbers or last < first:
            return []
        return [chapter for number, chapter in sorted(numbers.items()) if first <= number <= last]
    if name.isdecimal():
        return [numbers[int(name)]] if int(name) in numbers else []
    path = name.replace("\\", "/").removeprefix("./").casefold()
    for is_it in (
        lambda c: c.slug.casefold() == path,
        lambda c: path in _names_of(c),
        lambda c: c.letter.casefold() == path,
        lambda c: bool(loose(name)) and loose(c.title) == loose(name),
    ):
        if path and (chapters := [chapter for chapter in every if is_it(chapter)]):
            return chapters
    return []


def _numbered(book: Book) -> dict[int, Chapter]:
    """Return the chapters by their numbers, or, if none has one, by their places in the body."""
    numbers = {c.number: c for c in book.chapters if c.number is not None}
    body = (chapter for part in book.parts for chapter in part.chapters)
    return numbers or dict(enumerate(body, 1))


def _names_of(chapter: Chapter) -> tuple[str, ...]:
    """Return what may be typed for the chapter's file: its name with or without folder, suffix."""
    path, name = chapter.source.path, chapter.source.name.casefold()
    names = (name, path.name.casefold(), path.stem.casefold())
    return (*names, name.removesuffix(path.suffix.casefold()))


def _report_unknown(book: Book, name: str, report: Report) -> None:
    if any(name.casefold() in (p.name.casefold(), p.stem.casefold()) for p in book.elsewhere):
        hint = "another edition or format has it"
    elif any(name.casefold() in (p.name.casefold(), p.stem.casefold()) for p in book.drafts):
        hint = "it is a draft: add `--drafts`"
    else:
        numbers = _numbered(book)
        hint = did_you_mean(name, [chapter.slug for chapter in book.chapters])
        hint = hint or did_you_mean(name, [chapter.title for chapter in book.chapters])
        if not hint and numbers:
            example = next(iter(numbers.values())).slug
            hint = f"its chapters are {min(numbers)} to {max(numbers)}; or give a name: `{example}`"
    report.add(NO_SUCH_CHAPTER, f"the book has no chapter `{name[:100]}`", None, hint)
