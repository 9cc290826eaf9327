"""What of an author's CSS is too deep to be read."""

from __future__ import annotations

DEEPEST = 50


def nests_too_deep(css: str) -> bool:
    """Whether brackets nest deeper than `DEEPEST`: CSS is parsed and written by recursion.

    Brackets in strings and comments count too, which does no harm: there are few.
    """
    depth = 0
    for char in css:
        if char in "({[":
            depth += 1
            if depth > DEEPEST:
                return True
        elif char in ")}]" and depth:
            depth -= 1
    return False
