"""Include files in a chapter: mdBook's `{{#include …}}`, pymdownx's `--8<-- "…"`, and others.

Included text is read as part of the chapter, so its links and pictures are relative to the
chapter's folder. Problems in it are reported in the included file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from msgspec import Struct, field

from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source, Span, Stretch
from bookbuilder.reading.included_parts import Line, numbered, sections, selected
from bookbuilder.reading.myst_includes import MystFences, MystInclude, myst_include
from bookbuilder.reading.site_includes import SiteInclude, partials_in, site_include
from bookbuilder.runtime.files import (
    LARGEST_TEXT,
    is_file,
    is_inside,
    is_there,
    names_in,
    read_file,
)
from bookbuilder.runtime.progress import working_on
from bookbuilder.runtime.text_files import read_source
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.suggest import did_you_mean

MOST_NESTED = 10
MOST_INCLUDES = 1000

NO_INCLUDE = Rule(
    "S010",
    "missing-include",
    Severity.WARNING,
    "The chapter includes a file, or a part of one, that does not exist; the book is built"
    " without it. In code that shows how to include, put a backslash before `{{#`, or a"
    " semicolon before `--8<--`.",
)
INCLUDE_OUTSIDE = Rule(
    "S011",
    "include-outside",
    Severity.WARNING,
    "A chapter may include only files inside the book's folder, or in folders that `allow` in"
    " book.toml names, so that a book cannot give away other files of its author.",
)
INCLUDE_CYCLE = Rule(
    "S012",
    "include-cycle",
    Severity.WARNING,
    "A file includes itself, directly or through others, which would never end. Its second"
    " occurrence is left out.",
)
TOO_MUCH_INCLUDED = Rule(
    "S013",
    "too-much-included",
    Severity.ERROR,
    f"Includes may nest {MOST_NESTED} deep, and one chapter may include {MOST_INCLUDES:,} times"
    f" and {LARGEST_TEXT:,} characters in all; otherwise a few lines could grow without end.",
)

_BEFORE = r"(?P<before>[ \t>]*)"
_MDBOOK = re.compile(
    _BEFORE + r"\{\{[ ]?#(?P<kind>include|rustdoc_include|playground|playpen)\s+"
    r"(?P<target>[^{}\n]+?)\s*\}\}[ \t]*$"
)
_SNIPPET = re.compile(
    _BEFORE + r"-+8<-+[ \t]+(?P<quote>[\"'])(?P<target>[^\"'\n]+)(?P=quote)[ \t]*$"
)
_SNIPPETS = re.compile(_BEFORE + r"-+8<-+[ \t]*$")
_ESCAPED = rare_pattern(_BEFORE + r"(?:\\(?=\{\{[ ]?#)|;(?=-+8<-+))(?P<rest>.*)")
_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)*(?P<fence>`{3,}|~{3,})(?P<info>.*)")
_LONG_FENCE = "`" * 8
_SIGNS = (
    "{{", "8<-", "<<", "![", "@include:", ":include", "import ", "include}", ":file:", "file: ",
)  # fmt: skip


def with_includes(
    source: Source, config: Config, report: Report, twin: Path | None = None
) -> Source:
    """Return `source` with all includes expanded and the origin of each line recorded.

    `twin` is the same chapter in another language: what is nowhere else may be beside it.
    """
    if not any(sign in source.text for sign in _SIGNS):
        return source
    expansion = _Expansion(source, config, report, twin)
    expansion.expand(source, numbered(source.text), "", [])
    if not expansion.changed:
        return source
    text = "\n".join(expansion.lines)
    return Source(source.path, source.name, text, tuple(expansion.stretches))


class _Expansion(Struct):
    chapter: Source
    config: Config
    report: Report
    twin: Path | None
    lines: list[str] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    changed: bool = False
    full: bool = False
    size: int = 0
    count: int = 0
    _known: dict[Path, Source | None] = field(default_factory=dict)
    _imports: dict[Path, Mapping[str, str]] = field(default_factory=dict)

    def expand(self, source: Source, lines: Iterable[Line], before: str, stack: list[Path]) -> None:
        """Add `lines` of `source`, each prefixed by `before`; `stack` lists the including files."""
        stack = [*stack, source.path.resolve()]
        fence = ""
        listing: str | None = None
        directives = MystFences()
        open_: MystInclude | None = None
        for number, line in lines:
            if self.full:
                return
            if open_ is not None:
                if not open_.takes(number, line):
                    self._myst(open_, source, before, stack)
                    open_ = None
                continue
            if not fence and (open_ := myst_include(line, number)):
                continue
            if directives.is_mark(line, fence):
                self._add(before + line, source, number, len(before))
                continue
            if listing is not None:
                if _SNIPPETS.match(line):
                    listing = None
                elif name := line.strip():
                    self._snippet(name, listing, source, number, before, stack)
                continue
            fence = _fence_after(fence, line)
            listing = self._line(line, number, source, before, stack, fence)
        for number, line in open_.lines if open_ is not None else ():
            self._add(before + line, source, number, len(before))

    def _line(
        self, line: str, number: int, source: Source, before: str, stack: list[Path], fence: str
    ) -> str | None:
        """Add one line, or what it includes; return the marks before a list of snippets."""
        if match := _MDBOOK.match(line):
            self._mdbook(match, source, number, before, stack, bool(fence))
        elif match := _SNIPPET.match(line):
            shown = line if fence else ""
            into = before + match["before"]
            self._snippet(match["target"], into, source, number, before, stack, shown)
        elif (match := _SNIPPETS.match(line)) and not fence:
            return before + match["before"]
        elif not fence and (found := self._wanted(line, source)):
            self._site(found, source, number, before, stack)
        elif fence and (match := _ESCAPED.match(line)):
            shown = before + match["before"] + match["rest"]
            self._add(shown, source, number, len(before))
            self.changed = True
        else:
            self._add(before + line if line else before.rstrip(), source, number, len(before))
        return None

    def _partials(self, source: Source) -> Mapping[str, str]:
        if source.path not in self._imports:
            self._imports[source.path] = partials_in(source.text)
        return self._imports[source.path]

    def _mdbook(
        self,
        match: re.Match[str],
        source: Source,
        number: int,
        before: str,
        stack: list[Path],
        in_code: bool,
    ) -> None:
        is_program = match["kind"] in ("playground", "playpen")
        target = match["target"].split()[0] if is_program else match["target"]
        into = before + match["before"]
        folders = [source.path.parent, self.config.text_folder, self.config.root]
        found = self._find(target, folders, source, number, stack, alone=True)
        if found is None:
            self._add(before + match[0] if in_code else "", source, number)
            self.changed = True
            return
        if is_program and not in_code:
            self._add(f"{into}```rust", source, number)
        with working_on(found[0].place):
            self.expand(*found, into, stack)
        if is_program and not in_code:
            self._add(f"{into}```", source, number)

    def _wanted(self, line: str, source: Source) -> SiteInclude | None:
        """Return what `line` includes in the way of a site, unless it shows a picture."""
        wanted = site_include(line, self._partials(source))
        if wanted and wanted.looks_like_picture:
            paths = self._paths(wanted.target, self._folders(wanted, source))
            path = next(filter(is_file, paths), None)
            return wanted if path and self._is_text(path) else None
        return wanted

    def _is_text(self, path: Path) -> bool:
        try:
            return b"\0" not in read_file(path, folders=self.config.folders)
        except OSError:
            return True  # for the include to report

    def _folders(self, wanted: SiteInclude, source: Source) -> list[Path]:
        folders = [self.config.text_folder, self.config.root]
        if not wanted.from_root:
            folders.insert(0, source.path.parent)
        # Leanpub's code and pictures stand in a folder of their own.
        if not wanted.target.startswith(".."):
            folders += [folder / "resources" for folder in (source.path.parent, self.config.root)]
        return folders

    def _site(
        self, wanted: SiteInclude, source: Source, number: int, before: str, stack: list[Path]
    ) -> None:
        """Include code in a fence, and Markdown as it is."""
        into = before + wanted.before
        folders = self._folders(wanted, source)
        found = self._find(wanted.target, folders, source, number, stack, alone=False)
        if found is None:
            self._add(before, source, number)
            return
        if wanted.language is not None:
            if wanted.title:
                title = wanted.title.replace('"', "'")
                self._add(f'{into}{{title="{title}"}}', source, number)
            self._add(f"{into}{_LONG_FENCE}{wanted.language}", source, number)
        with working_on(found[0].place):
            self.expand(*found, into, stack)
        if wanted.language is not None:
            self._add(into + _LONG_FENCE, source, number)

    def _myst(self, wanted: MystInclude, source: Source, before: str, stack: list[Path]) -> None:
        """Include a file by a directive of MyST; one that names no file stays as it is."""
        number = wanted.number
        if not wanted.target:
            for at, line in wanted.lines:
                self._add(before + line, source, at, len(before))
            return
        into = before + wanted.before
        folders = [self.config.text_folder, self.config.root]
        if not wanted.target.startswith("/"):
            folders.insert(0, source.path.parent)
        target = wanted.target.lstrip("/")
        found = self._find(target, folders, source, number, stack, alone=False)
        if found is None:
            self._add(before, source, number)
            return
        included, lines = found[0], wanted.select(found[1])
        if not wanted.is_code:
            with working_on(included.place):
                self.expand(included, lines, into, stack)
            return
        for line in wanted.opening(target):
            self._add(into + line, source, number)
        for at, line in lines:
            self._add(into + line, included, at, len(into))
        self._add(into + wanted.closing, source, number)

    def _snippet(
        self, target: str, into: str, source: Source, number: int, before: str, stack: list[Path],
        shown: str = "",
    ) -> None:  # fmt: skip
        """Include one snippet, or leave `shown` if it is not found."""
        if target.startswith(";"):
            return
        folders = [self.config.root, source.path.parent, self.config.text_folder]
        found = self._find(target, folders, source, number, stack, alone=False)
        if found is None:
            self._add(before + shown if shown else "", source, number)
            self.changed = True
            return
        with working_on(found[0].place):
            self.expand(*found, into, stack)

    def _add(self, line: str, source: Source, number: int, indent: int = 0) -> None:
        last = self.stretches[-1] if self.stretches else None
        at = len(self.lines) + 1
        here = Stretch(at, source.name, number, indent)
        if last is None or here != replace(last, line=at, there=last.there + at - last.line):
            self.stretches.append(here)
        self.lines.append(line)
        self.size += len(line) + 1

    def _find(
        self,
        target: str,
        folders: Sequence[Path],
        source: Source,
        number: int,
        stack: list[Path],
        *,
        alone: bool,
    ) -> tuple[Source, Iterator[Line]] | None:
        """Return the file and the lines that `target` names, or report the problem and return None.

        With `alone`, a single number means that line only, not all lines from there.
        """
        self.changed = True
        name, *wanted = target.split(":")
        name = name.strip()
        span = _at(source.span_of_line(number), target)
        shown = name[:100]
        if re.match(r"[a-zA-Z]{2,}$", name) and wanted and wanted[0].startswith("//"):
            self.report.add(
                INCLUDE_OUTSIDE,
                f"`{target[:100]}` is on the web, and only files are included",
                span,
            )
            return None
        folders = [*folders, self.twin.parent] if self.twin else folders
        paths = self._paths(name, folders)
        if name and not paths:
            hint = "copy it into the book's folder, or name its folder in `allow` of book.toml"
            message = f"`{shown}` lies outside the book's folder and is not included"
            self.report.add(INCLUDE_OUTSIDE, message, span, hint)
            return None
        path = next(filter(is_there, paths), None)
        if path is None:
            known = names_in(paths[0].parent, *self.config.folders) if paths else []
            hint = did_you_mean(Path(name).name, known)
            self.report.add(NO_INCLUDE, f"no file `{shown}` to include", span, hint)
            return None
        if not is_file(path):
            self.report.add(NO_INCLUDE, f"`{shown}` is not an ordinary file", span)
            return None
        if path.resolve() in stack:
            way = [*stack[stack.index(path.resolve()) :], path.resolve()]
            names = " → ".join(p.name for p in way)
            message = f"`{shown}` includes itself: {names[:300]}"
            self.report.add(INCLUDE_CYCLE, message, span, "delete one of these includes")
            return None
        self.count += 1
        if len(stack) > MOST_NESTED or self.count > MOST_INCLUDES or self.size > LARGEST_TEXT:
            self.full = True
            message = f"{self.chapter.name} includes too much"
            self.report.add(TOO_MUCH_INCLUDED, message, self.chapter.span_of_file())
            return None
        included = self._read(path)
        if included is None:
            return None
        lines = selected(included, wanted, alone=alone)
        if lines is None:
            hint = did_you_mean(wanted[0], sections(included.text))
            what = ":".join(wanted)[:100]
            self.report.add(NO_INCLUDE, f"`{shown}` has no part `{what}`", span, hint)
            return None
        return included, lines

    def _paths(self, name: str, folders: Sequence[Path]) -> list[Path]:
        """Return what `name` may mean in `folders`, but for what lies outside the book's."""
        if not name:
            return []
        paths = [Path(os.path.normpath(folder / name)) for folder in dict.fromkeys(folders)]
        return [path for path in paths if is_inside(path, *self.config.folders)]

    def _read(self, path: Path) -> Source | None:
        if path not in self._known:
            config = self.config
            self._known[path] = read_source(
                path, config.folders, self.report, config.site_variables
            )
        return self._known[path]


def _fence_after(fence: str, line: str) -> str:
    """Return the fence that is open after `line`, or an empty string."""
    match = _FENCE.match(line)
    if not match or (fence and match["fence"][0] != fence[0]):
        return fence
    if fence:
        closes = len(match["fence"]) >= len(fence) and not match["info"].strip()
        return "" if closes else fence
    return "" if "`" in match["info"] and match["fence"][0] == "`" else match["fence"]


def _at(span: Span, text: str) -> Span:
    at = span.excerpt.find(text)
    return replace(span, column=at + 1, length=len(text)) if at >= 0 else span
