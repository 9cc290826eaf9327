"""Read Leanpub's Book.txt, in the book's folder or in its folder `manuscript`."""

from __future__ import annotations

import re
from pathlib import Path

from bookbuilder.config.chapter_list import ChapterList, Listed, ListedPart
from bookbuilder.config.other_tools.shared import read_list_source, report_other_tool
from bookbuilder.config.schema import BookConfig, Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Span
from bookbuilder.runtime.files import is_file, is_inside, names_in, read_text
from bookbuilder.text.patterns import rare_pattern

FOLDERS = ("manuscript", "")
MARKS = rare_pattern(
    r"\{(?P<matter>front|main|back)matter\}[ \t]*(?=\n|\Z)|-#[ \t]+(?P<part>[^\n]{1,300})"
)
"""Lines at the top of a file that say where front matter, the book and its parts begin."""
_MATTER_LINE = rare_pattern(r"(?P<matter>front|main|back)matter:?", re.IGNORECASE)
_MOST_LINES = 5_000
_BLANK = rare_pattern(r"\s+")


def from_leanpub(root: Path, report: Report) -> Config | None:
    """Return the folder of a Leanpub book; its other settings are kept by Leanpub."""
    name = _file_name(root)
    if not name:
        return None
    report_other_tool(f"{name} is another tool's", Span(name), report)
    return Config(root, book=BookConfig(source=name.rpartition("/")[0]))


def leanpub_list(config: Config, report: Report) -> ChapterList | None:
    """Return the files that Book.txt lists, one a line."""
    name = _file_name(config.root)
    source = read_list_source(name, config, report) if name else None
    if source is None:
        return None
    folder = source.path.parent
    found = ChapterList(name, folder, suffixes=(".txt",), marks=MARKS)
    place = _Place(found)
    for number, line in enumerate(source.text.split("\n")[:_MOST_LINES], 1):
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        if mark := _MATTER_LINE.fullmatch(said.strip("{}")):
            place.go_to(mark["matter"].lower())
            continue
        if _read_marks(folder / said, config, place):
            place.add(Listed(said, source.span_of_line(number)))
    return found


class _Place:
    """Add entries where the marks so far say that they belong."""

    def __init__(self, found: ChapterList) -> None:
        self.found = found
        self.matter = ""

    def go_to(self, matter: str) -> None:
        self.matter = matter

    def begin_part(self, title: str) -> None:
        self.matter = self.matter if self.matter == "back" else "main"
        self.found.parts.append(ListedPart(title))

    def add(self, entry: Listed) -> None:
        if self.matter == "front":
            self.found.front.append(entry)
        elif self.matter == "back":
            self.found.back.append(entry)
        else:
            if not self.found.parts:
                self.found.parts.append(ListedPart())
            self.found.parts[-1].entries.append(entry)


def _read_marks(path: Path, config: Config, place: _Place) -> bool:
    """Follow the marks at the top of a file, and return whether there is more in it than them."""
    try:
        text = read_text(path, config.folders)
    except (OSError, ValueError):
        return True
    at = 0
    while match := _BLANK.match(text, at) or MARKS.match(text, at):
        at = match.end()
        if "part" in match.re.groupindex:
            if match["part"]:
                place.begin_part(match["part"].strip(" \t#"))
            else:
                place.go_to(match["matter"])
    return at < len(text)


def _file_name(root: Path) -> str:
    """Return the name of Book.txt, in whatever letters it is written; empty if there is none."""
    for folder in FOLDERS:
        for name in names_in(root / folder, root):
            path = root / folder / name
            if name.lower() == "book.txt" and is_inside(path, root) and is_file(path):
                return f"{folder}/{name}".lstrip("/")
    return ""
