"""Settle a chapter's title and headings: one `h1` at the top, no skipped level, and anchors."""

from __future__ import annotations

from collections import Counter

from bs4 import Tag

from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import find_text
from bookbuilder.model.source import Source
from bookbuilder.text.slugs import anchor
from bookbuilder.trees.markup import elements, new_tag, text_of
from bookbuilder.trees.xhtml import HEADINGS

LONGEST_TITLE = 300
LONG_TITLE = Rule(
    "S014",
    "title-too-long",
    Severity.WARNING,
    "Contents, running heads and an e-reader's menu have room for one line or two. They show the"
    " first 300 characters of a title. Give the chapter a shorter one, and begin the text with the"
    " rest.",
)


def level(heading: Tag) -> int:
    return int(heading.name[1])


def settle_title(tree: Tag, said: str, file_title: str, source: Source, report: Report) -> str:
    """Make the chapter's title the `h1` at the start of `tree`, and return it.

    It is the heading that serves as one, else what front matter or the list of chapters `said`,
    else `file_title`.
    """
    heading = title_heading(tree)
    if heading is not None and heading.name != "h1" and said and text_of(heading) != said:
        heading = None
    title = text_of(heading) if heading is not None else said
    title = " ".join(title.split()) or said or file_title
    if len(title) > LONGEST_TITLE:
        message = f"the title has {len(title)} characters; the first {LONGEST_TITLE} are shown"
        report.add(LONG_TITLE, message, find_text(source, title[:LONGEST_TITLE]))
        title = title[:LONGEST_TITLE]
    if heading is not None:
        heading.extract()
    if heading is None or not text_of(heading):
        heading = new_tag("h1", {}, title)
    heading.name = "h1"
    tree.insert(0, heading)
    return title


def title_heading(tree: Tag) -> Tag | None:
    """Return the heading that is the chapter's title: the first, if no other has its level.

    A first heading that is an `h1` is the title even if more of them follow.
    """
    headings = elements(tree, *HEADINGS)
    if not headings:
        return None
    first = headings[0]
    counts = Counter(level(h) for h in headings)
    is_top = level(first) == min(counts) and counts[level(first)] == 1
    return first if first.name == "h1" or is_top else None


def settle_levels(tree: Tag, *, has_title: bool = True) -> None:
    """Renumber the headings below the title so that they start at `h2` and skip nothing.

    Nesting is kept: each heading goes one level below the nearest higher one before it.
    """
    above: list[int] = []
    for heading in elements(tree, *HEADINGS)[1 if has_title else 0 :]:
        original = level(heading)
        while above and above[-1] >= original:
            above.pop()
        heading.name = f"h{min(len(above) + 2, 6)}"
        above.append(original)


def give_anchors(tree: Tag) -> None:
    """Give every heading without an id GitHub's anchor, with `-1`, `-2` … for repeats."""
    used: Counter[str] = Counter()
    taken = {str(t["id"]) for t in elements(tree) if t.get("id")}
    for heading in elements(tree, *HEADINGS):
        if heading.get("id"):
            continue
        base = anchor(text_of(heading)) or "section"
        name = base
        while name in taken or used[name]:
            used[base] += 1
            name = f"{base}-{used[base]}"
        used[name] += 0
        taken.add(name)
        heading["id"] = name
