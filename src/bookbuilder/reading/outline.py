"""Decide which files make the book, and in which order.

The first of these that exists decides: a list of chapters in `book.toml`; `SUMMARY.md` (mdBook,
GitBook, HonKit); `nav` in `mkdocs.yml`; else all Markdown files in natural order, a folder's
`README.md` or `index.md` first.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from bookbuilder.config.other_tools.shared import load_mapping
from bookbuilder.config.pandoc_metadata import without_notes
from bookbuilder.config.schema import CONFIG_NAME, Config
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source, Span
from bookbuilder.reading.chapter_files import MARKDOWN, SUMMARY_NAME, markdown_files, report_alike
from bookbuilder.runtime.files import is_file, is_folder, is_inside, name_of, names_in
from bookbuilder.runtime.progress import working_on
from bookbuilder.runtime.text_files import read_source
from bookbuilder.text.plain_title import plain_title
from bookbuilder.text.suggest import did_you_mean

# Longer lines of a SUMMARY.md are not entries, and would be slow to match.
LONGEST_LINE = 2_000

MISSING_CHAPTER = Rule(
    "B001",
    "missing-chapter",
    Severity.ERROR,
    "book.toml lists a file that does not exist. A book that silently lacks a chapter is worse"
    " than no book.",
    stops=False,
)
MISSING_IN_SUMMARY = Rule(
    "B002",
    "missing-in-summary",
    Severity.WARNING,
    "SUMMARY.md or mkdocs.yml lists a file that does not exist; the book is built without it.",
)
TWICE = Rule(
    "B003",
    "chapter-twice",
    Severity.WARNING,
    "The list of chapters names a file twice. Only its first place counts; delete the other.",
)
OUTSIDE = Rule(
    "B004",
    "chapter-outside",
    Severity.ERROR,
    "Only files inside the book's folder are read, so that a book cannot pick up other files of"
    " its author. Copy the file into the folder, or open its folder with `allow` in book.toml.",
    stops=False,
)
NOT_A_CHAPTER = Rule(
    "B005",
    "not-a-chapter",
    Severity.WARNING,
    "A chapter is a Markdown file. Folders, web addresses and other files cannot be one.",
)
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
UNUSABLE_SUMMARY = Rule(
    "B008",
    "unusable-summary",
    Severity.WARNING,
    "A SUMMARY.md that is a folder, a pipe, a device, or a link to a place outside the book's"
    " folder is not read; the book is built as if it did not exist.",
)
NOTE_IN_PART = Rule(
    "S015",
    "note-in-part-title",
    Severity.WARNING,
    "The title of a part stands in a list of chapters, where no note can be written. The note is"
    " left out of the title.",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """Name a chapter to read, with the `title` and the nesting `depth` that the list gives it.

    So with the `role` (`appendix`), which front matter may overrule.
    """

    path: Path
    title: str = ""
    depth: int = 0
    role: str = ""


@dataclass(slots=True)
class PartOutline:
    title: str = ""
    subtitle: str = ""
    number: int | None = None
    entries: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class Outline:
    """List the chapters of a book. `numbered` is True if book.toml lists them."""

    front: list[Entry] = field(default_factory=list)
    parts: list[PartOutline] = field(default_factory=list)
    back: list[Entry] = field(default_factory=list)
    numbered: bool = False

    @property
    def entries(self) -> Iterator[Entry]:
        yield from self.front
        for part in self.parts:
            yield from part.entries
        yield from self.back


def read_outline(config: Config, report: Report) -> Outline:
    """Return the outline of the book in `config.root`, and report files that do not exist."""
    outline = _from_config(config, report)
    if outline is None:
        summary = _summary_file(config, report)
        mkdocs = config.root / "mkdocs.yml"
        if summary is not None:
            source = read_source(summary, config.folders, report)
            if source is not None:
                with working_on(source.place):
                    outline = _from_summary(config, source, report)
        elif is_inside(mkdocs, config.root) and is_file(mkdocs):
            outline = _from_mkdocs(config, mkdocs, report)
    if outline is None or not any(True for _ in outline.entries):
        found = [Entry(path) for path in markdown_files(config, report)]
        outline = Outline(parts=[PartOutline(entries=found)])
    else:
        _report_unlisted(config, outline, report)
    for part in outline.parts:
        if (title := without_notes(part.title)) != part.title:
            message = f"the title of the part “{title}” has a note"
            hint = "begin the part's first chapter with it"
            is_ours = bool(config.part)
            span = config.span_of("part.title", part.title) if is_ours else Span(SUMMARY_NAME)
            report.add(NOTE_IN_PART, message, span, hint)
            part.title = title
    report_alike((name_of(entry.path, config.root) for entry in outline.entries), report)
    if not any(True for _ in outline.entries) and not report.errors:
        report.add(NO_CHAPTERS, "no Markdown file in the folder", Span("."))
    return outline


class _Adder:
    """Check the files that a list names, and remember which were named before."""

    def __init__(self, config: Config, missing: Rule, report: Report) -> None:
        self.config = config
        self.missing = missing
        self.report = report
        self.seen: set[Path] = set()
        self._files: list[Path] | None = None

    def entry(
        self, folder: Path, name: str, span: Span | None, title: str = "", depth: int = 0
    ) -> Entry | None:
        if re.match(r"[a-zA-Z][\w+.-]*:", name):
            self.report.add(NOT_A_CHAPTER, f"`{name}` is a web address, not a chapter", span)
            return None
        path = Path(os.path.normpath(folder / name.lstrip("/")))
        folders = self.config.folders
        if is_inside(path, *folders) and is_folder(path):
            named = (path / "README.md", path / "index.md")
            index = next((p for p in named if is_inside(p, *folders) and is_file(p)), None)
            if index is None:
                self.report.add(NOT_A_CHAPTER, f"`{name}` is a folder without README.md", span)
                return None
            path = index
        if not is_inside(path, *folders):
            rule = OUTSIDE if self.missing is MISSING_CHAPTER else NOT_A_CHAPTER
            self.report.add(rule, f"`{name}` lies outside the book's folder", span)
            return None
        if not is_file(path):
            hint = did_you_mean(name, self._names_in(folder))
            self.report.add(self.missing, f"no file `{name[:200]}`", span, hint)
            return None
        if path.suffix.lower() not in MARKDOWN:
            self.report.add(NOT_A_CHAPTER, f"`{name}` is not a Markdown file", span)
            return None
        if path in self.seen:
            self.report.add(TWICE, f"`{name}` is listed twice", span, "remove one of the two")
            return None
        self.seen.add(path)
        return Entry(path, title, depth)

    def _names_in(self, folder: Path) -> list[str]:
        """Return the names that a list could have meant, relative to `folder`."""
        if self._files is None:
            self._files = markdown_files(self.config)
        return [p.relative_to(folder).as_posix() for p in self._files if folder in p.parents]


def _from_config(config: Config, report: Report) -> Outline | None:
    book = config.book
    if not (book.front or book.chapters or book.back or config.part):
        return None
    adder = _Adder(config, MISSING_CHAPTER, report)
    mentions: Counter[tuple[str, str]] = Counter()

    def entries(names: tuple[str, ...], key: str) -> list[Entry]:
        found = []
        for name in names:
            span = config.span_of(key, name, mentions[key, name])
            mentions[key, name] += 1
            found.append(adder.entry(config.text_folder, name, span))
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
    if not outline.parts:
        named = {entry.path for entry in (*outline.front, *outline.back)}
        rest = [Entry(p) for p in markdown_files(config) if p not in named]
        outline.parts.append(PartOutline(entries=rest))
    return outline


def _summary_file(config: Config, report: Report) -> Path | None:
    """Return SUMMARY.md, or the file that HonKit's `book.json` names instead."""
    names = [config.text_folder / SUMMARY_NAME, config.root / "src" / SUMMARY_NAME]
    honkit = load_mapping(config.root / "book.json", config.root)
    if honkit:
        said = honkit.get("structure")
        structure = said if isinstance(said, dict) else {}
        names.insert(0, config.text_folder / str(structure.get("summary") or SUMMARY_NAME))
    for path in names:
        if is_inside(path, *config.folders) and is_file(path):
            return path
        # Whether there is something is only asked of folders that may be read.
        if path.name in names_in(path.parent, *config.folders):
            name = name_of(path, config.root)
            message = f"`{name[:200]}` is not an ordinary file inside the book's folder"
            report.add(UNUSABLE_SUMMARY, message, Span(name[:200]))
    return None


