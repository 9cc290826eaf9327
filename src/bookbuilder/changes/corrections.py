"""Choose the errata that a reader of an old copy has to know."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from bookbuilder.book import Book
from bookbuilder.changes.found import Changes, Correction
from bookbuilder.config.errata import Erratum
from bookbuilder.passes.errata import find_places
from bookbuilder.text.comparing import comparable

_RELEASE = re.compile(r"v?(\d{1,9}(?:\.\d{1,9}){0,5})")


def corrections_since(changes: Changes, book: Book) -> tuple[Correction, ...]:
    """Return the errata that the old copy has not been corrected for, in the order of the file."""
    old = changes.old
    texts = {chapter.name: chapter.running for chapter in old.chapters}
    before = {change.new.name: change.old.name for change in changes.chapters}
    found = []
    for one in book.errata:
        place = next(iter(find_places(book, one.said)), None)
        slug = place.chapter.slug if place else ""
        text = texts.get(before.get(slug, slug), "") if slug else "\n".join(texts.values())
        if _concerns(one.said, text, old.package.version):
            found.append(Correction(one.said, slug))
    return tuple(found)


def _concerns(said: Erratum, text: str, version: str) -> bool:
    """Tell whether a copy with this text and version has the mistake.

    The text decides, if it has the right words or the wrong ones; else the version does.
    """
    right, wrong = comparable(said.is_), comparable(said.was)
    if wrong and wrong in text.replace(right, "\n"):
        return True
    if right and right in text:
        return False
    return not (said.since and version) or is_older(version, said.since)


def is_older(version: str, other: str) -> bool:
    """Tell whether `version` comes before `other`; versions that are no numbers only differ."""
    mine, theirs = _RELEASE.match(version.strip()), _RELEASE.match(other.strip())
    if not mine or not theirs:
        return version.strip() != other.strip()
    pairs: Sequence[tuple[int, int]] = [
        (int(a), int(b))
        for a, b in zip_longest(mine[1].split("."), theirs[1].split("."), fillvalue="0")
    ]
    return [a for a, _ in pairs] < [b for _, b in pairs]
