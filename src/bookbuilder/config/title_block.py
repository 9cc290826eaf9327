"""Read what says of a file what front matter would: pandoc's title block, and lines of keys.

The block is `% Title`, `% Author; Author` and `% Date`; the lines are `Title: …`, `Author: …`.
"""

from __future__ import annotations

import re
from collections.abc import Collection

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


_RULE = r"(?:-{3,}|[—–]{1,3})[ \t]*(?:\n|\Z)"
_KEYS = re.compile(
    rf"(?P<open>{_RULE})?(?P<keys>(?:[A-Za-z][\w-]{{1,30}}:[^\n]{{0,1000}}\n){{1,30}})"
    rf"(?:(?P<close>{_RULE})|[ \t]*(?:\n|\Z))"
)


def read_keys(text: str, known: Collection[str]) -> tuple[dict[str, str], int, bool]:
    """Return the keys that `text` starts with, their length, and whether they are mistyped.

    Without the `---` around them they are MultiMarkdown's, which MkDocs reads, too: the title
    comes first, and one more `known` key at least follows. Dashes of another kind or
    number around them, or a `---` on one side only, are slips.
    """
    match = _KEYS.match(text)
    if not match:
        return {}, 0, False
    pairs = (line.split(":", 1) for line in match["keys"].splitlines())
    said = {key.lower(): value.strip() for key, value in pairs}
    is_known = all(key in known for key in said)
    is_mistyped = bool(match["open"] or match["close"])
    is_first = next(iter(said)) == "title"
    is_ended = (match["close"] or "").strip() == "---"
    is_meant = is_first and (len(said) > 1 or is_ended)
    if not (is_known and (is_meant or (match["open"] and match["close"]))):
        return {}, 0, False
    return {key: value.strip("\"'") for key, value in said.items()}, match.end(), is_mistyped
