"""Text on its way into XML."""

from __future__ import annotations

import html

from bookbuilder.trees.markup import plain_characters


def plain(text: str) -> str:
    """`text` on one line, without the characters that XML forbids."""
    return " ".join(plain_characters(text).split())


def escape(text: str) -> str:
    """`plain` text with XML's special characters escaped, for element content and attributes."""
    return html.escape(plain(text))
