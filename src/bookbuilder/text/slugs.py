"""Names made from titles: anchors as GitHub makes them, and file-safe slugs for chapters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

LONGEST_SLUG = 60


def anchor(text: str) -> str:
    """GitHub's heading anchor for `text`: lower case, punctuation out, spaces to hyphens."""
    lowered = text.strip().lower()
    kept = "".join(c for c in lowered if c in "-_ " or unicodedata.category(c)[0] in "LNM")
    return kept.replace(" ", "-")[:200]


def loose(text: str) -> str:
    """`text` reduced to its letters and digits: what is left equal by every tool's slug rules."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if unicodedata.category(c)[0] in "LN")


def file_slug(name: str, fallback: str) -> str:
    """An ASCII name safe in files, URLs and XML ids: starts with a letter, at most 60 characters.

    A number at the start that only orders the files is dropped: `03-on-time` is `on-time`.
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    ascii_name = decomposed.encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")
    letters = sum(c.isalpha() for c in decomposed)
    if sum(c.isalpha() for c in slug) * 2 < letters:
        return fallback
    slug = re.sub(r"^\d+-(?=[a-z])", "", slug)[:LONGEST_SLUG].rstrip("-")
    if not slug:
        return fallback
    return slug if slug[0].isalpha() else f"c-{slug}"


def unique(name: str, taken: set[str]) -> str:
    """`name`, or `name-2`, `name-3` … : the first that is not in `taken`, which then holds it."""
    folded = name.casefold()
    count = first_free(lambda n: (f"{folded}-{n}" if n > 1 else folded) not in taken)
    candidate = f"{name}-{count}" if count > 1 else name
    taken.add(candidate.casefold())
    return candidate


def first_free(is_free: Callable[[int], bool]) -> int:
    """A number from 1 on that is free and the one before it is not, in logarithmic time."""
    if is_free(1):
        return 1
    high = 2
    while not is_free(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_free(middle) else (middle, high)
    return high
