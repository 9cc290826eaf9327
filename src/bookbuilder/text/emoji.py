"""Look up emoji by the names that GitHub gives them."""

from __future__ import annotations

import re

SHORTCODE = re.compile(r":([a-z0-9_+-]{1,50}):(?![\w:])")


def emoji_called(name: str) -> str:
    """Return the emoji called `name`, without its colons; empty if there is none."""
    from pymdownx import gemoji_db

    known = gemoji_db.aliases.get(f":{name}:", f":{name}:")
    codes = gemoji_db.emoji.get(known, {}).get("unicode", "")
    return "".join(chr(int(code, 16)) for code in codes.split("-")) if codes else ""
