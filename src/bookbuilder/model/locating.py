"""Find where in a source file a link, a picture or a word of the tree stands.

The tree keeps no source positions, so text is found again: the nth occurrence outside code and
comments. Called only when there is something to report, but then perhaps for each of thousands of
things: what was found once is remembered, and how much is searched has an end.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import unquote

from bookbuilder.model.source import Source, Span
from bookbuilder.text.patterns import rare_pattern

MOST_SEARCHED = 300_000_000
"""Characters of one source that are looked through, or as many as it has, three hundred times.
What is to be found then has its file for a place."""
_COST_OF_CANDIDATE = 100
"""Characters that could be looked through in the time that one place takes to be looked at."""
_LONGEST_TITLE = 2_000
_LONGEST_BLANKS = 100
LINK, PICTURE = "link", "picture"

_OPENING = rare_pattern(
    r"^(?P<before>[ \t>]*)(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})[^\n]*$|(?P<ticks>`+)|<!--",
    re.MULTILINE,
)
_QUOTE_MARKS = rare_pattern(r"(?:[ \t]*>)*")
_ITEM = rare_pattern(r"(?:[-*+]|\d{1,9}[.)])[ ]+(?=\S)")
_INDENTS_BY_4 = rare_pattern(r"!!!|\?\?\?|\[\^[^\]]+\]:|:[ ]")

# For a number of quote marks and an indent: where the last such fence starts, and how far its item
# is indented. Unless something ends the item in between, the next such fence is in the same one.
_Known = dict[tuple[int, int], tuple[int, int]]


def without_code(text: str) -> str:
    """Return the text with code and comments blanked out, so that no offset changes."""
    pieces, at = [], 0
    known: _Known = {}
    runs: defaultdict[int, list[int]] = defaultdict(list)
    for run in re.finditer("`+", text):
        runs[len(run[0])].append(run.start())
    last_comment = text.rfind("-->")
    while match := _OPENING.search(text, at):
        start = match.start()
        if match["fence"]:
            end = _end_of_fence(text, match, known)
        elif match["ticks"]:
            alike = runs[len(match[0])]
            closing = bisect.bisect_left(alike, match.end() + 1)
            end = alike[closing] + len(match[0]) if closing < len(alike) else -1
        else:
            end = text.find("-->", match.end()) + 3 if match.end() <= last_comment else -1
        if end < 0:
            pieces.append(text[at : match.end()])
            at = match.end()
            continue
        pieces += [text[at:start], re.sub(r"[^\n]", " ", text[start:end])]
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


_TERMINATORS = " \t\n)>|]\"'\\"
_TO_TERMINATOR = rare_pattern(rf"[^{re.escape(_TERMINATORS)}]*")
_EMPTY = rare_pattern(r"!?\[[^\[\]\n]*\]\(\s*(?:<>\s*)?\)|<a\b[^<>]*\bhref\s*=\s*(?:\"\"|'')")
# What stands before an address.
_BEFORE = rare_pattern(
    r"(?P<inline>\]\(\s*<?)|(?P<wiki>!?\[\[)|(?P<definition>^ {0,3}\[[^\]\n]+\]:\s*<?)"
    r"|(?P<tag><[a-zA-Z][^<>]*)",
    re.MULTILINE,
)
_EMBEDDED_PICTURE = rare_pattern(
    r"!\[\[[^\]|#\n]{0,1000}\.(?:apng|avif|bmp|gif|jpe?g|png|svg|tiff?|webp)[\]|#]", re.I
)
_DEFINITION = rare_pattern(r" {0,3}\[[^\]\n]{1,1000}\]:")
_IN_TAG = rare_pattern(r"\b(?:href|src)\s*=\s*[\"']?")
_BEFORE_ID = rare_pattern(r"\b(?:id|name)\s*=\s*[\"']?")
_BLANKS = rare_pattern(r"\s+")


# Starts and ends that were found, and where more come from.
_Places = tuple[list[tuple[int, int]], Iterator[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class _Address:
    """Hold where the address of a link stands, and where the link starts."""

    start: int
    at: int
    is_inline: bool = False


class _Searched:
    """Search the prose of one source, and remember what was found."""

    def __init__(self, source: Source) -> None:
        self.prose = without_code(source.text)
        self._left = max(MOST_SEARCHED, 300 * len(self.prose))
        self._links: dict[str, list[tuple[int, int]]] = {}
        self._of_kind: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self._texts: dict[str, _Places] = {}
        self._ids: dict[str, _Places] = {}

    def occurrences(self, part: str) -> Iterator[int]:
        """Yield where `part` stands, until enough was searched."""
        at = -1
        while self._left > 0:
            before, at = at, self.prose.find(part, at + 1)
            self._left -= _COST_OF_CANDIDATE
            self._left -= (at if at >= 0 else len(self.prose)) - before
            if at < 0:
                return
            yield at

    @cached_property
    def empty_links(self) -> list[tuple[int, int]]:
        return [match.span() for match in _EMPTY.finditer(self.prose)]

    @cached_property
    def _addresses(self) -> dict[str, list[_Address]]:
        """Map the beginnings of addresses, up to what could end one, to the links with them."""
        found: defaultdict[str, list[_Address]] = defaultdict(list)
        openings = _opening_brackets(self.prose)
        for match in _BEFORE.finditer(self.prose):
            start, end = match.span()
            if match["tag"]:
                attributes = _IN_TAG.finditer(self.prose, start, end + 1)
                addresses = [_Address(start, attribute.end()) for attribute in attributes]
            elif match["inline"]:
                addresses = [_Address(openings.get(start, start), end, is_inline=True)]
            else:
                addresses = [_Address(start, end)]
            for address in addresses:
                found[_beginning(self.prose, address.at)].append(address)
        return found

    def links(self, href: str, kind: str) -> list[tuple[int, int]]:
        """Return start and end of the links to `href`; of one `kind`, if there are any of it."""
        if (href, kind) not in self._of_kind:
            links = self.links_to(href) if href else self.empty_links
            wanted = [at for at in links if not kind or _can_be(kind, self.prose, at[0])]
            self._of_kind[href, kind] = wanted or links
        return self._of_kind[href, kind]

    def links_to(self, href: str) -> list[tuple[int, int]]:
        """Return start and end of the links whose address is `href`, as it is or unquoted.

        Where there is none, of the address alone.
        """
        if href not in self._links:
            plain = unquote(href)
            # In `[[a file]]` nothing is quoted, though the address that was made of it is.
            wikilinks = [
                link
                for link in (self._links_of(plain) if plain != href else ())
                if self.prose.startswith(("[[", "![["), link[0])
            ]
            links: list[tuple[int, int]] = []
            for address in dict.fromkeys((href, plain)):
                links = sorted({*self._links_of(address), *wikilinks})
                if not links and address:
                    at = next(self.occurrences(address), -1)
                    links = [(at, at + len(address))] if at >= 0 else []
                if links:
                    break
            self._links[href] = links
        return self._links[href]

    def _links_of(self, address: str) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        if not address or self._left <= 0:
            return found
        alike = self._addresses.get(_beginning(address), ())
        self._left -= _COST_OF_CANDIDATE * len(alike)
        for link in alike:
            after = link.at + len(address)
            follows = self.prose[after : after + 1]
            if self.prose.startswith(address, link.at) and follows in ("", *_TERMINATORS):
                if link.is_inline:
                    after = self.prose.find(")", after, after + _LONGEST_TITLE) + 1 or after
                found.append((link.start, after))
        return found

    def text(self, text: str, nth: int) -> tuple[int, int] | None:
        """Return start and end of the nth (from 0) `text` on word edges, or of the last one."""
        found, more = self._texts.setdefault(text, ([], self._on_edges(text.split())))
        found += itertools.islice(more, max(nth + 1 - len(found), 0))
        return found[min(nth, len(found) - 1)] if found else None

    def id(self, name: str, nth: int) -> tuple[int, int] | None:
        """Return start and end of where the id `name` is given for the nth time (from 0)."""
        found, more = self._ids.setdefault(name, ([], self._given_as_id(name)))
        found += itertools.islice(more, max(nth + 1 - len(found), 0))
        return found[nth] if nth < len(found) else None

    def _given_as_id(self, name: str) -> Iterator[tuple[int, int]]:
        for at in self.occurrences(name):
            end = at + len(name)
            after = self.prose[end : end + 1]
            if self.prose[at - 1 : at] == "#":
                if after == "}" or after.isspace():
                    yield at - 1, end
            elif not (_is_of_word(after) or after == "-"):
                near = _BEFORE_ID.finditer(self.prose, max(0, at - _LONGEST_BLANKS), at)
                yield from ((before.start(), end) for before in near if before.end() == at)

    def _on_edges(self, words: list[str]) -> Iterator[tuple[int, int]]:
        """Yield start and end of where `words` stand with blanks between, one after the other."""
        last = 0
        for at in self.occurrences(words[0]):
            end = at + len(words[0])
            for word in words[1:]:
                blanks = _BLANKS.match(self.prose, end)
                if not blanks or not self.prose.startswith(word, blanks.end()):
                    break
                end = blanks.end() + len(word)
            else:
                is_on_edges = not (
                    _is_of_word(self.prose[:at][-1:]) or _is_of_word(self.prose[end : end + 1])
                )
                if at >= last and is_on_edges:
                    yield at, end
                    last = end


@lru_cache(maxsize=8)
def _searched(source: Source) -> _Searched:
    return _Searched(source)


def _beginning(text: str, at: int = 0) -> str:
    """Return what stands at `at` up to what could end an address."""
    match = _TO_TERMINATOR.match(text, at)
    return match[0] if match else ""


def _opening_brackets(text: str) -> dict[int, int]:
    """Return, by where a `]` stands, where the link or picture starts whose text it ends."""
    opened: list[int] = []
    openings: dict[int, int] = {}
    for bracket in re.finditer(r"!?\[|\]", text):
        if bracket[0] != "]":
            opened.append(bracket.start())
        elif opened:
            openings[bracket.start()] = opened.pop()
    return openings


def _is_of_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _can_be(kind: str, prose: str, start: int) -> bool:
    """Return whether what starts here is a link, or a picture. A definition may be for either."""
    if prose.startswith("![[", start):
        is_picture = bool(_EMBEDDED_PICTURE.match(prose, start))
    elif prose.startswith(("!", "<img", "<source", "<image"), start):
        is_picture = True
    elif prose.startswith(("[[", "<"), start):
        is_picture = False
    else:
        is_definition = bool(_DEFINITION.match(prose, start))
        return is_definition or kind == LINK
    return is_picture == (kind == PICTURE)


def find_link(source: Source, href: str, nth: int = 0, kind: str = "") -> Span:
    """Return the span of the nth (from 0) link or picture that points to `href`, with brackets.

    `kind` is `LINK` or `PICTURE` where only one of them is meant. Falls back to the address alone,
    then to the file.
    """
    links = _searched(source).links(href, kind)
    if not links:
        return source.span_of_file()
    start, end = links[min(nth, len(links) - 1)]
    return source.span(start, end - start)


def find_id(source: Source, name: str, nth: int = 0) -> Span | None:
    """Return where an author gives the id `name` for the nth time (from 0), if at all."""
    found = _searched(source).id(name, nth)
    return source.span(found[0], found[1] - found[0]) if found else None


def find_text(source: Source, text: str, nth: int = 0) -> Span:
    """Return the span of the nth (from 0) occurrence of `text` outside code, on word edges."""
    if not text.strip() or not (found := _searched(source).text(text, nth)):
        return source.span_of_file()
    start, end = found
    return source.span(start, end - start)
