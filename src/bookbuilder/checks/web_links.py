"""Report links to the web that lead nowhere any more, or to another place than they say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bookbuilder.book import Book
from bookbuilder.checks.reading_text import chapters_of
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import LINK, find_link
from bookbuilder.model.source import Span
from bookbuilder.runtime.link_checking import LinkChecker, LinkState, Verdict
from bookbuilder.trees.markup import elements, text_of_value

DEAD_LINK = Rule(
    "L010",
    "dead-web-link",
    Severity.WARNING,
    "`check --release --online` asks for every address of the web in the book. There is no such"
    " page any more (404, 410), or no such host. Find where the page is now, link to a copy in"
    " web.archive.org, or take the link out.",
)
MOVED_LINK = Rule(
    "L011",
    "moved-web-link",
    Severity.NOTE,
    "The server says that the page has moved for good. The old address works as long as its owner"
    " keeps sending readers on: write the new one, if it is what you mean.",
)
UNCLEAR_LINK = Rule(
    "L012",
    "unchecked-web-link",
    Severity.NOTE,
    "The server refuses to answer programs (403, 429), fails, or takes too long. The page may be"
    " there all the same: open it in a browser.",
)
LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class LinkPlace:
    """An address of the web, and the first place where it stands; `times` counts all."""

    url: str
    span: Span
    times: int


def web_links(books: Sequence[Book]) -> list[LinkPlace]:
    """Return the addresses of the web in `books`, one book for several audiences."""
    found: dict[str, Span] = {}
    times: Counter[str] = Counter()
    for _, chapter in chapters_of(books):
        nth: defaultdict[str, int] = defaultdict(int)
        for link in elements(chapter.tree, "a"):
            href = text_of_value(link.get("href"))
            if href.lower().startswith(("http://", "https://")):
                if href not in found:
                    found[href] = find_link(chapter.source, href, nth[href], LINK)
                nth[href] += 1
                times[href] += 1
    return [LinkPlace(url, span, times[url]) for url, span in found.items()]


def report_links(
    links: Sequence[LinkPlace], states: Mapping[str, LinkState], report: Report
) -> Counter[Verdict]:
    """Report what was found out of `links`; return how many there are of each kind."""
    counts: Counter[Verdict] = Counter()
    for link in links:
        state = states[link.url]
        counts[state.verdict] += 1
        shown = link.url if len(link.url) <= LONGEST_SHOWN else f"{link.url[:LONGEST_SHOWN]}…"
        often = f", {link.times} times in the book" if link.times > 1 else ""
        if state.verdict is Verdict.DEAD:
            report.add(DEAD_LINK, f"{shown} leads nowhere: {state.why}{often}", link.span)
        elif state.verdict is Verdict.MOVED:
            message = f"{shown} has moved to {state.address[:LONGEST_SHOWN]}{often}"
            report.add(MOVED_LINK, message, link.span)
        elif state.verdict is Verdict.UNCLEAR:
            message = f"{shown} could not be checked: {state.why}{often}"
            report.add(UNCLEAR_LINK, message, link.span, "open it in a browser")
    return counts


def check_links(links: Sequence[LinkPlace], checker: LinkChecker) -> dict[str, LinkState]:
    """Return what the web says of `links`."""
    return checker.check(link.url for link in links)
