"""Suggest the right name for one that is misspelt."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

# Comparing is slow, and a book may have thousands of broken links to thousands of names.
MOST_COMPARED = 200
LONGEST = 200
MOST_NEAR = 5
_INDEXES = ("readme", "index")
_LEAST_ALIKE = 0.7


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the hint "did you mean `x`?", or an empty string where nothing comes close.

    Paths are close if each of their parts is. `cutoff` says how close, from 0 to 1: difflib's
    measure.
    """
    folded = name.casefold()[:LONGEST]
    choices = {k.casefold(): k for k in known if abs(len(k) - len(folded)) <= len(folded)}
    if len(choices) > MOST_COMPARED:
        choices = {k: v for k, v in choices.items() if k[:3] == folded[:3]}
    compared = list(choices)[:MOST_COMPARED]
    near = difflib.get_close_matches(folded, compared, MOST_NEAR, cutoff=cutoff)
    found = next((choice for choice in near if _is_near(folded, choice)), None)
    return f"did you mean `{choices[found]}`?" if found is not None else ""


def _is_near(name: str, other: str) -> bool:
    """Return whether what differs in two names is a slip, and no other word.

    Of `a/readme.md` and `b/readme.md`, which names an index file, the folders are the names.
    """
    parts, others = ([p for p in n.split("/") if p not in (".", "..")] for n in (name, other))
    if not parts or not others:
        return False
    is_index = parts[-1].partition(".")[0] in _INDEXES
    if is_index and parts[-1] == others[-1] and (len(parts) < 2 or len(others) < 2):
        return len(parts) == len(others)
    if parts[-1] == others[-1] and not is_index:
        return True
    pairs = zip(reversed(parts), reversed(others), strict=False)
    return all(_is_slip(one, two) for one, two in pairs)


def _is_slip(one: str, two: str) -> bool:
    """Return whether two words are much alike, or have the same letters in another order."""
    ratio = difflib.SequenceMatcher(None, one, two).ratio()
    return ratio >= _LEAST_ALIKE or sorted(one) == sorted(two)
