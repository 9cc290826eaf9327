"""Read text files of a book as sources: UTF-8, of bounded size, without control characters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source, Span
from bookbuilder.runtime.files import LARGEST_TEXT, is_file, is_inside, name_of, read_file
from bookbuilder.text.patterns import rare_pattern

NOT_UTF8 = Rule(
    "S001",
    "not-utf8",
    Severity.ERROR,
    "Chapters must be UTF-8 text. In another encoding, some letters would turn into other"
    " letters, and nobody would notice. Save the file as UTF-8.",
    stops=False,
)
UNREADABLE = Rule(
    "S002",
    "unreadable",
    Severity.ERROR,
    "A chapter must be an ordinary file inside the book's folder that can be read.",
    stops=False,
)
TOO_LARGE = Rule(
    "S003",
    "too-large",
    Severity.ERROR,
    f"A chapter of more than {LARGEST_TEXT:,} bytes is refused: no reader would open it. Split it"
    " into files. book.toml may have 200,000.",
    stops=False,
)
CONTROL_CHARACTERS = Rule(
    "S004",
    "control-characters",
    Severity.WARNING,
    "Control characters have no place in a book and are not allowed in XHTML; they are left out.",
)

LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_VARIABLE = rare_pattern(r"\{\{ ?book\.(\w+) ?\}\}")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")


def without_controls(text: str) -> str:
    """Return `text` without the characters that XML forbids or discourages."""
    return _NOT_XML.sub("", text)


def read_source(
    path: Path,
    folders: Sequence[Path],
    report: Report,
    variables: Mapping[str, str] | None = None,
    largest: int = LARGEST_TEXT,
) -> Source | None:
    """Return the text of `path`, newlines as `\\n`; report and return None if it cannot be read.

    It must lie in one of `folders`, the first of which is the book's.
    `{{ book.name }}` becomes the value of the variable, if one has that name.
    """
    name = name_of(path, folders[0])
    if not is_inside(path, *folders) or not is_file(path):
        report.add(UNREADABLE, f"{name} is not a file inside the book's folder", Span(name))
        return None
    try:
        size = path.stat().st_size
        if size > largest:
            message = f"{name} has {size:,} bytes; the limit is {largest:,}"
            hint = "split it into chapters" if largest == LARGEST_TEXT else "make it shorter"
            report.add(TOO_LARGE, message, Span(name), hint)
            return None
        data = read_file(path, largest, folders)
    except OSError as error:
        report.add(UNREADABLE, f"{name} cannot be read: {error.strerror}", Span(name))
        return None
    if data.startswith(LFS_POINTER):
        message = f"{name} is a pointer of Git LFS, and its text was not fetched"
        report.add(UNREADABLE, message, Span(name), "fetch it with `git lfs pull`")
        return None
    text = _decode(data, name, report)
    if text is None:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if match := _NOT_XML.search(text):
        found = Source(path, name, text).span(match.start(), 1)
        code = f"U+{ord(match[0]):04X}"
        report.add(CONTROL_CHARACTERS, f"control character {code} left out", found, "delete it")
        text = without_controls(text)
    if variables:
        text = _VARIABLE.sub(lambda m: variables.get(m[1], m[0]), text)
    return Source(path, name, text)


def _decode(data: bytes, name: str, report: Report) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        start = before.rfind(b"\n") + 1
        end = data.find(b"\n", error.start)
        excerpt = data[start : end if end >= 0 else len(data)][:200].decode("utf-8", "replace")
        column = len(before[start:].decode("utf-8", "replace")) + 1
        utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
        kind = "looks like UTF-16" if utf16 else f"byte 0x{data[error.start]:02X}"
        report.add(
            NOT_UTF8,
            f"{name} is not UTF-8 text: {kind} in line {line}",
            Span(name, line, column, 1, _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", excerpt)),
            "save the file as UTF-8",
        )
        # The rest is worth checking, unless the file is not text at all.
        return None if b"\0" in data else data.decode("utf-8-sig", "replace")
