"""Arrange the parts of lists, definitions, tables, figures, details and ruby in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

from bs4 import Tag
from bs4.element import NavigableString, PageElement

from bookbuilder.trees.markup import new_tag, raw_text
from bookbuilder.trees.xhtml import (
    ATTRIBUTES,
    CELLS,
    GLOBAL_ATTRIBUTES,
    LISTS,
    RUBY_PARTS,
    TABLE_PARTS,
    roles_of,
)

Nodes = list[PageElement]

_WHOLE = {"li": "ul", "dt": "dl", "dd": "dl"} | dict.fromkeys(TABLE_PARTS, "table")
_LONELY = {"figcaption": "div", "summary": "p", "rt": "span", "rp": "span"}


def rename(tag: Tag, name: str) -> Tag:
    """Turn `tag` into a `name`, without the attributes that are valid only on the old element."""
    if name != tag.name:
        own = ATTRIBUTES.get(name, {})
        for key in list(tag.attrs):
            is_kept = key in GLOBAL_ATTRIBUTES or key in own or key == "style"
            if not is_kept and not (key == "role" and tag.attrs[key] in roles_of(name)):
                del tag.attrs[key]
        tag.name = name
    return tag


def is_part(node: PageElement) -> bool:
    return isinstance(node, Tag) and (node.name in _WHOLE or node.name in _LONELY)


def is_blank(node: PageElement) -> bool:
    return isinstance(node, NavigableString) and (not node or node.isspace())


def wrap(name: str, children: Iterable[PageElement]) -> Tag:
    tag = new_tag(name)
    tag.contents = list(children)
    while tag.contents and is_blank(tag.contents[-1]):
        tag.contents.pop()
    for child in tag.contents:
        child.parent = tag
    return tag


def grouped(children: Nodes, kind_of: Callable[[PageElement], str]) -> list[tuple[str, Nodes]]:
    """Group neighbouring children of one kind; blanks join the group before them."""
    groups: list[tuple[str, Nodes]] = []
    for child in children:
        if is_blank(child):
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


def complete(children: Nodes) -> Nodes:
    """Wrap every stray part (`li`, `dd`, `tr` …) in the element that it belongs in."""
    for child in children:
        if isinstance(child, Tag) and child.name in _LONELY:
            rename(child, _LONELY[child.name])
    done: Nodes = []
    lead = next((i for i, c in enumerate(children) if not is_blank(c)), len(children))
    done.extend(children[:lead])
    for kind, run in grouped(children[lead:], lambda c: _kind(c, _WHOLE, "")):
        done.extend([wrap(kind, run)] if kind else run)
    return done


def _list(tag: Tag, children: Nodes) -> Nodes:
    done: Nodes = []
    for kind, run in grouped(children, lambda c: _kind(c, {"li": "li"}, "")):
        if kind:
            done.extend(run)
            continue
        last = next((n for n in reversed(done) if isinstance(n, Tag)), None)
        if last is not None and all(is_blank(n) or _is_list(n) for n in run):
            last.contents.extend(run)
        else:
            done.append(wrap("li", run))
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
        is_group = (
            isinstance(node, Tag)
            and node.name == "div"
            and any(isinstance(c, Tag) and c.name in ("dt", "dd", "div") for c in node.contents)
        )
        if is_group and isinstance(node, Tag):
            waiting.extend(reversed(node.contents))
        else:
            flat.append(node)
    done: Nodes = []
    before = ""
    for kind, run in grouped(flat, lambda c: _kind(c, {"dt": "dt", "dd": "dd"}, "")):
        if kind != "dt" and before == "":
            done.append(new_tag("dt"))
        done.extend(run if kind else [wrap("dd", run)])
        before = "dt" if kind == "dt" else "dd"
    if before == "dt":
        done.append(new_tag("dd"))
    return done


def _table(tag: Tag, children: Nodes) -> Nodes:
    """Sort the children into `caption?, colgroup*, thead?, tbody*, tfoot?`."""
    kinds = {"td": "cells", "th": "cells"} | {n: n for n in TABLE_PARTS if n not in CELLS}
    parts: dict[str, list[Tag]] = {
        n: [] for n in ("caption", "colgroup", "thead", "tbody", "tfoot")
    }
    for kind, run in grouped(children, lambda c: _kind(c, kinds, "")):
        tags = [n for n in run if isinstance(n, Tag)]
        if kind == "col":
            parts["colgroup"].append(wrap("colgroup", tags))
        elif kind == "tr":
            parts["tbody"].append(wrap("tbody", run))
        elif kind == "cells":
            parts["tbody"].append(wrap("tbody", [wrap("tr", run)]))
        elif kind:
            parts[kind].extend(tags)
        else:
            parts["tbody"].append(wrap("tbody", [wrap("tr", [wrap("td", run)])]))
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
    for kind, run in grouped(children, lambda c: _kind(c, kinds, "")):
        if kind == "tr":
            done.extend(run)
        else:
            done.append(wrap("tr", run if kind else [wrap("td", run)]))
    return done


def _cells(tag: Tag, children: Nodes) -> Nodes:
    done: Nodes = []
    for kind, run in grouped(children, lambda c: _kind(c, {"td": "cell", "th": "cell"}, "")):
        done.extend(run if kind else [wrap("td", run)])
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
        return complete(children)
    caption = captions[0]
    at = next(i for i, c in enumerate(children) if c is caption)
    before = complete(children[:at]) if any(not is_blank(c) for c in children[:at]) else []
    after = complete(children[at + 1 :])
    return [*before, *after, caption] if before else [caption, *after]


def _details(tag: Tag, children: Nodes) -> Nodes:
    summaries = [c for c in children if isinstance(c, Tag) and c.name == "summary"]
    for extra in summaries[1:]:
        rename(extra, "p")
    summary = summaries[0] if summaries else new_tag("summary", {}, "…")
    return [summary, *complete([c for c in children if c is not summary])]


def _ruby(tag: Tag, children: Nodes) -> Nodes:
    """Follow each base by its `rt`; keep `rp`s only if they surround every `rt`."""
    names = [c.name if isinstance(c, Tag) else "" for c in children if not is_blank(c)]
    readings = names.count("rt")
    if not readings:
        rename(tag, "span")
        return [c for c in children if not isinstance(c, Tag) or c.name != "rp"]
    pairs = sum(names[i : i + 3] == ["rp", "rt", "rp"] for i in range(len(names)))
    done: Nodes = list(children)
    if pairs != readings or names.count("rp") != 2 * readings:
        done = [c for c in done if not isinstance(c, Tag) or c.name != "rp"]
    else:
        # Nothing may stand between the brackets and the reading, not even a blank.
        parts = [i for i, c in enumerate(done) if isinstance(c, Tag) and c.name in RUBY_PARTS]
        dropped = {
            i
            for first, second in pairwise(parts)
            for i in range(first + 1, second)
            if all(is_blank(c) for c in done[first + 1 : second])
        }
        done = [c for i, c in enumerate(done) if i not in dropped]
    for part in done:
        if isinstance(part, Tag) and part.name == "rp":
            part.contents = [NavigableString(raw_text(part))]
    last = next((c for c in reversed(done) if not is_blank(c)), None)
    if not (isinstance(last, Tag) and last.name in RUBY_PARTS):
        done.append(new_tag("rt"))
    while done and is_blank(done[-1]):
        done.pop()
    return done


ARRANGE: dict[str, Callable[[Tag, Nodes], Nodes]] = {
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
