"""Check the web address at which a book is shared."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.text.patterns import rare_pattern

BAD_ADDRESS = Rule(
    "C025",
    "bad-share-address",
    Severity.ERROR,
    "`url` in [share] is printed, made into a QR code and put before the names of files, so it must"
    " be the address of a folder on the web as one types it: `https://example.org/my-book/`,"
    " without a user's name, a file's name, `?` or `#`.",
    stops=False,
)
LONGEST_ADDRESS = 500
_PAGE = rare_pattern(r"[^/]\.(?:html?|php|epub|pdf)$", re.IGNORECASE)
_NEVER = rare_pattern(r"[\s\\<>\"^`{|}\x00-\x1f\x7f]")


def check_share_address(config: Config, report: Report) -> None:
    """Report a `url` of `[share]` that is not the address of a folder on the web."""
    url = config.share.url
    if url and (hint := _fault(url)):
        span = config.span_of("share.url", url)
        message = f"`{url[:200]}` is not the address of a folder on the web"
        report.add(BAD_ADDRESS, message, span, hint)


def _fault(url: str) -> str:
    """Return what to do about `url`; nothing if it is right."""
    if len(url) > LONGEST_ADDRESS:
        return f"it may have {LONGEST_ADDRESS} characters"
    if _NEVER.search(url):
        return "an address has no spaces and no such characters"
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # raises if it is no number
    except ValueError:
        return "compare it with what the browser shows"
    if parts.scheme not in ("https", "http"):
        return f"write `https://{url}`" if "://" not in url else "it begins with https://"
    if not parts.hostname or (
        "." not in parts.hostname.strip(".") and parts.hostname != "localhost"
    ):
        return "it begins with https:// and the name of the server"
    if "@" in parts.netloc:
        return "leave out what stands before the @: everybody would read it"
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        return "leave out the `?` or `#` and what follows"
    if _PAGE.search(parts.path):
        return "leave out the name of the file"
    return ""
