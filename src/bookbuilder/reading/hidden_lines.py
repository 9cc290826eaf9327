"""Tell the fences of a chapter which of their lines mdBook's settings hide."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bookbuilder.model.source import Source
from bookbuilder.text.patterns import rare_pattern

_OPENING = rare_pattern(r"(?m)^([ \t>]{0,40}(`{3,}|~{3,})[ \t]*([\w+-]{1,40}))(?![\w+-])([^\n]*)$")


def with_hidden_lines(source: Source, prefixes: Mapping[str, str]) -> Source:
    """Write `hidelines=` into the first line of each fence whose language has a prefix."""
    if not prefixes:
        return source

    def opening(match: re.Match[str]) -> str:
        prefix = prefixes.get(match[3])
        if prefix is None or "hidelines=" in match[4]:
            return match[0]
        return f"{match[1]},hidelines={prefix}{match[4]}"

    return replace(source, text=_OPENING.sub(opening, source.text))
