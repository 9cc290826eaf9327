"""Write values as TOML, which Python reads but does not write."""

from __future__ import annotations

import json
from collections.abc import Iterable


def toml_string(text: str) -> str:
    """Return `text` as a basic string; JSON's escapes are TOML's too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(toml_string, texts))}]"


def toml_lines(texts: Iterable[str]) -> str:
    """Return a list with each of its strings on a line."""
    return "".join(["[\n", *(f"  {toml_string(text)},\n" for text in texts), "]"])
