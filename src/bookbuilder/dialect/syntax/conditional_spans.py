"""Read Quarto's spans for some formats only: `[text]{.content-visible when-format="html"}`."""

from __future__ import annotations

import re

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import ATTRIBUTES
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import InlineParser
from bookbuilder.dialect.core.links import close_bracket
from bookbuilder.dialect.syntax.div_openings import Opening
from bookbuilder.dialect.syntax.divs import is_left_out

_CONDITION = re.compile(
    r"\.content-(?:visible|hidden)\b|\b(?:when|unless)-(?:format|profile|meta)="
)
_HINT = "put text for one format only into a chapter of its own"


def handle_conditional_span(parser: InlineParser) -> bool:
    opener = parser.brackets[-1] if parser.brackets else None
    if opener is None or opener.kind != "[" or not opener.active:
        return False
    match = ATTRIBUTES.match(parser.text, parser.position + 1)
    if not match or not _CONDITION.search(match[1]):
        return False
    opening = Opening("")
    opening.read_braces(match[1])
    left_out = is_left_out(opening)
    node = close_bracket(parser, opener, "span")
    if left_out:
        node.first = node.last = None
    what = "a condition; the text " + ("goes with it" if left_out else "in the brackets is printed")
    line = parser.line_at(parser.position)
    parser.conversion.problems.left_out(match[0], line, what, _HINT)
    parser.position = match.end()
    return True


class ConditionalSpanExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.conversion.inlines.register("]", handle_conditional_span)
