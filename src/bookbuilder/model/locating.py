"""Find where in a source file a link, a picture or a word of the tree stands.

Python-Markdown keeps no source positions, so text is found again: the nth occurrence outside code
and comments. Called only when there is something to report.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

from bookbuilder.model.source import Source, Span

_CODE = re.compile(
    r"^(?P<before>[ \t>]*)(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})[^\n]*$"
    r"|(?<!`)(?P<ticks>`+)(?!`)(?:[^`]|(?!(?P=ticks)(?!`))`)+?(?P=ticks)(?!`)"
    r"|<!--.*?-->",
    re.MULTILINE | re.DOTALL,
)
_QUOTE_MARKS = re.compile(r"(?:[ \t]*>)*")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ ]+(?=\S)")
_INDENTS_BY_4 = re.compile(r"!!!|\?\?\?|\[\^[^\]]+\]:|:[ ]")

# For a number of quote marks and an indent: where the last such fence starts, and how far its item
# is indented. Unless something ends the item in between, the next such fence is in the same one.
_Known = dict[tuple[int, int], tuple[int, int]]


@lru_cache(maxsize=8)
def _prose(source: Source) -> str:
    """Return the text with code and comments blanked out, so that no offset changes."""
    text, pieces, at = source.text, [], 0
    known: _Known = {}
    while match := _CODE.search(text, at):
        end = _end_of_fence(text, match, known) if match["fence"] else match.end()
        pieces += [text[at : match.start()], re.sub(r"[^\n]", " ", text[match.start() : end])]
        at = end
    return "".join([*pieces, text[at:]])


def _end_of_fence(text: str, opening: re.Match[str], known: _Known) -> int:
    """Return where the fence ends: at its like, or with the quote or item that it is in."""
    quotes = opening["before"].count(">")
    least = _indent_of_item(text, opening, known)
    close = re.compile(rf"[ \t>]*{opening['fence']}{opening['fence'][0]}*[ \t]*$")
    at = opening.end() + 1
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        marks, indent, rest = _split(text[at:end])
        if marks < quotes or (rest and indent < least):
            return at
        if close.match(text, at, end):
            return end
        at = end + 1
    return len(text)


def _indent_of_item(text: str, opening: re.Match[str], known: _Known) -> int:
    """Return how far the innermost item, note or callout around a fence is indented."""
    quotes, indent, _ = _split(opening[0])
    last, found = known.get((quotes, indent), (-1, 0))
    end = opening.start() - 1
    offset = 0
    while indent and end > 0:
        start = text.rfind("\n", 0, end) + 1
        if start == last:
            offset = found
            break
        marks, before, rest = _split(text[start:end])
        if marks != quotes:
            break
        if rest and before < indent:
            item = _ITEM.match(rest)
            offset = before + (len(item[0]) if item else 4 if _INDENTS_BY_4.match(rest) else 99)
            break
        end = start - 1
    offset = offset if offset <= indent else 0
    known[quotes, indent] = opening.start(), offset
    return offset


def _split(line: str) -> tuple[int, int, str]:
    """Return how many quote marks a line starts with, how far it is indented, and the rest."""
    marks = _QUOTE_MARKS.match(line)
    before = marks[0] if marks else ""
    inside = line[len(before) :].expandtabs(4)
    rest = inside.lstrip(" ")
    indent = len(inside) - len(rest)
    # The first blank after a quote mark is the mark's.
    return before.count(">"), max(indent - bool(before), 0), rest.rstrip()


def find_link(source: Source, href: str, nth: int = 0) -> Span:
    """Return the span of the nth (from 0) link or picture that points to `href`, with brackets.

    Falls back to the address alone, then to the file.
    """
    prose = _prose(source)
    if not href and (empty := list(itertools.islice(_EMPTY.finditer(prose), nth + 1))):
        return source.span(empty[-1].start(), len(empty[-1][0]))
    plain = unquote(href)
    # In `[[a file]]` nothing is quoted, though the address that was made of it is.
    wikilinks = [
        link for link in _links_to(prose, plain) if plain != href and _WIKILINK.match(prose, *link)
    ]
    for address in dict.fromkeys((href, plain)):
        links = sorted({*_links_to(prose, address), *wikilinks})
        if links:
            start, end = links[min(nth, len(links) - 1)]
            return source.span(start, end - start)
        if address and (at := prose.find(address)) >= 0:
            return source.span(at, len(address))
    return source.span_of_file()


_EMPTY = re.compile(r"!?\[[^\[\]\n]*\]\(\s*(?:<>)?\s*\)|<a\b[^<>]*\bhref\s*=\s*(?:\"\"|'')")


_WIKILINK = re.compile(r"!?\[\[")


def _links_to(prose: str, address: str) -> list[tuple[int, int]]:
    found = (_link_at(prose, at, address) for at in _occurrences(prose, address))
    return [link for link in found if link]


def _occurrences(text: str, part: str) -> Iterator[int]:
    at = text.find(part) if part else -1
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


_BEFORE = re.compile(
    r"(?P<inline>\]\(\s*<?)|(?P<wiki>!?\[\[)|(?P<definition>^ {0,3}\[[^\]\n]+\]:\s*<?)"
    r"|(?P<html><[a-zA-Z][^<>]*\b(?:href|src)\s*=\s*[\"']?)",
    re.MULTILINE,
)


def _link_at(text: str, at: int, address: str) -> tuple[int, int] | None:
    """Return start and end of the link whose address stands at `at`; None if that is no link."""
    after = at + len(address)
    if after < len(text) and text[after] not in " \t\n)>|]\"'":
        return None
    window = max(0, at - 300)
    before = next((m for m in _BEFORE.finditer(text, window, at) if m.end() == at), None)
    if before is None:
        return None
    if before["inline"] is None:
        return before.start(), after
    start, depth = before.start(), 0
    while start >= 0:
        depth += {"]": 1, "[": -1}.get(text[start], 0)
        if depth == 0:
            break
        start -= 1
    start -= text[start - 1 : start] == "!"
    end = text.find(")", after)
    return max(start, 0), end + 1 if end >= 0 else after


def find_id(source: Source, name: str, nth: int = 0) -> Span | None:
    """Return where an author gives the id `name` for the nth time (from 0), if at all."""
    words = re.escape(name)
    pattern = rf"#{words}(?=[\s}}])|\b(?:id|name)\s*=\s*[\"']?{words}(?![\w-])"
    found = itertools.islice(re.finditer(pattern, _prose(source)), nth, None)
    match = next(found, None)
    return source.span(match.start(), len(match[0])) if match else None


def find_text(source: Source, text: str, nth: int = 0) -> Span:
    """Return the span of the nth (from 0) occurrence of `text` outside code, on word edges."""
    words = re.escape(text.strip())
    if not words:
        return source.span_of_file()
    pattern = re.sub(r"(?:\\\s|\s)+", r"\\s+", words)
    found = list(re.finditer(rf"(?<!\w){pattern}(?!\w)", _prose(source)))
    if not found:
        return source.span_of_file()
    match = found[min(nth, len(found) - 1)]
    return source.span(match.start(), len(match[0]))
