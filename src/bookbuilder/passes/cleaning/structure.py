"""Content models: every element where the HTML standard lets it be, by the mildest change.

Top down: when an element's turn comes it is already where it may stay, and its children are changed
until they fit. An inline element around blocks becomes a `div` that looks like it; a block in
running text becomes a `span`; parts without their whole (`li`, `tr`, `dt`) get one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntFlag, auto

from bs4 import Tag
from bs4.element import NavigableString, PageElement

from bookbuilder.markup import new_tag
from bookbuilder.passes.cleaning.attributes import add_style
from bookbuilder.passes.cleaning.model import (
    ATOMS,
    ATTRIBUTES,
    CELLS,
    GLOBAL_ATTRIBUTES,
    HEADINGS,
    INLINE_STYLE,
    LISTS,
    PHRASING,
    RUBY_PARTS,
    SECTIONING,
    TABLE_SECTIONS,
    TEXT_BLOCKS,
    TRANSPARENT,
    roles_of,
)

Nodes = list[PageElement]
# By id(), for a Tag's own hash is that of all its text.
Tags = dict[int, Tag]


class Inside(IntFlag):
    """What an element is inside of, as far as that forbids something."""

    NOTHING = 0
    RUNNING_TEXT = auto()
    LINK = auto()
    ADDRESS = auto()
    BAND = auto()
    CAPTION = auto()
    DFN = auto()
    TIME = auto()
    PRE = auto()
    HEADING = auto()


_OPENS = {
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
_TABLE_PARTS = TABLE_SECTIONS | CELLS | {"caption", "col", "colgroup", "tr"}
_WHOLE = {"li": "ul", "dt": "dl", "dd": "dl"} | dict.fromkeys(_TABLE_PARTS, "table")
_LONELY = {"figcaption": "div", "summary": "p", "rt": "span", "rp": "span"}


def repair_structure(tree: Tag) -> None:
    around_blocks = _inline_around_blocks(tree)
    split: Tags = {}
    stack: list[tuple[Tag, Inside]] = [(tree, Inside.NOTHING)]
    while stack:
        parent, inside = stack.pop()
        if parent.name in _RUNNING:
            inside |= Inside.RUNNING_TEXT
        inside |= _OPENS.get(parent.name, Inside.NOTHING)
        children = parent.contents
        if any(isinstance(child, Tag) for child in children):
            if inside & Inside.RUNNING_TEXT:
                children = _running_text(children, parent, inside, around_blocks)
            else:
                children = _flow(children, inside, around_blocks, split)
        arrange = _ARRANGE.get(parent.name)
        if arrange is not None:
            children = arrange(parent, children)
        elif not inside & Inside.RUNNING_TEXT and any(_is_part(c) for c in children):
            children = _complete(children)
        if id(parent) in split or (parent.name in SECTIONING and _holds_bare_text(children)):
            children = _paragraphs(children, around_blocks)
        parent.contents = children
        for child in children:
            child.parent = parent
            if isinstance(child, Tag) and child.name not in ATOMS:
                stack.append((child, inside))
    _remove_empty(tree)


def _inline_around_blocks(tree: Tag) -> Tags:
    """The `p`s and inline elements with a block somewhere inside."""
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


def _flow(children: Nodes, inside: Inside, around_blocks: Tags, split: Tags) -> Nodes:
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


def _running_text(
    children: Nodes, parent: Tag, inside: Inside, around_blocks: Tags
) -> Nodes:
    """Children as phrasing content: blocks lose their tags, or become spans to keep an id."""
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
                if rename(node, "code" if node.name == "pre" else "span").attrs:
                    waiting.append(node)
                elif node.name == "code":
                    waiting.append(node)
                else:
                    waiting.extend(reversed(node.contents))
                waiting.append(None)
                continue
        if not _is_blank(node):
            if is_break_due:
                settled.append(_line_break(inside))
            has_text, is_break_due = True, False
        settled.append(node)
    return settled


def _line_break(inside: Inside) -> PageElement:
    if inside & (Inside.PRE | Inside.HEADING):
        return NavigableString("\n" if inside & Inside.PRE else " ")
    return new_tag("br")


def _fit(tag: Tag, inside: Inside) -> Nodes | None:  # noqa: PLR0911
    """Change what `tag`'s ancestors forbid; its children if the tag itself has to go."""
    name = tag.name
    if inside is Inside.NOTHING and name != "time":
        return None
    if name == "a" and inside & Inside.LINK:
        return None if rename(tag, "span").attrs else list(tag.contents)
    if name == "details" and inside & Inside.LINK:
        rename(tag, "div")
    elif inside & Inside.ADDRESS and (name in SECTIONING or name in ("address", "header", "footer")):
        rename(tag, "div")
    elif inside & Inside.ADDRESS and name in HEADINGS:
        rename(tag, "p")
        add_style(tag, "font-weight: bold")
    elif inside & Inside.BAND and name in ("header", "footer"):
        rename(tag, "div")
    elif inside & Inside.CAPTION and (name == "table" or name in _TABLE_PARTS):
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


