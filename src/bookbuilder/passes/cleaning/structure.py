"""Repair the structure by HTML's content models, with the mildest change.

This goes top down: when an element's turn comes, its own place is right, and its children are
changed until they fit. An inline element around blocks becomes a `div` that looks the same; a block
in running text becomes a `span`; stray parts (`li`, `tr`, `dt`) get the element they belong in.
"""

from __future__ import annotations

from bs4 import Tag
from bs4.element import NavigableString, PageElement

from bookbuilder.dialect.core.links import ANYWHERE
from bookbuilder.passes.cleaning.attributes import add_style
from bookbuilder.passes.cleaning.parts import (
    ARRANGE,
    Nodes,
    complete,
    grouped,
    is_blank,
    is_part,
    rename,
    wrap,
)
from bookbuilder.trees.markup import has_class, new_tag, raw_text
from bookbuilder.trees.xhtml import (
    ATOMS,
    HEADINGS,
    INLINE_STYLE,
    LISTS,
    PHRASING,
    RUBY_PARTS,
    SECTIONING,
    TABLE_PARTS,
    TABLE_SECTIONS,
    TEXT_BLOCKS,
    TRANSPARENT,
)

# By id(), because hashing a Tag hashes all its text.
Tags = dict[int, Tag]


class Inside:
    """List the ancestors that forbid something, as bits: an `IntFlag` is slow to combine."""

    NOTHING = 0
    RUNNING_TEXT = 1
    LINK = 2
    ADDRESS = 4
    BAND = 8
    CAPTION = 16
    DFN = 32
    TIME = 64
    PRE = 128
    HEADING = 256


_FORBID: dict[str, int] = {
    "a": Inside.LINK,
    "address": Inside.ADDRESS,
    "caption": Inside.CAPTION,
    "dfn": Inside.DFN,
    "footer": Inside.BAND,
    "header": Inside.BAND,
    "pre": Inside.PRE,
    "time": Inside.TIME,
} | dict.fromkeys(HEADINGS, Inside.HEADING)
_RUNNING = (frozenset(INLINE_STYLE) | TEXT_BLOCKS | RUBY_PARTS) - {"rp"}
_OPENS = dict.fromkeys(_RUNNING, Inside.RUNNING_TEXT)
_OPENS |= {name: _OPENS.get(name, 0) | forbidden for name, forbidden in _FORBID.items()}


def repair_structure(tree: Tag) -> None:
    around_blocks = _inline_around_blocks(tree)
    split: Tags = {}
    stack: list[tuple[Tag, int]] = [(tree, Inside.NOTHING)]
    while stack:
        parent, inside = stack.pop()
        inside |= _OPENS.get(parent.name, Inside.NOTHING)
        children = parent.contents
        holds_tags = _holds_tags(children)
        if holds_tags:
            if inside & Inside.RUNNING_TEXT:
                children = _running_text(children, parent, inside, around_blocks)
            else:
                children = _flow(children, inside, around_blocks, split)
        arrange = ARRANGE.get(parent.name)
        if arrange is not None:
            children = arrange(parent, children)
        elif holds_tags and not inside & Inside.RUNNING_TEXT and any(map(is_part, children)):
            children = complete(children)
        if id(parent) in split or (parent.name in SECTIONING and _holds_bare_text(children)):
            children = _paragraphs(children, around_blocks)
        parent.contents = children
        for child in children:
            child.parent = parent
            if isinstance(child, Tag) and child.name not in ATOMS:
                stack.append((child, inside))
    _remove_empty(tree)


def _holds_tags(children: Nodes) -> bool:
    for child in children:  # noqa: SIM110 - ten thousands of calls, most with one child
        if isinstance(child, Tag):
            return True
    return False


def _inline_around_blocks(tree: Tag) -> Tags:
    """Return the `p`s and inline elements with a block somewhere inside."""
    found: Tags = {}
    climbed = frozenset(INLINE_STYLE) | TRANSPARENT | {"p"}
    stack = [tree]
    while stack:
        tag = stack.pop()
        for child in tag.contents:
            if not isinstance(child, Tag) or child.name in ATOMS:
                continue
            stack.append(child)
            if child.name in PHRASING or child.name in RUBY_PARTS:
                continue
            holder: Tag | None = tag
            while holder is not None and holder.name in climbed and id(holder) not in found:
                found[id(holder)] = holder
                holder = holder.parent
    return found


def _flow(children: Nodes, inside: int, around_blocks: Tags, split: Tags) -> Nodes:
    settled: Nodes = []
    waiting = children[::-1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Tag) and (opened := _fit(node, inside)) is not None:
            waiting.extend(reversed(opened))
            continue
        if isinstance(node, Tag) and id(node) in around_blocks:
            if node.name == "p":
                split[id(node)] = node
                rename(node, "div")
            elif node.name in INLINE_STYLE:
                style = INLINE_STYLE[node.name]
                rename(node, "div")
                add_style(node, style)
        settled.append(node)
    return settled


