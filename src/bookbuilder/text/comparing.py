"""Compare texts as readers do, who do not tell one kind of quote, dash or space from another."""

from __future__ import annotations

import unicodedata

_FOLDED = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00ad\u200b\u2060\ufeff\u200c\u200d", None),
        "…": "...",
    }
)


def comparable(text: str) -> str:
    """Return `text` with one kind of quotes, dashes and spaces."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_FOLDED).split())
