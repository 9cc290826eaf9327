"""Guard against deeply nested CSS."""

from __future__ import annotations

DEEPEST = 50


def nests_too_deep(css: str) -> bool:
    """Return whether brackets nest deeper than `DEEPEST`. CSS is parsed and written recursively.

    Brackets in strings and comments count too; there are few of them.
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