def _running_text(children: Nodes, parent: Tag, inside: int, around_blocks: Tags) -> Nodes:
    """Turn children into phrasing content: blocks lose their tags, or become spans with an id."""
    settled: Nodes = []
    waiting: list[PageElement | None] = [*children[::-1]]
    has_text = is_break_due = False
    while waiting:
        node = waiting.pop()
        if node is None:
            is_break_due = has_text
            continue
        if isinstance(node, Tag):
            if (opened := _fit(node, inside)) is not None:
                waiting.extend(reversed(opened))
                continue
            if node.name in RUBY_PARTS and parent.name != "ruby":
                rename(node, "span")
            if node.name not in PHRASING and node.name not in RUBY_PARTS:
                waiting.append(None)
                if (
                    rename(node, "code" if node.name == "pre" else "span").attrs
                    or node.name == "code"
                ):
                    waiting.append(node)
                else:
                    waiting.extend(reversed(node.contents))
                waiting.append(None)
                continue
        if not is_blank(node):
            if is_break_due:
                settled.append(_line_break(inside))
            has_text, is_break_due = True, False
        settled.append(node)
    return settled


def _line_break(inside: int) -> PageElement:
    if inside & (Inside.PRE | Inside.HEADING):
        return NavigableString("\n" if inside & Inside.PRE else " ")
    return new_tag("br")


def _fit(tag: Tag, inside: int) -> Nodes | None:
    """Change what `tag`'s ancestors forbid; return its children if the tag itself must go."""
    name = tag.name
    if inside == Inside.NOTHING and name != "time":
        return None
    if name == "a" and inside & Inside.LINK:
        if not tag.contents and has_class(tag, ANYWHERE):
            # A reference within a link can be no link of its own.
            tag.append(str(tag.get("href") or "").removeprefix("#"))
            del tag["class"]
        return None if rename(tag, "span").attrs else list(tag.contents)
    if (name == "details" and inside & Inside.LINK) or (
        inside & Inside.ADDRESS and (name in SECTIONING or name in ("address", "header", "footer"))
    ):
        rename(tag, "div")
    elif inside & Inside.ADDRESS and name in HEADINGS:
        rename(tag, "p")
        add_style(tag, "font-weight: bold")
    elif inside & Inside.BAND and name in ("header", "footer"):
        rename(tag, "div")
    elif inside & Inside.CAPTION and (name == "table" or name in TABLE_PARTS):
        if name in ("col", "colgroup"):
            return []
        rename(tag, "div")
    elif name == "dfn" and inside & Inside.DFN:
        rename(tag, "span")
    elif name == "time":
        has_elements = any(isinstance(child, Tag) for child in tag.contents)
        if inside & Inside.TIME or ("datetime" not in tag.attrs and has_elements):
            rename(tag, "span")
    return None


def _holds_bare_text(children: Nodes) -> bool:
    return any(
        child.name in PHRASING if isinstance(child, Tag) else not child.isspace()  # type: ignore[attr-defined]
        for child in children
    )


def _paragraphs(children: Nodes, around_blocks: Tags) -> Nodes:
    def kind_of(node: PageElement) -> str:
        is_block = isinstance(node, Tag) and (
            node.name not in PHRASING or id(node) in around_blocks
        )
        return "" if is_block else "p"

    done: Nodes = []
    for kind, run in grouped(children, kind_of):
        done.extend([wrap("p", run)] if kind else run)
    return done


_MEANINGLESS_EMPTY = LISTS | TABLE_SECTIONS | {"dl", "table", "figure"}
_MEANINGLESS_WITHOUT_ATTRIBUTES = (frozenset(INLINE_STYLE) | TRANSPARENT | {"div", "p"}) - {"ruby"}


def _remove_empty(tree: Tag) -> None:
    """Remove empty elements that mean nothing; a screen reader would announce an empty list."""
    tags: list[Tag] = []
    stack = [tree]
    while stack:
        children = [c for c in stack.pop().contents if isinstance(c, Tag) and c.name not in ATOMS]
        tags += children
        stack += children
    gone: Tags = {}
    for tag in reversed(tags):
        says_nothing = (tag.name in _MEANINGLESS_EMPTY and "id" not in tag.attrs) or (
            tag.name in _MEANINGLESS_WITHOUT_ATTRIBUTES and not tag.attrs
        )
        if says_nothing and all(is_blank(child) or id(child) in gone for child in tag.contents):
            gone[id(tag)] = tag
    for tag in (tree, *tags) if gone else ():
        if id(tag) not in gone and any(id(child) in gone for child in tag.contents):
            tag.contents = [_without(child, gone) for child in tag.contents]


def _without(child: PageElement, gone: Tags) -> PageElement:
    """Replace an element that goes by a blank if it held one, which parts the words around it."""
    if id(child) not in gone or not isinstance(child, Tag):
        return child
    return NavigableString(" " if raw_text(child) else "")
