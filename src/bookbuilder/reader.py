"""Front matter and Markdown in, chapters as HTML trees out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from bs4 import Tag

from bookbuilder import dialect
from bookbuilder.book import Chapter
from bookbuilder.diagnostics import Report, Rule, Severity
from bookbuilder.files import is_inside
from bookbuilder.frontmatter import FrontMatter, read_front_matter
from bookbuilder.headings import (
    HEADINGS,
    LONGEST_TITLE,
    give_anchors,
    level,
    set_title,
    settle_levels,
    title_heading,
)
from bookbuilder.markup import elements, has_class, new_tag, parse_fragment, text_of
from bookbuilder.outline import Entry
from bookbuilder.slugs import file_slug
from bookbuilder.source import Source, Span

LARGEST_SOURCE = 8_000_000
LARGEST_UNSPLIT = 100_000

NOT_UTF8 = Rule(
    "S001",
    "not-utf8",
    Severity.ERROR,
    "Chapters are UTF-8 text. Read as anything else, letters would come out as other letters"
    " without anybody noticing.",
)
UNREADABLE = Rule(
    "S002",
    "unreadable",
    Severity.ERROR,
    "A chapter must be an ordinary file inside the book's folder that can be read.",
)
TOO_LARGE = Rule(
    "S003",
    "too-large",
    Severity.ERROR,
    f"A chapter of more than {LARGEST_SOURCE:,} bytes is refused: no reader would open it. Split it"
    " into files.",
)
CONTROL_CHARACTERS = Rule(
    "S004",
    "control-characters",
    Severity.WARNING,
    "Control characters have no place in a book and are not allowed in XHTML; they are left out.",
)
EMPTY = Rule(
    "S005",
    "empty-chapter",
    Severity.WARNING,
    "A chapter without text makes a blank page in print and a dead entry in the contents.",
)

_VARIABLE = re.compile(r"\{\{ ?book\.(\w+) ?\}\}")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")


def read_source(
    path: Path, root: Path, report: Report, variables: Mapping[str, str] | None = None
) -> Source | None:
    """The text of `path`, newlines as `\\n`; None where it cannot be read, which is reported.

    `{{ book.name }}` becomes the value of the variable where there is one of that name.
    """
    name = path.relative_to(root).as_posix()
    if not path.is_file() or not is_inside(path, root):
        report.add(UNREADABLE, f"{name} is not a file inside the book's folder", Span(name))
        return None
    try:
        size = path.stat().st_size
        if size > LARGEST_SOURCE:
            message = f"{name} has {size:,} bytes; the limit is {LARGEST_SOURCE:,}"
            report.add(TOO_LARGE, message, Span(name), "split it into chapters")
            return None
        data = path.read_bytes()
    except OSError as error:
        report.add(UNREADABLE, f"{name} cannot be read: {error.strerror}", Span(name))
        return None
    text = _decode(data, name, report)
    if text is None:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if match := _NOT_XML.search(text):
        found = Source(path, name, text).span(match.start(), 1)
        code = f"U+{ord(match[0]):04X}"
        report.add(CONTROL_CHARACTERS, f"control character {code} left out", found, "delete it")
        text = _NOT_XML.sub("", text)
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
        return None


def read_chapters(source: Source, entry: Entry, alone: bool, report: Report) -> list[Chapter]:
    """The chapters in `source`: one, or several where a long file is a whole book (`alone`)."""
    front = read_front_matter(source, report)
    tree = parse_fragment(dialect.convert(source, front.length, report))
    if not tree.get_text(strip=True) and not elements(tree, "img", "svg", "math"):
        report.add(EMPTY, f"{source.name} has no text", source.span_of_file())
    pieces = (_split(tree, source) if alone else []) or [tree]
    several = len(pieces) > 1
    return [_chapter(piece, source, front, entry, in_pieces=several) for piece in pieces]


def _chapter(
    tree: Tag, source: Source, front: FrontMatter, entry: Entry, in_pieces: bool
) -> Chapter:
    heading = title_heading(tree)
    file_title = _title_of_file(source.path)
    said = "" if in_pieces else front.title or entry.title
    if heading is not None and heading.name != "h1" and said and text_of(heading) != said:
        heading = None
    title = text_of(heading) if heading is not None else said
    title = " ".join(title.split())[:LONGEST_TITLE] or said or file_title
    set_title(tree, heading if heading is not None and text_of(heading) else None, title)
    if heading is not None and not text_of(heading):
        heading.extract()
    settle_levels(tree)
    give_anchors(tree)
    tree["class"] = "chapter"
    if front.lang:
        tree["lang"] = front.lang
    return Chapter(
        slug=file_slug(title if in_pieces else front.slug or _name_of_file(source.path), ""),
        title=title,
        tree=tree,
        source=source,
        role=f"doc-{front.role.removeprefix('doc-')}" if front.role else "",
        depth=entry.depth,
        numbered=front.numbered,
        addresses=front.addresses,
    )


def _name_of_file(path: Path) -> str:
    is_index = path.stem.lower() in ("readme", "index")
    return path.parent.name if is_index and path.parent.name else path.stem


def _title_of_file(path: Path) -> str:
    words = re.sub(r"^\d+[-_. ]+(?=\D)", "", _name_of_file(path))
    words = re.sub(r"[-_]+", " ", words).strip()
    return words[:1].upper() + words[1:] or "Untitled"


def _split(tree: Tag, source: Source) -> list[Tag]:
    """The tree cut at its `h1`s, or, where one `h1` heads a long book, at its `h2`s."""
    cut = "h1"
    if len(tree.find_all("h1", recursive=False)) < 2:
        if len(source.text) < LARGEST_UNSPLIT:
            return []
        cut = "h2"
        if len(tree.find_all("h2", recursive=False)) < 2:
            return []
    pieces = [new_tag("section", {})]
    for node in list(tree.children):
        if isinstance(node, Tag) and node.name == cut:
            pieces.append(new_tag("section", {}))
        pieces[-1].append(node)
    kept = [p for p in pieces if _has_more_than_title(p) or p is not pieces[0]]
    notes = next((d for p in kept for d in elements(p, "div") if has_class(d, "footnote")), None)
    if notes is not None and len(kept) > 1:
        _share_notes(kept, notes)
    return kept


def _has_more_than_title(piece: Tag) -> bool:
    headings = elements(piece, *HEADINGS)
    text = piece.get_text(strip=True)
    if elements(piece, "img", "svg", "math"):
        return True
    return bool(text) and (not headings or text != headings[0].get_text(strip=True))


def _share_notes(pieces: list[Tag], notes: Tag) -> None:
    """Give each piece the notes that it refers to; notes stand at the end of the whole file."""
    by_id = {str(li.get("id")): li for li in elements(notes, "li") if li.get("id")}
    notes.extract()
    for piece in pieces:
        wanted = [str(a["href"])[1:] for a in elements(piece, "a") if has_class(a, "footnote-ref")]
        items = [by_id.pop(name) for name in dict.fromkeys(wanted) if name in by_id]
        if items:
            piece.append(new_tag("div", {"class": "footnote"}, new_tag("ol", {}, *items)))


__all__ = ["level", "read_chapters", "read_source"]
