"""Let a text end its line where only the blank after it has no room.

If the blank that ends a text (before a `<code>`, say) does not fit on the line, but the text itself
does, WeasyPrint 69 takes the line for one that cannot be broken, and ends it after its first word.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from bookbuilder.formats.pdf.weasy.contract_text import SplitLine, lines_split_by


def blanks_may_hang() -> AbstractContextManager[None]:
    """Return a context in which lines are laid out so that the blank at their end takes no room."""
    return lines_split_by(_hanging)


def _hanging(split: SplitLine) -> SplitLine:
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
