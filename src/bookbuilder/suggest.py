"""Hints for names that are nearly right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """ "did you mean `x`?", or an empty string where nothing comes close."""
    choices = {k.casefold(): k for k in known}
    near = difflib.get_close_matches(name.casefold(), choices, 1, cutoff=0.6)
    return f"did you mean `{choices[near[0]]}`?" if near else ""
