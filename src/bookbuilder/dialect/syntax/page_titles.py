"""Drop mdBook's `{{#title …}}`, which names the web page and is no text of the chapter."""

from __future__ import annotations

from markdown.extensions import Extension

from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import InlineParser
from bookbuilder.text.patterns import rare_pattern

_TITLE = rare_pattern(r"\{\{[ ]?#title[ \t]+[^{}\n]*\}\}")


def handle_page_title(parser: InlineParser) -> bool:
    match = _TITLE.match(parser.text, parser.position)
    if match:
        parser.position = match.end()
    return bool(match)


class PageTitleExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.conversion.inlines.register("{", handle_page_title)
