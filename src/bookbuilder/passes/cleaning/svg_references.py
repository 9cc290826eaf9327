"""Cut the references of a drawing that lead in circles, or that multiply what is drawn.

A mask may be masked, a pattern filled with a pattern. Whatever shows the drawing follows these, so
a circle has no end, and a dozen masks that each use the next one twice are thousands.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence

import tinycss2
from bs4 import Tag
from bs4.element import NavigableString
from msgspec import Struct

from bookbuilder.passes.cleaning.svg_styles import Removal
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.trees.markup import raw_text

DEEPEST = 100
"""Elements and references that are followed into each other."""
MOST_FOLLOWED = 100_000
REMOVED = "what refers to itself, or is repeated too often"

_URL = rare_pattern(r"""url\(\s*["']?\s*#([^"')]+?)\s*["']?\s*\)""")
_NOT_INHERITED = ("clip-path", "mask", "filter")
# What is in these is never painted by itself, so it does not matter what colours it inherits.
_NOT_PAINTED = ("linearGradient", "radialGradient", "filter")


class _Element(Struct, frozen=True, eq=False):
    tag: Tag
    parent: _Element | None
    level: int
    owner: str
    """The id of the nearest element around it that has one, or its own."""


class _Reference(Struct, frozen=True, eq=False):
    """Hold a reference to the id `target`, in the attribute `key` or, if empty, in a sheet."""

    element: _Element
    key: str
    target: str
    is_inherited: bool
    times: int


def cut_references(root: Tag, removed: list[Removal]) -> None:
    """Cut references below `root` that could be followed without end, or nearly so."""
    found = list(_elements(root))
    ids = {e.owner: e for e in found if e.owner and e.owner == e.tag.get("id")}
    known = (reference for reference in _references(found) if reference.target in ids)
    references = list(itertools.islice(known, MOST_FOLLOWED))
    if not references:
        return
    circles = _circles(_graph(found, ids, references))
    cut: list[_Reference] = []
    left: list[_Reference] = []
    for reference in references:
        ends = circles[_asks(reference)], circles[reference.element.owner]
        (cut if circles[reference.target] in ends else left).append(reference)
    if _goes_too_far(found, ids, left):
        cut = references
    if cut:
        _cut(cut, found)
        removed.append(Removal(REMOVED))


def _elements(root: Tag) -> Iterator[_Element]:
    """Yield `root` and what is below it, in document order. Of equal ids, the first one counts."""
    seen: set[str] = set()
    waiting: list[tuple[Tag, _Element | None]] = [(root, None)]
    while waiting:
        tag, parent = waiting.pop()
        name = str(tag.get("id", ""))
        is_new = bool(name) and name not in seen
        seen.add(name)
        owner = name if is_new else parent.owner if parent else ""
        element = _Element(tag, parent, parent.level + 1 if parent else 0, owner)
        yield element
        waiting += [(child, element) for child in reversed(tag.contents) if isinstance(child, Tag)]


def _references(found: Sequence[_Element]) -> Iterator[_Reference]:
    below = _counts_below(found)

    def all_in(element: _Element, key: str, text: str) -> Iterator[_Reference]:
        for property_name, target in _targets(key, text):
            is_inherited = property_name not in _NOT_INHERITED and not property_name.endswith(
                "href"
            )
            times = below[element] if is_inherited else 1
            if property_name.startswith("marker"):
                # One for each corner, of which there are as many as the longest path has.
                times *= longest
            yield _Reference(element, key, target, is_inherited, times)

    shapes = (str(e.tag.get(k, "")) for e in found for k in ("d", "points"))
    longest = max((len(shape) // 4 for shape in shapes), default=0) + 1
    for element in found:
        for key, value in element.tag.attrs.items():
            text = value if isinstance(value, str) else " ".join(value or ())
            if "#" in text and key not in ("id", "class"):
                yield from all_in(element, key, text)
    for sheet in (e for e in found if e.tag.name == "style"):
        for rule in tinycss2.parse_stylesheet(raw_text(sheet.tag), skip_whitespace=True):
            if rule.type != "qualified-rule" or "#" not in (
                text := tinycss2.serialize(rule.content)
            ):
                continue
            for element in _matched(tinycss2.serialize(rule.prelude), found):
                yield from all_in(element, "", text)


def _targets(key: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield properties, and the ids that they refer to in the attribute `key`, or in a style."""
    if key.endswith("href"):
        yield "href", text.strip().removeprefix("#")
    elif key in ("", "style"):
        for declaration in text.split(";"):
            name, _, value = declaration.partition(":")
            yield from ((name.strip().lower(), match[1]) for match in _URL.finditer(value))
    else:
        yield from ((key, match[1]) for match in _URL.finditer(text))


