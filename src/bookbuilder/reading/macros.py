"""Find the commands of TeX that front matter defines, as MyST, pandoc and Quarto take them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TEXTS = ("header-includes", "include-in-header", "preamble")


def macros_of(data: Mapping[Any, Any]) -> dict[str, object]:
    """Return what `math:` defines by name; under the empty name, the TeX of `header-includes`."""
    said = data.get("math")
    table = said.get("macros", said) if isinstance(said, dict) else {}
    found: dict[str, object] = {}
    for name, value in table.items() if isinstance(table, dict) else ():
        meaning = value.get("macro") if isinstance(value, dict) else value
        found[str(name)] = meaning
    texts = [text for key in _TEXTS for text in _texts(data.get(key))]
    definitions = [text for text in texts if "\\newcommand" in text or "\\def" in text]
    definitions += [text for text in texts if "\\DeclareMathOperator" in text]
    if definitions:
        found[""] = "\n".join(dict.fromkeys(definitions))
    return found


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    if isinstance(value, dict):
        return _texts(value.get("text"))
    return []
