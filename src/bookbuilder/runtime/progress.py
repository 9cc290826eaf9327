"""Which chapter a program that was interrupted was busy with: read off the frames of its stack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from types import FrameType, MemberDescriptorType, TracebackType
from typing import Any
from xml.etree import ElementTree as ET

from bs4 import Tag

from bookbuilder.book import Book, Chapter
from bookbuilder.model.source import Source, Span
from bookbuilder.reading.outline import Entry

MOST_BOXES = 10_000
MOST_TREES = 1000


def frames_of(innermost: FrameType | None) -> list[FrameType]:
    """A stack's frames, the outermost first."""
    frames = []
    while innermost is not None:
        frames.append(innermost)
        innermost = innermost.f_back
    return frames[::-1]


def frames_of_traceback(trace: TracebackType | None) -> list[FrameType]:
    frames = []
    while trace is not None:
        frames.append(trace.tb_frame)
        trace = trace.tb_next
    return frames


def at_work_on(frames: Sequence[FrameType]) -> tuple[str, Span | None]:
    """What the functions of a stack, the outermost first, are busy with: its name, and where it is.

    That is the chapter or source that the innermost of them holds, or that an element or a box
    which it holds belongs to; else the book's only chapter, or, said as such, its longest.
    """
    values = [list(frame.f_locals.values()) for frame in frames]
    chapters = _chapters(value for held in values for value in held)
    by_slug = {chapter.slug: chapter for chapter in chapters}
    owners = _owners((value for held in values for value in held), by_slug)
    by_tree = {id(chapter.tree): chapter for chapter in chapters}
    for held in reversed(values):
        for value in held:
            chapter = value if isinstance(value, Chapter) else None
            if isinstance(value, Source):
                return value.name, value.span_of_file()
            if isinstance(value, Entry):
                return value.path.name, Span(value.path.name)
            if isinstance(value, Tag):
                chapter = by_tree.get(id(_root(value)))
            elif chapter is None:
                chapter = next((owners[e] for e in _elements_of(value) if e in owners), None)
            if chapter is not None:
                return f"“{chapter.title}”", chapter.source.span_of_file()
    if not chapters:
        return "the build", None
    longest = max(chapters, key=lambda chapter: len(chapter.source.text))
    name = f"“{longest.title}”"
    if len(chapters) > 1:
        name = f"the book, whose longest chapter is {name},"
    return name, longest.source.span_of_file()


def _chapters(values: Iterable[Any]) -> list[Chapter]:
    """The chapters of the books among `values`."""
    books = [value for value in values if isinstance(value, Book)]
    return list({id(c): c for book in books for c in book.chapters}.values())


def _owners(values: Iterable[Any], by_slug: dict[str, Chapter]) -> dict[ET.Element, Chapter]:
    """The chapter of every element in the trees that are among `values`, or in lists of them."""
    owners: dict[ET.Element, Chapter] = {}
    seen: set[ET.Element] = set()
    for value in values:
        is_list = isinstance(value, list) and value and isinstance(value[0], ET.Element)
        for found in value[:MOST_TREES] if is_list else [value]:
            is_wrapper = hasattr(type(found), "iter_ancestors")
            root = _element_of(_root(found) if is_wrapper else found)
            if root is None or root in seen or root in owners:
                continue
            if root.tag != "html" and root.get("id") not in by_slug:
                continue
            seen.add(root)
            for section in root.iter():
                chapter = by_slug.get(section.get("id", ""))
                if chapter is not None and section not in owners:
                    owners.update((inside, chapter) for inside in section.iter())
    return owners


def _root(node: Any) -> Any:
    while node.parent is not None:
        node = node.parent
    return node


def _attribute(value: Any, name: str) -> Any:
    """An attribute that was set. Not by getattr: on a bs4 Tag, that searches the tree below."""
    held = getattr(value, "__dict__", {})
    if name in held:
        return held[name]
    return getattr(value, name, None) if _is_slot(type(value), name) else None


def _is_slot(kind: type, name: str) -> bool:
    found = next((vars(k)[name] for k in kind.__mro__ if name in vars(k)), None)
    return isinstance(found, MemberDescriptorType)


def _element_of(value: Any) -> ET.Element | None:
    """`value` if it is an element, or the one that it stands for as a box, a wrapper or a node."""
    for _ in range(3):
        if value is None or isinstance(value, ET.Element):
            return value
        value = _attribute(value, "etree_element") or _attribute(value, "element")
    return None


def _elements_of(value: Any) -> Iterator[ET.Element]:
    """The element of `value`, or, for a page, those that are on it."""
    page = next((p for p in (value, *_page_in(value)) if type(p).__name__ == "PageBox"), None)
    stack = [value if page is None else page]
    for _ in range(MOST_BOXES):
        if not stack:
            return
        box = stack.pop()
        if (element := _element_of(box)) is not None:
            yield element
        if page is not None:
            stack.extend(reversed(getattr(box, "children", ())))


def _page_in(value: Any) -> Iterator[Any]:
    """What `value` is a wrapper of that may be a page's box."""
    return (_attribute(value, name) for name in ("page_box", "_page_box", "box"))
