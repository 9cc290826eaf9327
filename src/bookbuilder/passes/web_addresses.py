"""Settle the addresses of links to the web, and turn links that lead nowhere into text."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from bs4 import Tag

from bookbuilder.book import Chapter
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import LINK, find_link
from bookbuilder.trees.markup import elements, holds_text

BAD_URL = Rule(
    "L004",
    "bad-url",
    Severity.WARNING,
    "A web link needs a scheme that e-readers know (https, http, mailto, tel …) and a host.",
)
EMPTY_LINK = Rule(
    "L007",
    "link-without-text",
    Severity.WARNING,
    "A link to the web without text cannot be seen or followed. An empty `[](…)` is filled in"
    " only if it leads to a chapter, a heading or a figure of the book.",
)

_WEB = {"http", "https", "ftp"}
_OTHER = {"mailto", "tel", "sms", "doi", "urn", "xmpp", "irc", "geo", "magnet", "news"}


def settle_url(
    anchor: Tag, href: str, url: str, nth: int, chapter: Chapter, report: Report
) -> None:
    """Settle the address of a link to the web, or make it text."""
    scheme, _, rest = url.partition(":")
    scheme = scheme.lower()
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises ValueError if it is not a number
        host_is_fine = scheme not in _WEB or bool(re.fullmatch(r"[\w.:%~-]+", parts.hostname or ""))
    except ValueError:
        host_is_fine = False
    if scheme not in _WEB | _OTHER or not host_is_fine or not rest.strip(" /?#"):
        drop_link(anchor)
        span = find_link(chapter.source, href, nth, LINK)
        message = f"`{url[:80]}` is not an address that a reader can follow"
        report.add(BAD_URL, message, span, alike="" if scheme in _WEB else scheme[:80])
        return
    escaped = re.sub(r"%(?![0-9a-fA-F]{2})", "%25", url)
    ascii_unsafe = {c: quote(c) for c in ' "<>\\^`{|}[]' if c in escaped}
    if ascii_unsafe:
        head, separator, tail = escaped.partition("://")
        if not separator:
            head, tail = "", escaped
        escaped = head + separator + "".join(ascii_unsafe.get(c, c) for c in tail)
    anchor["href"] = re.sub(r"[\x00-\x20]", "", escaped)
    anchor.attrs.pop("target", None)
    if anchor.name == "a" and not _says_something(anchor):
        span = find_link(chapter.source, href, nth, LINK)
        hint = f"give it some text, or write `<{href[:80]}>`"
        report.add(EMPTY_LINK, f"the link to `{url[:80]}` has no text", span, hint)


def _says_something(anchor: Tag) -> bool:
    shown = holds_text(anchor) or elements(anchor, "img", "svg", "math")
    return bool(shown or anchor.get("aria-label"))


def drop_link(anchor: Tag) -> None:
    """Make it no link. Its text stays, and its id, which another link may point to."""
    del anchor["href"]
    if anchor.get("id"):
        anchor.name = "span"
        anchor.attrs = {"id": anchor["id"]}
