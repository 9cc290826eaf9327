"""Suggest the right name for one that is misspelt."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

# Comparing is slow, and a book may have thousands of broken links to thousands of names.
MOST_COMPARED = 200
LONGEST = 200


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the hint "did you mean `x`?", or an empty string where nothing comes close.

    `cutoff` says how close, from 0 to 1: difflib's measure.
    """
    folded = name.casefold()[:LONGEST]
    choices = {k.casefold(): k for k in known if abs(len(k) - len(folded)) <= len(folded)}
    if len(choices) > MOST_COMPARED:
        choices = {k: v for k, v in choices.items() if k[:3] == folded[:3]}
    compared = list(choices)[:MOST_COMPARED]
    near = difflib.get_close_matches(folded, compared, 1, cutoff=cutoff)
    return f"did you mean `{choices[near[0]]}`?" if near else ""
