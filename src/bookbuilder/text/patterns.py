"""Patterns that few books need: each is compiled when it is first used, not whenever Python starts.

The package has hundreds, mostly of other tools' syntaxes, and compiling takes a tenth of a second.
What every book needs, or what is used thousands of times, is compiled with `re.compile`.
"""

from __future__ import annotations

import re
from typing import Any, cast


class _RarePattern:
    """Stand for a pattern; a method that was asked for is kept, so that it is found at once."""

    def __init__(self, text: str, flags: int) -> None:
        self._said = text, flags

    def __getattr__(self, name: str) -> Any:
        answer = getattr(re.compile(*self._said), name)
        setattr(self, name, answer)
        return answer


def rare_pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """Return what can be used as `re.compile(text, flags)`; it is not compiled yet."""
    return cast("re.Pattern[str]", _RarePattern(text, flags))
