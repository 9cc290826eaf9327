"""Join lines of scripts that are written without blanks: there a line's end is none either.

CSS Text leaves this to browsers, and neither e-readers nor WeasyPrint do it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

Edit = tuple[int, int, str]

# Han, kana, Bopomofo, Yi and their punctuation, wide and narrow; not Hangul, which has blanks.
_WIDE = (
    "\u2e80-\u2fdf\u2ff0-\u312f\u3190-\u31ff\u3220-\u325f\u3280-\ua4cf\uf900-\ufaff\ufe30-\ufe4f"
    "\uff01-\uff9f\uffe0-\uffe6\U00020000-\U0003ffff"
)
# Chinese and Japanese share these with the scripts of Europe, which need the blank.
_SHARED = "‘’“”…—·"
_EMOJI = "\U0001f300-\U0001faff"


def _beside(others: str) -> str:
    return rf"(?<=[{_WIDE}]\n)(?=[{_WIDE}{others}])|(?<=[{others}]\n)(?=[{_WIDE}])"


@cache
def _line_ends(is_east_asian: bool) -> re.Pattern[str]:
    # So many characters take long to be compiled, and a book needs one of the two patterns.
    if is_east_asian:
        return re.compile(rf"\n(?:{_beside(_EMOJI + _SHARED)}|(?<=[{_SHARED}]\n)(?=[{_SHARED}]))")
    return re.compile(rf"\n(?:{_beside(_EMOJI)})")


def line_end_edits(text: str, language: str) -> Iterator[Edit]:
    """Yield the edits that remove line ends between wide characters of one block's `text`."""
    if "\n" not in text or text.isascii():
        return
    is_east_asian = language.lower().split("-")[0] in ("zh", "ja", "yue", "wuu", "cmn", "lzh")
    for match in _line_ends(is_east_asian).finditer(text):
        yield match.start(), match.end(), ""
