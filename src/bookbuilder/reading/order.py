"""Decide which files make the book, and in which order.

The first of these that exists decides: a list of chapters in `book.toml`; another tool's list
(`config/other_tools/`); else all Markdown files in natural order, a folder's `README.md` or
`index.md` first.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from bookbuilder.config import CONFIG_NAME
from bookbuilder.config.chapter_list import ChapterList, Listed
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Span
from bookbuilder.reading.chapter_files import markdown_files, report_alike
from bookbuilder.reading.listed_files import ListedFiles, named
from bookbuilder.reading.outline import Entry, Outline, PartOutline
from bookbuilder.reading.repository_files import is_repository_file, without_repository_files
from bookbuilder.reading.translations import translated
from bookbuilder.runtime.files import name_of
from bookbuilder.text.plain_title import without_notes

NO_CHAPTERS = Rule(
    "B006",
    "no-chapters",
    Severity.ERROR,
    "A book needs at least one Markdown file.",
)
UNLISTED = Rule(
    "B007",
    "unlisted-chapter",
    Severity.NOTE,
    "A Markdown file lies in the folder, but the book's list of chapters does not name it. If it"
    " belongs to the book, add it to the list.",
)
UNUSED_LABEL = Rule(
    "B016",
    "unused-label",
    Severity.NOTE,
    "Another tool's list of chapters has a group within a group, with a label but without a page."
    " A book's parts have no parts in them, so its chapters follow without the label. Give the"
    " group a page of its own, or list the chapters in book.toml.",
)
NOTE_IN_PART = Rule(
    "S015",
    "note-in-part-title",
    Severity.WARNING,
    "The title of a part stands in a list of chapters, where no note can be written. The note is"
    " left out of the title.",
)


def read_outline(config: Config, report: Report, *, with_drafts: bool = False) -> Outline:
    """Return the outline of the book in `config.root`, and report files that do not exist.

    In a translation, the chapters are the translated ones, as far as they are there; those of them
    that are drafts are not, unless the book is to be `with_drafts`.
    """
    file = ""
    outline = _from_config(config, report)
    if outline is not None:
        if "book.chapters" not in config.moved:  # what an edition leaves out is left out on purpose
            _report_unlisted(config, outline, report)
    elif (listed := _list_of_other_tool(config, report)) is not None:
        outline, file = _from_list(config, listed, report), listed.file
        if any(True for _ in outline.entries):
            _report_left(config, listed, outline, report)
    if outline is None or not any(True for _ in outline.entries):
        paths = without_repository_files(markdown_files(config, report), config, report)
        found = [Entry(path) for path in paths]
        outline = Outline(parts=[PartOutline(entries=found)])
    _drop_notes(outline, file, config, report)
    report_alike((name_of(entry.path, config.root) for entry in outline.entries), report)
    if not any(True for _ in outline.entries) and not report.errors:
        report.add(NO_CHAPTERS, "no Markdown file in the folder", Span("."))
    return (
        outline if config.translated is None else translated(outline, config, report, with_drafts)
    )


def _list_of_other_tool(config: Config, report: Report) -> ChapterList | None:
    from bookbuilder.config.other_tools.tools import chapter_list

    return chapter_list(config, report)


def _drop_notes(outline: Outline, file: str, config: Config, report: Report) -> None:
    """Report notes in titles of parts, in book.toml or another tool's `file`, and drop them."""
    for part in outline.parts:
        if (title := without_notes(part.title)) != part.title:
            message = f"the title of the part “{title}” has a note"
            hint = "begin the part's first chapter with it"
            span = Span(file) if file else config.span_of("part.title", part.title)
            report.add(NOTE_IN_PART, message, span, hint)
            part.title = title


def _from_config(config: Config, report: Report) -> Outline | None:
    book = config.book
    if not (book.front or book.chapters or book.back or config.part):
        return None
    files = ListedFiles(config, report)
    mentions: Counter[tuple[str, str]] = Counter()

    def entries(names: tuple[str, ...], key: str) -> list[Entry]:
        found = []
        for name in names:
            span = config.span_of(key, name, mentions[key, name])
            mentions[key, name] += 1
            found.append(files.entry(config.text_folder, name, span))
        return [entry for entry in found if entry]

    outline = Outline(numbered=True)
    outline.front = entries(book.front, "book.front")
    if book.chapters:
        outline.parts.append(PartOutline(entries=entries(book.chapters, "book.chapters")))
    for position, part in enumerate(config.part, 1):
        number = part.number if part.number is not None else position
        listed = entries(part.chapters, "part.chapters")
        outline.parts.append(PartOutline(part.title, part.subtitle, number, listed))
    outline.back = entries(book.back, "book.back")
    files.report_rest()
    if not outline.parts:
        taken = {entry.path for entry in (*outline.front, *outline.back)}
        rest = [path for path in markdown_files(config) if path not in taken]
        rest = without_repository_files(rest, config, report)
        outline.parts.append(PartOutline(entries=[Entry(path) for path in rest]))
    return outline


def _from_list(config: Config, listed: ChapterList, report: Report) -> Outline:
    """Return the outline that another tool's list of chapters makes."""
    files = ListedFiles(
        config, report, file=listed.file, suffixes=listed.suffixes, bare=listed.bare
    )

    def entries(items: list[Listed]) -> list[Entry]:
        found = (
            files.entry(listed.folder, i.name, i.span, i.title, i.depth, i.role) for i in items
        )
        return [entry for entry in found if entry]

    front = entries(listed.front)
    parts = [PartOutline(title=p.title, entries=entries(p.entries)) for p in listed.parts]
    back = entries(listed.back)
    files.report_rest()
    if listed.unused_labels:
        many = len(listed.unused_labels) > 1
        why = "are groups within groups" if many else "is a group within a group"
        lost = "have no page, so their labels are" if many else "has no page, so its label is"
        message = f"{named(listed.unused_labels)} {why} and {lost} not in the book"
        hint = "give the group a page of its own, or list the chapters in book.toml"
        report.add(UNUSED_LABEL, message, Span(listed.file), hint)
    return Outline(
        front, [part for part in parts if part.entries], back, listed.numbered, listed.marks
    )


def _report_left(config: Config, listed: ChapterList, outline: Outline, report: Report) -> None:
    """Report in one note the Markdown files beside another tool's list that it does not name."""
    named_ones = {entry.path.resolve() for entry in outline.entries}
    left = [
        name_of(path, config.root)
        for path in markdown_files(config, folder=listed.folder)
        if path.resolve() not in named_ones and path not in listed.left_out
    ]
    left = [name for name in left if name != listed.file]
    if left:
        verb = "are" if len(left) > 1 else "is"
        message = f"{named(left)} {verb} not in `{listed.file}`, so not in the book"
        report.add(UNLISTED, message, Span(listed.file))


def _report_unlisted(config: Config, outline: Outline, report: Report) -> None:
    named_ones = {entry.path.resolve() for entry in outline.entries}
    folders = {entry.path.parent for entry in outline.entries}
    for path in markdown_files(config):
        if config.text_folder == config.root and not _is_meant(path, folders, config):
            continue
        if path.resolve() not in named_ones:
            name = name_of(path, config.root)
            hint = f"add it to a list of chapters in {CONFIG_NAME}, or move it elsewhere"
            report.add(UNLISTED, f"`{name}` is not part of the book", Span(name), hint)


def _is_meant(path: Path, folders: set[Path], config: Config) -> bool:
    """Return whether a file in a project that holds other things too is meant for the book."""
    is_about = path.stem.upper() == "README" or is_repository_file(path, config.root)
    return path.parent in folders and not is_about and not path.name.startswith("_")
