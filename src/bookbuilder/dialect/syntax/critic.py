"""Read CriticMarkup: `{++new++}`, `{--old--}`, `{~~old~>new~~}`, `{==marked==}`, `{>>note<<}`."""

from __future__ import annotations

from markdown.extensions import Extension

from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import InlineParser

_CLOSERS = {"{++": "++}", "{--": "--}", "{~~": "~~}", "{==": "==}", "{>>": "<<}"}
_TAGS = {"{++": "ins", "{--": "del", "{==": "mark"}


def handle_critic(parser: InlineParser) -> bool:
    start = parser.position
    opener = parser.text[start : start + 3]
    closer = _CLOSERS.get(opener)
    if closer is None:
        return False
    end = parser.find(closer, start + 3)
    if end < start + 4:
        return False
    text = parser.text[start + 3 : end]
    old, arrow, new = text.partition("~>")
    if opener == "{>>":
        line = parser.line_at(start)
        kind = "a comment of CriticMarkup"
        parser.conversion.problems.left_out(f"{opener}{text}{closer}", line, kind)
    elif opener != "{~~":
        parser.add_inlines(_TAGS[opener], text, start + 3)
    elif arrow:
        parser.add_inlines("del", old, start + 3)
        parser.add_inlines("ins", new, start + 3 + len(old) + 2)
    else:
        return False
    parser.position = end + 3
    return True


class CriticExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.conversion.inlines.register("{", handle_critic)