def _matched(selectors: str, found: Sequence[_Element]) -> list[_Element]:
    """Return the elements that a selector may mean: by the last class, id or name in it."""
    matched: dict[_Element, None] = {}
    for selector in selectors.split(","):
        last = (re.split(r"[\s>+~]+", selector.strip()) or [""])[-1]
        classes, ids = re.findall(r"\.([\w-]+)", last), re.findall(r"#([\w-]+)", last)
        name = re.match(r"[A-Za-z][\w-]*", last)
        for element in found:
            if (
                set(classes) <= set(element.tag.get_attribute_list("class"))
                if classes
                else str(element.tag.get("id")) in ids
                if ids
                else name is None or element.tag.name == name[0]
            ):
                matched[element] = None
    return list(matched)


def _counts_below(found: Sequence[_Element]) -> dict[_Element, int]:
    """Return for each element how many there are in it, itself included."""
    counts = dict.fromkeys(found, 1)
    for element in reversed(found):
        if element.parent is not None:
            counts[element.parent] += counts[element]
    return counts


def _asks(reference: _Reference) -> Hashable:
    """Return the node of the graph that has the reference: an id, or what is inherited."""
    return reference.element if reference.is_inherited else reference.element.owner


def _graph(
    found: Sequence[_Element], ids: Mapping[str, _Element], references: Sequence[_Reference]
) -> dict[Hashable, list[Hashable]]:
    """Return what is drawn, or asked for, with each id; and with each element what it passes on."""
    graph: dict[Hashable, list[Hashable]] = defaultdict(list)
    for element in found:
        graph[element.owner]
        if element.parent is not None:
            graph[element].append(element.parent)
            if element.owner != element.parent.owner:
                graph[element.parent.owner].append(element.owner)
        if element.tag.name not in _NOT_PAINTED and ids.get(element.owner) is element:
            graph[element.owner].append(element)
    for reference in references:
        graph[_asks(reference)].append(reference.target)
        graph[reference.element.owner].append(reference.target)
    return graph


def _circles(graph: Mapping[Hashable, Sequence[Hashable]]) -> dict[Hashable, int]:
    """Return a number for each node, the same for all from which there is a way and a way back."""
    numbers: dict[Hashable, int] = {}
    lowest: dict[Hashable, int] = {}
    circles: dict[Hashable, int] = {}
    path: list[Hashable] = []
    for start in graph:
        if start in numbers:
            continue
        waiting = [(start, iter(graph[start]))]
        numbers[start] = lowest[start] = len(numbers)
        path.append(start)
        while waiting:
            node, others = waiting[-1]
            for other in others:
                if other not in numbers:
                    numbers[other] = lowest[other] = len(numbers)
                    path.append(other)
                    waiting.append((other, iter(graph.get(other, ()))))
                    break
                if other not in circles:
                    lowest[node] = min(lowest[node], numbers[other])
            else:
                waiting.pop()
                if waiting:
                    above = waiting[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                if lowest[node] == numbers[node]:
                    last: Hashable = object()
                    while last != node:
                        last = path.pop()
                        circles[last] = numbers[node]
    return circles


def _goes_too_far(
    found: Sequence[_Element], ids: Mapping[str, _Element], references: Sequence[_Reference]
) -> bool:
    """Return whether following `references`, which lead in no circle, goes on for too long."""
    inside: dict[str, list[_Element | _Reference]] = defaultdict(list)
    for element in found:
        if element.parent is not None and element.owner != element.parent.owner:
            inside[element.parent.owner].append(element)
    for reference in references:
        inside[reference.element.owner].append(reference)
    known: dict[str, tuple[int, int]] = {}
    waiting = list(dict.fromkeys(element.owner for element in found))
    while waiting:
        owner = waiting[-1]
        others = [(o.target if isinstance(o, _Reference) else o.owner, o) for o in inside[owner]]
        missing = [name for name, _ in others if name not in known]
        if missing and owner not in known:
            waiting += missing
            continue
        waiting.pop()
        start = ids[owner].level if owner in ids else 0
        followed = depth = 0
        for name, other in others:
            more, deeper = known[name]
            is_reference = isinstance(other, _Reference)
            at = other.element if isinstance(other, _Reference) else other
            followed += other.times * (1 + more) if isinstance(other, _Reference) else more
            depth = max(depth, at.level - start + is_reference + deeper)
        known[owner] = min(followed, MOST_FOLLOWED + 1), depth
    followed, depth = known[found[0].owner]
    return followed > MOST_FOLLOWED or depth > DEEPEST


def _cut(references: Sequence[_Reference], found: Sequence[_Element]) -> None:
    targets: dict[tuple[_Element, str], set[str]] = defaultdict(set)
    for reference in references:
        if reference.key:
            targets[reference.element, reference.key].add(reference.target)
    if in_sheets := {reference.target for reference in references if not reference.key}:
        targets |= {(e, ""): in_sheets for e in found if e.tag.name == "style"}
    for (element, key), names in targets.items():

        def without(match: re.Match[str], names: set[str] = names) -> str:
            return "none" if match[1] in names else match[0]

        tag = element.tag
        if not key:
            tag.contents = [NavigableString(_URL.sub(without, raw_text(tag)))]
        elif key.endswith("href"):
            del tag.attrs[key]
        else:
            tag.attrs[key] = _URL.sub(without, str(tag.attrs[key]))
