"""Write the values of a PDF (ISO 32000-1, 7.3) as pydyf does.

Names and numbers are themselves, dictionaries, arrays and strings are `dict`, `list` and `String`;
references, and what is written already, are bytes.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ESCAPED = re.compile(rb"([\\()])")
_REFERENCE = re.compile(r"([0-9]+) 0 R")


@dataclass(frozen=True, slots=True)
class String:
    text: str | bytes


def reference(number: int) -> bytes:
    """Return the reference to an object."""
    return b"%d 0 R" % number


def written(value: object) -> bytes:
    """Return `value` as it stands in a PDF."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("ascii")
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, dict):
        entries = [b"/%b %b" % (key.encode("ascii"), written(v)) for key, v in value.items()]
        return b"<<%b>>" % b"".join(entries)
    if isinstance(value, list | tuple):
        return b"[%b]" % b" ".join(map(written, value))
    return _string(value.text) if isinstance(value, String) else str(value).encode("ascii")


def _number(value: float) -> bytes:
    if value.is_integer():
        return b"%d" % int(value)
    return f"{value:f}".rstrip("0").encode("ascii")


def _string(text: str | bytes) -> bytes:
    if isinstance(text, str) and not text.isascii():
        return b"<%b>" % (BOM_UTF16_BE + text.encode("utf-16-be")).hex().encode()
    data = text if isinstance(text, bytes) else text.encode("ascii")
    return b"(%b)" % _ESCAPED.sub(rb"\\\1", data)


def thawed(data: object, first: int = 0) -> Any:
    """Return the value that a record holds as `Frozen`. Raises `ValueError` for what it never is.

    Objects that it refers to are numbered from `first`.
    """
    if isinstance(data, list):
        return [thawed(item, first) for item in data]
    if not isinstance(data, Mapping):
        return data
    ((kind, held),) = data.items()
    if kind == "d":
        return {key: thawed(item, first) for key, item in held.items()}
    if kind == "s":
        return String(held)
    if kind == "b":
        return String(held.encode("latin-1"))
    if first and (match := _REFERENCE.fullmatch(held)):
        return reference(first + int(match[1]))
    return held.encode("latin-1")