def rename(tag: Tag, name: str) -> Tag:
    """Turn `tag` into a `name`, without the attributes that only its old name had."""
    if name != tag.name:
        own = ATTRIBUTES.get(name, {})
        for key in list(tag.attrs):
            is_kept = key in GLOBAL_ATTRIBUTES or key in own or key == "style"
            if not is_kept and not (key == "role" and tag.attrs[key] in roles_of(name)):
                del tag.attrs[key]
        tag.name = name
    return tag


def _is_part(node: PageElement) -> bool:
    return isinstance(node, Tag) and (node.name in _WHOLE or node.name in _LONELY)


def _is_blank(node: PageElement) -> bool:
    return not isinstance(node, Tag) and not str(node).strip()


def _wrap(name: str, children: Iterable[PageElement]) -> Tag:
    tag = new_tag(name)
    tag.contents = list(children)
    while tag.contents and _is_blank(tag.contents[-1]):
        tag.contents.pop()
    for child in tag.contents:
        child.parent = tag
    return tag


def _grouped(children: Nodes, kind_of: Callable[[PageElement], str]) -> list[tuple[str, Nodes]]:
    """Runs of children of one kind, blanks going with the run before; no blanks of their own."""
    groups: list[tuple[str, Nodes]] = []
    for child in children:
        if _is_blank(child):
            if groups:
                groups[-1][1].append(child)
            continue
        kind = kind_of(child)
        if groups and groups[-1][0] == kind:
            groups[-1][1].append(child)
        else:
            groups.append((kind, [child]))
    return groups


def _kind(node: PageElement, kinds: dict[str, str], other: str) -> str:
    return kinds.get(node.name, other) if isinstance(node, Tag) else other


def _complete(children: Nodes) -> Nodes:
    """Flow content in which every part (`li`, `dd`, `tr` …) is in its whole."""
    for child in children:
        if isinstance(child, Tag) and child.name in _LONELY:
            rename(child, _LONELY[child.name])
    done: Nodes = []
    lead = next((i for i, c in enumerate(children) if not _is_blank(c)), len(children))
    done.extend(children[:lead])
    for kind, run in _grouped(children[lead:], lambda c: _kind(c, _WHOLE, "")):
        done.extend([_wrap(kind, run)] if kind else run)
    return done


def _holds_bare_text(children: Nodes) -> bool:
    return any(
        child.name in PHRASING if isinstance(child, Tag) else not child.isspace()  # type: ignore[attr-defined]
        for child in children
    )


def _paragraphs(children: Nodes, around_blocks: Tags) -> Nodes:
    def kind_of(node: PageElement) -> str:
        is_block = isinstance(node, Tag) and (node.name not in PHRASING or id(node) in around_blocks)
        return "" if is_block else "p"

    done: Nodes = []
    for kind, run in _grouped(children, kind_of):
        done.extend([_wrap("p", run)] if kind else run)
    return done