_SUMMARY_LINK = re.compile(
    r"(?P<indent>[ \t]*)(?:[-*+]|\d+[.)])?[ \t]*\[(?P<title>.*)\]\((?P<target>[^)]*)\)"
)


def _from_summary(config: Config, source: Source, report: Report) -> Outline:
    """Read a SUMMARY.md: links before the list are front matter, `# headings` start parts."""
    adder = _Adder(config, MISSING_IN_SUMMARY, report)
    outline = Outline()
    indents: list[int] = []
    listed = False
    for number, line in _lines(source.text):
        if heading := re.match(r"#+\s+(.*?)(?:\s*\{#.*\})?\s*$", line):
            if (number > 1 and (listed or outline.parts)) or _is_part(heading[1], number):
                outline.parts.append(PartOutline(title=plain_title(heading[1])))
            continue
        match = _SUMMARY_LINK.match(line)
        if not match:
            continue
        is_item = bool(re.match(r"[ \t]*(?:[-*+]|\d+[.)])", line))
        indent = len(match["indent"].expandtabs(4))
        while indents and indents[-1] >= indent:
            indents.pop()
        depth = len(indents) if is_item else 0
        if is_item:
            indents.append(indent)
        target = unquote(match["target"].split("#")[0].strip().strip("<>"))
        if not target:
            continue
        title = plain_title(match["title"])
        span = source.span_of_line(number)
        entry = adder.entry(source.path.parent, target, span, title, depth)
        if entry is None:
            continue
        if not is_item and not listed:
            outline.front.append(entry)
        elif not is_item:
            outline.back.append(entry)
        else:
            listed = True
            if not outline.parts:
                outline.parts.append(PartOutline())
            outline.parts[-1].entries.append(entry)
    outline.parts = [part for part in outline.parts if part.entries]
    return outline


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines of a list of chapters, with comments blanked out."""
    pieces = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        pieces += [text[at:start], re.sub(r"[^\n]", " ", text[start : end + 3])]
        at = end + 3
    lines = "".join([*pieces, text[at:]]).split("\n")
    return ((n, line) for n, line in enumerate(lines, 1) if len(line) <= LONGEST_LINE)


def _is_part(title: str, line: int) -> bool:
    return line > 1 and title.strip().lower() not in ("summary", "table of contents", "目次")


def _from_mkdocs(config: Config, path: Path, report: Report) -> Outline | None:
    data = load_mapping(path, config.root)
    nav = data.get("nav")
    if not isinstance(nav, list):
        return None
    source = read_source(path, config.folders, report)
    if source is None:
        return None
    text = source.text
    adder = _Adder(config, MISSING_IN_SUMMARY, report)
    folder = config.root / str(data.get("docs_dir") or "docs")
    outline = Outline()
    loose = PartOutline()
    ends: dict[str, int] = {}

    def add(part: PartOutline, item: Any, title: str, depth: int) -> None:
        if isinstance(item, str):
            at = max(text.find(item, ends.get(item, 0)), text.find(item), 0)
            ends[item] = at + len(item)
            entry = adder.entry(folder, item, source.span(at, len(item)), title, depth)
            if entry:
                part.entries.append(entry)
        elif isinstance(item, dict):
            for key, value in item.items():
                add(part, value, str(key), depth)
        elif isinstance(item, list):
            for child in item:
                add(part, child, "", depth)

    for item in nav:
        if isinstance(item, dict) and all(isinstance(v, list) for v in item.values()):
            for key, value in item.items():
                part = PartOutline(title=str(key))
                add(part, value, "", 0)
                outline.parts.append(part)
        else:
            if loose not in outline.parts:
                loose = PartOutline()
                outline.parts.append(loose)
            add(loose, item, "", 0)
    outline.parts = [part for part in outline.parts if part.entries]
    return outline


def _report_unlisted(config: Config, outline: Outline, report: Report) -> None:
    listed = {entry.path.resolve() for entry in outline.entries}
    unlisted = [p for p in markdown_files(config) if p.resolve() not in listed]
    if unlisted and config.source is not None and outline.numbered:
        for path in unlisted:
            if config.text_folder != config.root:
                name = name_of(path, config.root)
                hint = f"add it to a list of chapters in {CONFIG_NAME}, or move it elsewhere"
                report.add(UNLISTED, f"`{name}` is not part of the book", Span(name), hint)
