"""Find which chapter of the old version has become which of the new one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from bookbuilder.changes.alignment import longest_rising
from bookbuilder.changes.reading_text import Text
from bookbuilder.changes.rewording import words_of
from bookbuilder.text.comparing import comparable

MOST_CHAPTERS = 150
"""Compare the contents of no more chapters without a counterpart than these."""
MOST_RUNS = 8_000
WORDS_OF_RUN = 4
ALIKE_BY_NAME = 0.05
"""Chapters of one file name have at least so much in common, unless no other has their title."""
ALIKE = 0.3

Pairs = list[tuple[Text, Text]]


def matched(old: Sequence[Text], new: Sequence[Text]) -> Pairs:
    """Return pairs of chapters, in the order of the new version.

    The name of a file decides first, then a title that occurs once, then what the text has in
    common.
    """
    found: dict[int, Text] = {}
    left = list(old)

    def pair(one: Text, other: Text) -> None:
        found[id(one)] = other
        left[:] = [text for text in left if text is not other]

    runs: dict[int, frozenset[int]] = {}

    def alike(one: Text, other: Text) -> float:
        for text in (one, other):
            if id(text) not in runs:
                runs[id(text)] = _runs(text)
        mine, theirs = runs[id(one)], runs[id(other)]
        smaller = min(len(mine), len(theirs))
        return len(mine & theirs) / smaller if smaller else 0.0

    counts = Counter(map(_title, new))
    by_name = {text.name: text for text in reversed(old)}
    for text in new:
        other = by_name.get(text.name)
        if other is None:
            continue
        is_same = _title(text) == _title(other) and counts[_title(text)] == 1
        if is_same or alike(text, other) > ALIKE_BY_NAME:
            pair(text, other)
    titles: defaultdict[str, list[Text]] = defaultdict(list)
    for text in left:
        titles[_title(text)].append(text)
    for text in [text for text in new if id(text) not in found]:
        if len(same := titles.get(_title(text), [])) == 1 and same[0] in left:
            pair(text, same[0])
    unmatched = [text for text in new if id(text) not in found]
    if max(len(unmatched), len(left)) <= MOST_CHAPTERS:
        scores = [(alike(text, other), n, m) for n, text in enumerate(unmatched)
                  for m, other in enumerate(left)]  # fmt: skip
        candidates = list(left)
        for score, n, m in sorted(scores, key=lambda one: (-one[0], one[1], one[2])):
            if score < ALIKE:
                break
            if id(unmatched[n]) not in found and any(candidates[m] is text for text in left):
                pair(unmatched[n], candidates[m])
    return [(found[id(text)], text) for text in new if id(text) in found]


def moved(pairs: Pairs, old: Sequence[Text]) -> list[tuple[Text, Text]]:
    """Return the pairs whose chapters do not stand in the order of the others any more."""
    places = {id(text): n for n, text in enumerate(old)}
    stay = set(longest_rising([places[id(before)] for before, _ in pairs]))
    return [pair for n, pair in enumerate(pairs) if n not in stay]


def _title(text: Text) -> str:
    return comparable(text.title).casefold()


def _runs(text: Text) -> frozenset[int]:
    """Return hashes of runs of words, which tell whether two texts are one."""
    words = words_of(text.running.casefold())
    runs = zip(*(words[n:] for n in range(WORDS_OF_RUN)), strict=False)
    return frozenset(hash(run) for _, run in zip(range(MOST_RUNS), runs, strict=False))