def _list(tag: Tag, children: Nodes) -> Nodes:
    done: Nodes = []
    for kind, run in _grouped(children, lambda c: _kind(c, {"li": "li"}, "")):
        if kind:
            done.extend(run)
            continue
        last = next((n for n in reversed(done) if isinstance(n, Tag)), None)
        if last is not None and all(_is_blank(n) or _is_list(n) for n in run):
            last.contents.extend(run)
        else:
            done.append(_wrap("li", run))
    if tag.name == "ul":
        for item in done:
            if isinstance(item, Tag):
                item.attrs.pop("value", None)
    return done


def _is_list(node: PageElement) -> bool:
    return isinstance(node, Tag) and node.name in LISTS


def _definitions(tag: Tag, children: Nodes) -> Nodes:
    flat: Nodes = []
    waiting = children[::-1]
    while waiting:
        node = waiting.pop()
        is_group = isinstance(node, Tag) and node.name == "div" and any(
            isinstance(c, Tag) and c.name in ("dt", "dd", "div") for c in node.contents
        )
        if is_group and isinstance(node, Tag):
            waiting.extend(reversed(node.contents))
        else:
            flat.append(node)
    done: Nodes = []
    before = ""
    for kind, run in _grouped(flat, lambda c: _kind(c, {"dt": "dt", "dd": "dd"}, "")):
        if kind != "dt" and before == "":
            done.append(new_tag("dt"))
        done.extend(run if kind else [_wrap("dd", run)])
        before = "dt" if kind == "dt" else "dd"
    if before == "dt":
        done.append(new_tag("dd"))
    return done


def _table(tag: Tag, children: Nodes) -> Nodes:
    """`caption?, colgroup*, thead?, tbody*, tfoot?`, whatever came in whatever order."""
    kinds = {"td": "cells", "th": "cells"} | {n: n for n in _TABLE_PARTS if n not in CELLS}
    parts: dict[str, list[Tag]] = {n: [] for n in ("caption", "colgroup", "thead", "tbody", "tfoot")}
    for kind, run in _grouped(children, lambda c: _kind(c, kinds, "")):
        tags = [n for n in run if isinstance(n, Tag)]
        if kind == "col":
            parts["colgroup"].append(_wrap("colgroup", tags))
        elif kind == "tr":
            parts["tbody"].append(_wrap("tbody", run))
        elif kind == "cells":
            parts["tbody"].append(_wrap("tbody", [_wrap("tr", run)]))
        elif kind:
            parts[kind].extend(tags)
        else:
            parts["tbody"].append(_wrap("tbody", [_wrap("tr", [_wrap("td", run)])]))
    for extra in parts["caption"][1:]:
        parts["caption"][0].contents += [new_tag("br"), *extra.contents]
    extras = parts["thead"][1:] + parts["tfoot"][1:]
    for section in extras:
        rename(section, "tbody")
    order: list[Tag] = parts["caption"][:1] + parts["colgroup"] + parts["thead"][:1]
    order += parts["tbody"] + extras + parts["tfoot"][:1]
    done: Nodes = []
    for part in order:
        done += [NavigableString("\n"), part]
    return [*done, NavigableString("\n")] if done else []


def _rows(tag: Tag, children: Nodes) -> Nodes:
    done: Nodes = []
    kinds = {"tr": "tr", "td": "cells", "th": "cells"}
    for kind, run in _grouped(children, lambda c: _kind(c, kinds, "")):
        if kind == "tr":
            done.extend(run)
        else:
            done.append(_wrap("tr", run if kind else [_wrap("td", run)]))
    return done


def _cells(tag: Tag, children: Nodes) -> Nodes:
    done: Nodes = []
    for kind, run in _grouped(children, lambda c: _kind(c, {"td": "cell", "th": "cell"}, "")):
        done.extend(run if kind else [_wrap("td", run)])
    return done


def _columns(tag: Tag, children: Nodes) -> Nodes:
    columns: Nodes = [c for c in children if isinstance(c, Tag) and c.name == "col"]
    if columns:
        tag.attrs.pop("span", None)
    return columns


