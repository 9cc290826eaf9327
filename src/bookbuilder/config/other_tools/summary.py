"""Read SUMMARY.md, the list of chapters of mdBook, GitBook and HonKit."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from bookbuilder.config.chapter_list import SUMMARY_NAME, ChapterList, Listed, ListedPart
from bookbuilder.config.other_tools.gitbook import is_gitbook, structure_of
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source, Span
from bookbuilder.runtime.files import is_file, is_inside, name_of, names_in
from bookbuilder.runtime.progress import working_on
from bookbuilder.runtime.text_files import read_source
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.plain_title import plain_title

# Longer lines of a SUMMARY.md are not entries, and would be slow to match.
LONGEST_LINE = 2_000

UNUSABLE_SUMMARY = Rule(
    "B008",
    "unusable-summary",
    Severity.WARNING,
    "A SUMMARY.md that is a folder, a pipe, a device, or a link to a place outside the book's"
    " folder is not read; the book is built as if it did not exist.",
)


def summary_list(config: Config, report: Report) -> ChapterList | None:
    """Return the chapters that SUMMARY.md lists; None if there is none."""
    summary = _summary_file(config, report)
    source = read_source(summary, config.folders, report) if summary else None
    if source is None:
        return None
    with working_on(source.place):
        found = _read(source, report)
    _add_readme(found, config)
    return found


def _add_readme(found: ChapterList, config: Config) -> None:
    """Put GitBook's README, which opens the book, before a list that does not name it.

    mdBook has none, and a book of bookbuilder's own lists what it wants.
    """
    if config.source is not None or not (is_gitbook(config.root) or _is_home(config)):
        return
    said = structure_of(config.root).get("readme") or "README.md"
    named = {os.path.normpath(found.folder / entry.name.lstrip("/")) for entry in found.entries}
    path = found.folder / said
    named.add(os.path.normpath(config.root / found.file))
    is_named = os.path.normpath(path) in named or os.path.normpath(found.folder) in named
    if not is_named and is_inside(path, *config.folders) and is_file(path):
        found.front.insert(0, Listed(said))


def _is_home(config: Config) -> bool:
    """Return whether the list lies in the book's folder, where only GitBook has it."""
    path = config.root / SUMMARY_NAME
    return is_inside(path, config.root) and is_file(path)


def _summary_file(config: Config, report: Report) -> Path | None:
    """Return SUMMARY.md, or the file that GitBook's settings name instead."""
    names = [config.text_folder / SUMMARY_NAME, config.root / "src" / SUMMARY_NAME]
    if said := structure_of(config.root).get("summary"):
        names.insert(0, config.text_folder / said)
    for path in names:
        if is_inside(path, *config.folders) and is_file(path):
            return path
        # Whether there is something is only asked of folders that may be read.
        if path.name in names_in(path.parent, *config.folders):
            name = name_of(path, config.root)
            message = f"`{name[:200]}` is not an ordinary file inside the book's folder"
            report.add(UNUSABLE_SUMMARY, message, Span(name[:200]))
    return None


NO_FILE = Rule(
    "B019",
    "chapter-without-file",
    Severity.NOTE,
    "An entry of SUMMARY.md without a file, such as `[Title]()`, announces a chapter that is not"
    " written yet, or names a group of chapters. It is left out of the contents.",
)
_ITEM = rare_pattern(r"(?P<indent>[ \t]*)(?:[-*+]|\d+[.)])")
_LINK = rare_pattern(
    r"(?P<indent>[ \t]*)(?:[-*+]|\d+[.)])?[ \t]*\[(?P<title>.*)\]\((?P<target>[^)]*)\)"
)


class _Groups:
    """Make parts of the outermost items that have no link, and remember the labels of others.

    `alone` are the labels, with their lines, of those that nothing stands below.
    """

    def __init__(self, found: ChapterList) -> None:
        self.found = found
        self.is_part = False
        self.label = ""
        self.indent = self.line = 0
        self.alone: list[tuple[str, int]] = []

    def begin(self, text: str, indent: int, line: int) -> None:
        """Note an item without a link, which is a label if items stand below it."""
        self._leave_label()
        if text.strip("-*_ \t"):
            self.label, self.indent, self.line = plain_title(text.strip()), indent, line

    def enter(self, indent: int) -> None:
        """Note an item with a link."""
        if self.label and indent > self.indent:
            self.is_part = self.indent == 0
            if self.is_part:
                self.found.parts.append(ListedPart(self.label))
            else:
                self.found.unused_labels.append(self.label)
        elif self.is_part and indent == 0:
            self.found.parts.append(ListedPart())
            self.is_part = False
        else:
            self._leave_label()
        self.label = ""

    def end(self) -> None:
        self._leave_label()
        self.is_part = False

    def _leave_label(self) -> None:
        if self.label:
            self.alone.append((self.label, self.line))
        self.label = ""


def _read(source: Source, report: Report) -> ChapterList:
    """Read the links: those before the list are front matter, `# headings` start parts."""
    found = ChapterList(source.name, source.path.parent)
    indents: list[int] = []
    listed = False
    groups = _Groups(found)
    for number, line in lines_of(source.text):
        if heading := re.match(r"#+\s+(.*?)(?:\s*\{#.*\})?\s*$", line):
            groups.end()
            if (number > 1 and (listed or found.parts)) or _is_part(heading[1], number):
                found.parts.append(ListedPart(plain_title(heading[1])))
            continue
        match = _LINK.match(line)
        item = _ITEM.match(line)
        if item:
            indent = len(item["indent"].expandtabs(4))
            while indents and indents[-1] >= indent:
                indents.pop()
            if not match:
                groups.begin(line[item.end() :], indent, number)
                continue
            groups.enter(indent)
            indents.append(indent)
        if not match:
            continue
        said = match["target"].strip().strip("<>")
        target = unquote(said.split("#")[0])
        if not target:
            if not said:
                groups.alone.append((plain_title(match["title"]), number))
            continue
        title = plain_title(match["title"])
        depth = len(indents) - 1 if item else 0
        entry = Listed(target, source.span_of_line(number), title, depth)
        if item:
            listed = True
            _last_part(found).entries.append(entry)
        else:
            (found.back if listed else found.front).append(entry)
    groups.end()
    for label, number in groups.alone:
        report.add(NO_FILE, f"“{label[:200]}” has no file", source.span_of_line(number))
    return found


def _last_part(found: ChapterList) -> ListedPart:
    if not found.parts:
        found.parts.append(ListedPart())
    return found.parts[-1]


def lines_of(text: str) -> Iterator[tuple[int, str]]:
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
