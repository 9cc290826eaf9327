"""Set apart the lines of code that have numbers, or that stand out.

A fence says which (`dialect.core.listing`). Numbers and signs are text, because not every reader
shows what a stylesheet adds. This comes after the colours, which end with each line.
"""

from __future__ import annotations

from bs4 import Tag
from bs4.element import NavigableString, PageElement

from bookbuilder.book import Book
from bookbuilder.model.diagnostics import Report
from bookbuilder.runtime.progress import tracked
from bookbuilder.trees.markup import elements, new_tag, raw_text

FIRST = "data-first-line"
_KINDS = {"marked": "", "added": "+", "removed": "\N{MINUS SIGN}"}
_EDITS = {"added": "ins", "removed": "del"}


def code_lines(book: Book, report: Report) -> None:
    """Put each line of such code into an element: `<span class="code-line marked">`."""
    for chapter in tracked(book.chapters):
        for pre in elements(chapter.tree, "pre") if chapter.may_hold("pre") else ():
            first = pre.attrs.pop(FIRST, None)
            kinds = {k: _numbers(pre.attrs.pop(f"data-{k}-lines", "")) for k in _KINDS}
            code = next((c for c in pre.contents if isinstance(c, Tag)), None)
            if code is None or code.name != "code" or (first is None and not any(kinds.values())):
                continue
            lines = _lines(code)
            if lines:
                _set_lines(pre, code, lines, None if first is None else int(str(first)), kinds)


def _set_lines(
    pre: Tag,
    code: Tag,
    lines: list[list[PageElement]],
    first: int | None,
    kinds: dict[str, set[int]],
) -> None:
    has_signs = bool(kinds["added"] or kinds["removed"])
    digits = 0 if first is None else max(len(str(first)), len(str(first + len(lines) - 1)))
    names = ["numbered"] * (first is not None) + ["signed"] * has_signs
    if names:
        pre["class"] = " ".join([*pre.get_attribute_list("class"), *names])
    made: list[PageElement] = []
    for nth, content in enumerate(lines, 1):
        own = [kind for kind, numbers in kinds.items() if nth in numbers]
        line = new_tag("span", {"class": " ".join(["code-line", *own])})
        before: list[PageElement] = []
        if first is not None:
            text = f"{first + nth - 1:>{digits}}  "
            before.append(new_tag("span", {"class": "line-number"}, text))
        if has_signs:
            sign = next((_KINDS[kind] for kind in reversed(own) if _KINDS[kind]), " ")
            before.append(new_tag("span", {"class": "line-sign"}, f"{sign} "))
        edit = next((_EDITS[kind] for kind in reversed(own) if kind in _EDITS), "")
        edited = new_tag(edit, {}) if edit and content else None
        if edited is not None:
            _fill(edited, content)
        shown = content if edited is None else [edited]
        _fill(line, [*before, *shown, NavigableString("\n")])
        made.append(line)
    _fill(code, made)


def _fill(tag: Tag, contents: list[PageElement]) -> None:
    """Give `tag` new contents; `cleaning.relink_trees` joins them to the rest of the tree."""
    tag.contents = contents
    for child in contents:
        child.parent = tag


def _lines(code: Tag) -> list[list[PageElement]]:
    """Return what each line of `code` holds; nothing if an element goes over the end of one."""
    lines: list[list[PageElement]] = [[]]
    for child in list(code.contents):
        if isinstance(child, Tag):
            if "\n" in raw_text(child):
                return []
            lines[-1].append(child)
            continue
        for nth, piece in enumerate(str(child).split("\n")):
            if nth:
                lines.append([])
            if piece:
                lines[-1].append(NavigableString(piece))
    if not lines[-1]:
        lines.pop()
    return lines


def _numbers(said: object) -> set[int]:
    found: set[int] = set()
    for part in str(said).split(","):
        start, _, end = part.partition("-")
        if start.isdecimal() and (end or start).isdecimal() and len(part) < 16:
            found.update(range(int(start), min(int(end or start), int(start) + 100_000) + 1))
    return found
