"""Tell sources apart whose citations would look alike: more names, given names, a letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bookbuilder.citing.csl.item import Item
from bookbuilder.citing.entries import OTHERS, Name

_MOST_NAMES = 20
Shown = Callable[[Item], str]


def tell_apart(items: Sequence[Item], area: Any, shown: Shown) -> None:
    """Change `items`, which are in the order of the list of sources, until each says who it is."""
    if area.get("disambiguate-add-givenname") == "true":
        rule = area.get("givenname-disambiguation-rule", "by-cite")
        if rule != "by-cite":
            _give_names(items, items, rule)
    if area.get("disambiguate-add-names") == "true":
        for group in _alike(items, shown):
            _show_names(group, shown)
    if area.get("disambiguate-add-givenname") == "true":
        for group in _alike(items, shown):
            _give_names(group, group, "all-names")
    for group in _alike(items, shown):
        for item in group:
            item.ambiguous = True
    if area.get("disambiguate-add-year-suffix") == "true":
        for group in _alike(items, shown):
            for nth, item in enumerate(group):
                item.suffix = _letters(nth)


def _alike(items: Iterable[Item], shown: Shown) -> list[list[Item]]:
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if text := shown(item):
            groups[text].append(item)
    return [group for group in groups.values() if len(group) > 1]


def _people(item: Item) -> tuple[Name, ...]:
    for role in ("author", "editor", "translator"):
        if people := item.reference.get(role):
            return tuple(people)
    return ()


def _show_names(group: Sequence[Item], shown: Shown) -> None:
    """Show as many names as it takes, if more names help at all."""
    most = max(len(_people(item)) for item in group)
    for count in range(2, min(most, _MOST_NAMES) + 1):
        before = [item.shown_names for item in group]
        for item in group:
            item.shown_names = count
        if len({shown(item) for item in group}) == len(group):
            return
        if count == min(most, _MOST_NAMES) and len({shown(item) for item in group}) == 1:
            for item, old in zip(group, before, strict=True):
                item.shown_names = 0 if old == count - 1 else old


def _give_names(items: Sequence[Item], among: Sequence[Item], rule: str) -> None:
    """Give initials or given names to people who share a family name with somebody else."""
    families: dict[str, set[str]] = defaultdict(set)
    for item in among:
        people = _people(item)
        for person in people[:1] if rule.startswith("primary") else people:
            if person.family and person.family != OTHERS and person.given:
                families[person.family].add(person.given)
    wanted: dict[tuple[str, str], int] = {}
    for family, givens in families.items():
        if len(givens) < 2:
            continue
        by_initials: dict[str, set[str]] = defaultdict(set)
        for given in givens:
            by_initials["".join(word[0] for word in given.split())].add(given)
        for same in by_initials.values():
            for given in same:
                only = len(same) == 1 or rule.endswith("with-initials")
                wanted[family, given] = 1 if only else 2
    for item in items if wanted else ():
        own = [(person.family, person.given) for person in _people(item)]
        mine = {name: wanted[name] for name in own if name in wanted}
        item.given = {**item.given, **mine} if mine else item.given


def _letters(nth: int) -> str:
    found = ""
    nth += 1
    while nth:
        nth, rest = divmod(nth - 1, 26)
        found = chr(97 + rest) + found
    return found
