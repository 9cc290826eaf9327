"""Find the components of other tools in a chapter, and tell them from text in angle brackets.

A component has a name that HTML does not know, and is surely meant as a tag: it is closed, or
closes itself, or has values. `Vec<T>` is a type and `<your file>` a placeholder: both are text.
"""

from __future__ import annotations

import bisect
import re

from msgspec import Struct, field

from bookbuilder.dialect.core.html_tags import KNOWN
from bookbuilder.dialect.core.jsx import Tag, read_tag
from bookbuilder.model.locating import without_code
from bookbuilder.text.patterns import rare_pattern

_NAME = r"(?:[A-Z][\w.]*|[a-z][a-z0-9]*(?:-[a-z0-9]+)+|[a-z]:[A-Za-z]\w*)(?=[\s/>])"
_TAG = rare_pattern(rf"(?<!\\)</?{_NAME}")
# Names of HTML's elements that are components if written with a capital.
_CAPITALS = frozenset({"Link", "Image", "Details", "Frame", "Head", "Aside"})
IMAGE_FILE = rare_pattern(r"\.(?:apng|avif|bmp|gif|jpe?g|png|svg|tiff?|webp)$", re.IGNORECASE)
_IMPORT = rare_pattern(
    r"""^import[ \t]+(?:\*[ \t]+as[ \t]+)?(\w+)[ \t]+from[ \t]+["']([^"'\n]+)["']""", re.MULTILINE
)


class ChapterTags(Struct):
    """Hold the components of a chapter: where they stand, and where they end."""

    by_place: dict[tuple[int, int], Tag]
    ends: dict[int, Tag]
    paired: set[str]
    imports: dict[str, str]
    starts: list[int]
    open_marks: dict[str, list[str]] = field(default_factory=dict)
    """The HTML that ends what start tags began, by their names."""

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line, from 1, and the column, from 0, of an offset."""
        line = bisect.bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1]


def find_tags(text: str) -> ChapterTags:
    starts = [0, *(m.end() for m in re.finditer("\n", text))]
    imports = {m[1]: m[2] for m in _IMPORT.finditer(text) if IMAGE_FILE.search(m[2])}
    found = ChapterTags({}, {}, set(), imports, starts)
    waiting: dict[str, list[Tag]] = {}
    prose = without_code(text) if "<" in text else ""
    at = 0
    while match := _TAG.search(prose, at):
        at = match.end()
        tag = read_tag(text, match.start())
        if tag is None or not may_be_component(tag) or is_type(tag, text):
            continue
        at = tag.end
        if not tag.is_end:
            found.by_place[found.place(tag.start)] = tag
            if not tag.closes_itself:
                waiting.setdefault(tag.name, []).append(tag)
        elif opened := waiting.get(tag.name):
            found.ends[opened.pop().start] = tag
            found.by_place[found.place(tag.start)] = tag
    found.by_place = {
        place: tag
        for place, tag in found.by_place.items()
        if tag.is_end or is_clear(tag) or tag.start in found.ends
    }
    found.paired = {tag.name for tag in found.ends.values()}
    return found


def may_be_component(tag: Tag) -> bool:
    if tag.name in _CAPITALS:
        return True
    return tag.name.lower() not in KNOWN and bool(re.match(_NAME, f"{tag.name} "))


def is_clear(tag: Tag) -> bool:
    """Return whether the tag alone shows that it is one."""
    return tag.closes_itself or any(tag.values.values()) or bool(tag.expressions)


def is_type(tag: Tag, text: str) -> bool:
    """Return whether it is like `Vec<T>`: a name that touches the word before it."""
    before = text[tag.start - 1 : tag.start]
    if ":" in tag.name:
        return False
    return (before.isalnum() or before == "_") and not (tag.is_end or is_clear(tag))
