"""Suggest the right name for one that is misspelt."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

# Comparing is slow, and a book may have thousands of broken links to thousands of names.
MOST_COMPARED = 200
LONGEST = 200
SHORT = 5


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the hint "did you mean `x`?", or an empty string where nothing comes close."""
    folded = name.casefold()[:LONGEST]
    choices = {k.casefold(): k for k in known if abs(len(k) - len(folded)) <= len(folded)}
    if len(choices) > MOST_COMPARED:
        choices = {k: v for k, v in choices.items() if k[:3] == folded[:3]}
    compared = list(choices)[:MOST_COMPARED]
    # Half of a short word is soon the same: `site` is no misspelt `title`.
    cutoff = 0.7 if len(folded) <= SHORT else 0.6
    near = difflib.get_close_matches(folded, compared, 1, cutoff=cutoff)
    return f"did you mean `{choices[near[0]]}`?" if near else ""
