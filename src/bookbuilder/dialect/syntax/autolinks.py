"""Turn bare addresses into links, by GFM's rules for extended autolinks."""

from __future__ import annotations

import re

from markdown.extensions import Extension

from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import InlineParser
from bookbuilder.dialect.core.links import BARE_URL
from bookbuilder.text.patterns import rare_pattern

_START = re.compile(r"(?<![A-Za-z0-9])(?:https?://|ftp://|www\.)(?=[^\s<])")
_EMAIL = rare_pattern(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9][\w-]*(?:\.[\w-]+)+")
_REST = rare_pattern(r"[^\s<\x02]*")
_DOMAIN = rare_pattern(r"(?:https?://|ftp://)?([\w.-]+|\[[0-9a-fA-F:]+\])", re.IGNORECASE)
_TRAILING = rare_pattern(r"(?:[?!.,:*_~'\"]|&[A-Za-z0-9]+;)$")


def handle_address(parser: InlineParser) -> bool:
    match = _REST.match(parser.text, parser.position)
    address = match[0] if match else ""
    for stop in ("{%", "](", "]", "`", "**", "|") if parser.brackets else ("{%", "`", "**", "]("):
        address = address.split(stop, 1)[0]
    address = _without_trailing(address)
    domain = _DOMAIN.match(address)
    if not domain or "_" in ".".join(domain[1].split(".")[-2:]) or not _is_host(domain[1], address):
        return False
    href = address if "://" in address[:8] else f"http://{address}"
    parser.add_element("a", address, href=href, **{"class": BARE_URL})
    parser.position += len(address)
    return True


def _is_host(domain: str, address: str) -> bool:
    return ("." in domain.strip(".")) or ("://" in address[:8] and bool(domain))


def _without_trailing(address: str) -> str:
    """Strip the sentence's punctuation, and a parenthesis that was opened before the address."""
    opened, closed = address.count("("), address.count(")")
    while address:
        if address[-1] == ")" and closed > opened:
            closed -= 1
            address = address[:-1]
        elif match := _TRAILING.search(address[-40:]):
            address = address[: len(address) - len(match[0])]
        else:
            break
    return address


def handle_email(parser: InlineParser) -> bool:
    match = _EMAIL.match(parser.text, parser.position)
    if not match:
        return False
    address = match[0].rstrip(".")
    if address[-1] in "-_":
        return False
    parser.add_element("a", address, href=f"mailto:{address}", **{"class": BARE_URL})
    parser.position += len(address)
    return True


class AutolinkExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.conversion.inlines.register_pattern(_START, handle_address, "://", "www.")
        md.conversion.inlines.register_pattern(_EMAIL, handle_email, "@")
