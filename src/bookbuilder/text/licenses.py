"""Know licences by their addresses and by their short names."""

from __future__ import annotations

import re

from bookbuilder.text.patterns import rare_pattern

_CREATIVE_COMMONS = re.compile(r"CC[- ]BY((?:-(?:NC|ND|SA))*)[- ](\d\.\d)", re.IGNORECASE)
_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+]*-[A-Za-z0-9.+-]*|MIT|ISC|Unlicense")
_ADDRESS = rare_pattern(
    r"https?://(?:www\.)?creativecommons\.org/licenses/(by(?:-(?:nc|nd|sa))*)/(\d\.\d)"
    r"(?:/([a-z]{2}))?(?:/.{0,40})?",
    re.IGNORECASE,
)
_PUBLIC_DOMAIN = rare_pattern(
    r"https?://(?:www\.)?creativecommons\.org/publicdomain/zero/1\.0(?:/.{0,40})?", re.IGNORECASE
)


def license_url(text: str) -> str:
    """Return the web address of a licence given as one, or by its SPDX identifier; else nothing."""
    text = " ".join(text.split())
    if re.fullmatch(r"https?://[^\s\"<>]+", text):
        return text
    if match := _CREATIVE_COMMONS.fullmatch(text):
        return f"https://creativecommons.org/licenses/by{match[1].lower()}/{match[2]}/"
    if text.upper() in ("CC0", "CC0-1.0", "CC0 1.0"):
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    return f"https://spdx.org/licenses/{text}.html" if _SPDX.fullmatch(text) else ""


def license_name(text: str) -> str:
    """Return what to call a licence in a line: `CC BY 4.0` for its address; others as they are."""
    text = " ".join(text.split())
    if match := _ADDRESS.fullmatch(text):
        # A port to a country's law is a licence of its own; other codes are of languages.
        port = f" {match[3].upper()}" if match[3] and match[2] < "4.0" else ""
        return f"CC {match[1].upper()} {match[2]}{port}"
    if match := _CREATIVE_COMMONS.fullmatch(text):
        return f"CC BY{match[1].upper()} {match[2]}"
    if _PUBLIC_DOMAIN.fullmatch(text) or text.upper() in ("CC0", "CC0-1.0", "CC0 1.0"):
        return "CC0 1.0"
    return text
