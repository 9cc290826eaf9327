"""Read pandoc's title block: `% Title`, `% Author; Author` and `% Date` at the top of a file."""

from __future__ import annotations

import re

_LINE = r"%(?![%\w])[ \t]*([^\n]*(?:\n[ \t]+\S[^\n]*){0,20})(?:\n|\Z)"
_BLOCK = re.compile(rf"{_LINE}(?:{_LINE})?(?:{_LINE})?(?=[ \t]*(?:\n|\Z))")


def read_title_block(text: str) -> tuple[dict[str, str | list[str]], int]:
    """Return the keys of front matter that mean the same, and the length of the block.

    A blank line must follow the block.
    """
    match = _BLOCK.match(text)
    if not match or not (match[1] or "").strip():
        return {}, 0
    title, date = (" ".join((group or "").split()) for group in (match[1], match[3]))
    if title.endswith("%") or not title:
        return {}, 0
    found: dict[str, str | list[str]] = {"title": title}
    lines = re.split(r"[;\n]", match[2] or "")
    if names := [" ".join(line.split()) for line in lines if line.strip()]:
        found["authors"] = names
    if date:
        found["date"] = date
    return found, match.end()
