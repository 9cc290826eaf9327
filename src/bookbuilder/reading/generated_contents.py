"""Leave out the tables of contents that tools write into a file: the book has its own."""

from __future__ import annotations

import re
from dataclasses import replace

from bookbuilder.model.source import Source

# Those of doctoc and of markdown-toc, each between two comments on lines of their own.
_MARKS = (
    (
        re.compile(r"(?m)^<!--[ \t]*START doctoc\b[^\n]{0,300}-->"),
        re.compile(r"<!--[ \t]*END doctoc\b[^\n]{0,300}-->"),
    ),
    (
        re.compile(r"(?m)^<!--[ \t]*toc[ \t]*-->"),
        re.compile(r"<!--[ \t]*(?:tocstop|/toc)[ \t]*-->"),
    ),
)
_FENCE = re.compile(r"(?m)^[ \t]*(?:```|~~~)")


def without_contents(source: Source) -> Source:
    """Return `source` with blank lines in place of a table of contents that a tool wrote there."""
    text = source.text
    for start, end in _MARKS:
        first = start.search(text)
        last = end.search(text, first.end()) if first else None
        # In an open fence, the marks are shown, not meant.
        if first and last and len(_FENCE.findall(text, 0, first.start())) % 2 == 0:
            lines = "\n" * text.count("\n", first.start(), last.end())
            text = f"{text[: first.start()]}{lines}{text[last.end() :]}"
    return source if text is source.text else replace(source, text=text)
