"""Find the web address of a licence."""

from __future__ import annotations

import re

_CREATIVE_COMMONS = re.compile(r"CC[- ]BY((?:-(?:NC|ND|SA))*)[- ](\d\.\d)", re.IGNORECASE)
_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+]*-[A-Za-z0-9.+-]*|MIT|ISC|Unlicense")


def license_url(text: str) -> str:
    """Return the web address of a licence given as one, or by its SPDX identifier; else nothing.

    `text` is on one line.
    """
    if re.fullmatch(r"https?://[^\s\"<>]+", text):
        return text
    if match := _CREATIVE_COMMONS.fullmatch(text):
        return f"https://creativecommons.org/licenses/by{match[1].lower()}/{match[2]}/"
    if text.upper() in ("CC0", "CC0-1.0", "CC0 1.0"):
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    return f"https://spdx.org/licenses/{text}.html" if _SPDX.fullmatch(text) else ""