def _figure(tag: Tag, children: Nodes) -> Nodes:
    captions = [c for c in children if isinstance(c, Tag) and c.name == "figcaption"]
    for extra in captions[1:]:
        rename(extra, "div")
    if not captions:
        return _complete(children)
    caption = captions[0]
    at = next(i for i, c in enumerate(children) if c is caption)
    before = _complete(children[:at]) if any(not _is_blank(c) for c in children[:at]) else []
    after = _complete(children[at + 1 :])
    return [*before, *after, caption] if before else [caption, *after]


def _details(tag: Tag, children: Nodes) -> Nodes:
    summaries = [c for c in children if isinstance(c, Tag) and c.name == "summary"]
    for extra in summaries[1:]:
        rename(extra, "p")
    summary = summaries[0] if summaries else new_tag("summary", {}, "…")
    return [summary, *_complete([c for c in children if c is not summary])]


def _ruby(tag: Tag, children: Nodes) -> Nodes:
    """Each base followed by its `rt`, in `rp`s only where all of them are."""
    names = [c.name if isinstance(c, Tag) else "" for c in children if not _is_blank(c)]
    readings = names.count("rt")
    if not readings:
        rename(tag, "span")
        return [c for c in children if not isinstance(c, Tag) or c.name != "rp"]
    pairs = sum(names[i : i + 3] == ["rp", "rt", "rp"] for i in range(len(names)))
    done: Nodes = list(children)
    if pairs != readings or names.count("rp") != 2 * readings:
        done = [c for c in done if not isinstance(c, Tag) or c.name != "rp"]
    else:
        # Between the brackets and the reading nothing may stand, not even a blank.
        parts = [i for i, c in enumerate(done) if isinstance(c, Tag) and c.name in RUBY_PARTS]
        dropped = {
            i
            for first, second in zip(parts, parts[1:], strict=False)
            for i in range(first + 1, second)
            if all(_is_blank(c) for c in done[first + 1 : second])
        }
        done = [c for i, c in enumerate(done) if i not in dropped]
    for part in done:
        if isinstance(part, Tag) and part.name == "rp":
            part.contents = [NavigableString(part.get_text())]
    last = next((c for c in reversed(done) if not _is_blank(c)), None)
    if not (isinstance(last, Tag) and last.name in RUBY_PARTS):
        done.append(new_tag("rt"))
    while done and _is_blank(done[-1]):
        done.pop()
    return done


_ARRANGE: dict[str, Callable[[Tag, Nodes], Nodes]] = {
    "ul": _list,
    "ol": _list,
    "dl": _definitions,
    "table": _table,
    "thead": _rows,
    "tbody": _rows,
    "tfoot": _rows,
    "tr": _cells,
    "colgroup": _columns,
    "figure": _figure,
    "details": _details,
    "ruby": _ruby,
}


_MEANINGLESS_EMPTY = LISTS | TABLE_SECTIONS | {"dl", "table", "figure"}
_MEANINGLESS_WITHOUT_ATTRIBUTES = (frozenset(INLINE_STYLE) | TRANSPARENT | {"div", "p"}) - {"ruby"}


def _remove_empty(tree: Tag) -> None:
    """What has nothing in it and says nothing: a reader would announce an empty list all the same."""
    tags: list[Tag] = []
    stack = [tree]
    while stack:
        children = [c for c in stack.pop().contents if isinstance(c, Tag) and c.name not in ATOMS]
        tags += children
        stack += children
    for tag in reversed(tags):
        is_empty = all(_is_blank(child) for child in tag.contents) and (
            (tag.name in _MEANINGLESS_EMPTY and "id" not in tag.attrs)
            or (tag.name in _MEANINGLESS_WITHOUT_ATTRIBUTES and not tag.attrs)
        )
        if is_empty and tag.parent is not None:
            siblings = tag.parent.contents
            at = next(i for i, sibling in enumerate(siblings) if sibling is tag)
            siblings[at : at + 1] = tag.contents
            for blank in tag.contents:
                blank.parent = tag.parent
