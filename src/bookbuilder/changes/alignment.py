"""Align two lists, with work that grows little faster than they do.

`difflib` alone takes time squared to the length of lists that repeat themselves; here it sees only
short stretches, between what occurs once in both.
"""

from __future__ import annotations

import bisect
import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

MOST_WORK = 60_000
"""So many pairs of items `difflib` may compare in one stretch."""


class Stretch(NamedTuple):
    """Items `old_start` to `old_end` have become those from `new_start` to `new_end`."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


def differences(old: Sequence[str], new: Sequence[str]) -> Iterator[Stretch]:
    """Yield the stretches that differ, in order."""
    waiting = [Stretch(0, len(old), 0, len(new))]
    while waiting:
        a, b, c, d = waiting.pop()
        while a < b and c < d and old[a] == new[c]:
            a, c = a + 1, c + 1
        while a < b and c < d and old[b - 1] == new[d - 1]:
            b, d = b - 1, d - 1
        if a == b or c == d:
            if a < b or c < d:
                yield Stretch(a, b, c, d)
        elif (b - a) * (d - c) <= MOST_WORK:
            matcher = difflib.SequenceMatcher(None, old[a:b], new[c:d], autojunk=False)
            for kind, i, j, k, m in matcher.get_opcodes():
                if kind != "equal":
                    yield Stretch(a + i, a + j, c + k, c + m)
        elif anchors := _unique_in_both(old[a:b], new[c:d]):
            inner = []
            at, there = a, c
            for i, k in anchors:
                inner.append(Stretch(at, a + i, there, c + k))
                at, there = a + i + 1, c + k + 1
            inner.append(Stretch(at, b, there, d))
            waiting += reversed(inner)
        else:
            yield Stretch(a, b, c, d)


def _unique_in_both(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return places of items that occur once in each, as many as are in the same order."""
    once_old, once_new = Counter(old), Counter(new)
    places = {item: n for n, item in enumerate(new) if once_new[item] == 1}
    pairs = [
        (n, places[item]) for n, item in enumerate(old) if once_old[item] == 1 and item in places
    ]
    return [pairs[n] for n in longest_rising([there for _, there in pairs])]


def longest_rising(numbers: Sequence[int]) -> list[int]:
    """Return the places of the longest subsequence that rises, in n log n steps."""
    ends: list[int] = []
    places: list[int] = []
    before: list[int] = []
    for n, number in enumerate(numbers):
        at = bisect.bisect_left(ends, number)
        before.append(places[at - 1] if at else -1)
        if at == len(ends):
            ends.append(number)
            places.append(n)
        else:
            ends[at], places[at] = number, n
    found = []
    n = places[-1] if places else -1
    while n >= 0:
        found.append(n)
        n = before[n]
    return found[::-1]
