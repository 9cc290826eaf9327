"""Replace GitHub's names of emoji, `:smile:`, and report MkDocs' other icons."""

from __future__ import annotations

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import ATTRIBUTES
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import InlineParser
from bookbuilder.model.diagnostics import Rule, Severity
from bookbuilder.text.emoji import SHORTCODE, emoji_called
from bookbuilder.text.patterns import rare_pattern

UNKNOWN_ICON = Rule(
    "M010",
    "icon-left-out",
    Severity.WARNING,
    "Icons such as `:material-check:` belong to a web theme. A book has no such theme, so they"
    " are left out. Use an emoji or a picture.",
)

_ICON = rare_pattern(
    r"(?:material|fontawesome|octicons|simple|fa[bsrl]?|mdi|bi|lucide|tabler)-[a-z0-9-]+$"
)


def handle_shortcode(parser: InlineParser) -> bool:
    text, start = parser.text, parser.position
    match = SHORTCODE.match(text, start)
    if not match or (start and (text[start - 1].isalnum() or text[start - 1] in ":_")):
        return False
    if emoji := emoji_called(match[1]):
        parser.add_text(emoji)
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
