"""Choose the part of an included file: some of its lines, or what stands between two marks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source
from bookbuilder.reading.front_matter import read_front_matter
from bookbuilder.runtime.text_folder import is_markdown
from bookbuilder.text.patterns import rare_pattern

_MARKER = rare_pattern(
    r"\bANCHOR(?P<end>_END)?:[ \t]*(?P<name>[\w-]+)"
    r"|-+8<-+[ \t]*\[[ \t]*(?P<which>start|end)(?:[ \t]*:[ \t]*(?P<section>[\w-]+))?[ \t]*\]"
)
_REGION = rare_pattern(r"#?(?P<end>end)?region\b[ \t]*(?P<name>[\w*-]*)", re.IGNORECASE)
# docsify's `/// [demo]` and `### [demo]`, at the start and at the end.
_FRAGMENT = rare_pattern(r"[ \t]*(?:///|###)[ \t]*\[(?P<name>[\w-]+)\][ \t]*$")
Line = tuple[int, str]


def numbered(text: str) -> Iterator[Line]:
    return enumerate(text.split("\n"), 1)


def selected(source: Source, wanted: list[str], *, alone: bool) -> Iterator[Line] | None:
    """Return the lines that the `wanted` part of a target selects, or None if there are none."""
    text = source.text.removesuffix("\n")
    lines = list(numbered(text))
    if wanted and re.fullmatch(r"[a-zA-Z_][\w-]*", wanted[0]):
        chosen = (
            _section(lines, wanted[0]) or _region(lines, wanted[0]) or _fragment(lines, wanted[0])
        )
    elif any(wanted):
        chosen = [
            line for part in ":".join(wanted).split(",") for line in _range(lines, part, alone)
        ]
    else:
        front = is_markdown(source.path) and read_front_matter(source, Report())
        first = source.text.count("\n", 0, front.length) if front else 0
        chosen = lines[first:]
    if wanted and not chosen:
        return None
    return ((number, line) for number, line in chosen if not _MARKER.search(line))


def _range(lines: list[Line], part: str, alone: bool) -> list[Line]:
    """Select `4:6`, `4:`, `:6` or `4`, which means one line if `alone`, else all from there."""
    first, colon, last = part.strip().partition(":")
    if not all(re.fullmatch(r"\d{0,9}", number) for number in (first, last)):
        return []
    start = int(first or 1)
    end = int(last) if last else start if alone and not colon else len(lines)
    return lines[max(start - 1, 0) : end]


def _section(lines: list[Line], name: str) -> list[Line]:
    """Return the lines between the markers of section `name`."""
    inside = False
    chosen = []
    for number, line in lines:
        for marker in _MARKER.finditer(line):
            if (marker["name"] or marker["section"]) == name:
                inside = not (marker["end"] or marker["which"] == "end")
        if inside:
            chosen.append((number, line))
    return chosen


def _region(lines: list[Line], name: str) -> list[Line]:
    """Return the lines between the comments `#region name` and `#endregion` of editors."""
    chosen: list[Line] = []
    depth = 0
    for number, line in lines:
        mark = _REGION.search(line)
        if mark and (depth or mark["name"] == name):
            depth += -1 if mark["end"] else 1
            if depth <= 0:
                break
        elif depth:
            chosen.append((number, line))
    return chosen


def _fragment(lines: list[Line], name: str) -> list[Line]:
    """Return the lines between two equal marks of docsify."""
    marks = [
        index
        for index, (_, line) in enumerate(lines)
        if (mark := _FRAGMENT.match(line)) and mark["name"] == name
    ]
    return lines[marks[0] + 1 : marks[1]] if len(marks) > 1 else []


def sections(text: str) -> list[str]:
    return [m["name"] or m["section"] or "" for m in _MARKER.finditer(text)]
