"""Let a text end its line where only the blank after it has no room.

If the blank that ends a text (before a `<code>`, say) does not fit on the line, but the text itself
does, WeasyPrint 69 takes the line for one that cannot be broken, and ends it after its first word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import weasyprint.layout.inline

SplitFirstLine: TypeAlias = Callable[..., tuple[Any, int, int | None, float, float, float]]
"""Fits text on a line; returns, among more, its length in bytes and where the next one begins."""


@contextmanager
def blanks_may_hang() -> Iterator[None]:
    """Lay out lines, inside the context, so that the blank at their end takes no room."""
    inline: Any = weasyprint.layout.inline
    made: SplitFirstLine = inline.split_first_line
    inline.split_first_line = _hanging(made)
    try:
        yield
    finally:
        inline.split_first_line = made


def _hanging(split: SplitFirstLine) -> SplitFirstLine:
    def fit(
        text: str, style: Any, context: Any, width: float | None, *more: Any, **named: Any
    ) -> Any:
        fitted = split(text, style, context, width, *more, **named)
        _, length, rest, *_ = fitted
        if rest is None or width is None or not text.endswith(" ") or _has_words(text, length):
            return fitted
        whole = split(text.rstrip(" "), style, context, width, *more, **named)
        return whole if whole[2] is None and whole[3] <= width else fitted

    return fit


def _has_words(text: str, length: int) -> bool:
    """Tell whether the first `length` bytes of `text` hold more than one word."""
    return b" " in text.encode()[:length].strip(b" ")
