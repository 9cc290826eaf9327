"""Replace GitHub's names of emoji, `:smile:`, and report MkDocs' other icons."""

from __future__ import annotations

import re

from markdown.extensions import Extension
from pymdownx import gemoji_db

from bookbuilder.dialect.core.attributes import ATTRIBUTES
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import InlineParser
from bookbuilder.model.diagnostics import Rule, Severity

UNKNOWN_ICON = Rule(
    "M010",
    "icon-left-out",
    Severity.WARNING,
    "Icons such as `:material-check:` belong to a web theme. A book has no such theme, so they"
    " are left out. Use an emoji or a picture.",
)

_SHORTCODE = re.compile(r":([a-z0-9_+-]+):(?![\w:])")
_ICON = re.compile(r"(?:material|fontawesome|octicons|simple)-[a-z0-9-]+$")


def handle_shortcode(parser: InlineParser) -> bool:
    text, start = parser.text, parser.position
    match = _SHORTCODE.match(text, start)
    if not match or (start and (text[start - 1].isalnum() or text[start - 1] in ":_")):
        return False
    name = gemoji_db.aliases.get(match[0], match[0])
    emoji = gemoji_db.emoji.get(name)
    if emoji and "unicode" in emoji:
        parser.add_text("".join(chr(int(code, 16)) for code in emoji["unicode"].split("-")))
    elif _ICON.match(match[1]):
        message = f"the icon `{match[0]}` is left out"
        line = parser.line_at(start)
        parser.conversion.problems.add(UNKNOWN_ICON, message, line, match[0], alike="icon")
        # What follows is about the icon: `:material-check:{ .lg }`.
        attributes = ATTRIBUTES.match(text, match.end())
        parser.position = attributes.end() if attributes else match.end()
        begins = text[start - 1 : start] in ("", " ", "\n", "[")
        if begins and text.startswith(" ", parser.position):
            parser.position += 1
        return True
    else:
        return False
    parser.position = match.end()
    return True


class EmojiExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.conversion.inlines.register(":", handle_shortcode)
