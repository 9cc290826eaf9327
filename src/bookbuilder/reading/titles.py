"""Settle a chapter's title and headings: one `h1` at the top, no skipped level, and anchors."""

from __future__ import annotations

import re
from collections import Counter

from bs4 import Tag
from bs4.element import AttributeValueList

from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import find_text
from bookbuilder.model.source import Source
from bookbuilder.text.badges import is_badge
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.slugs import anchor
from bookbuilder.trees.markup import elements, has_class, is_text, new_tag, text_of
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
_CONTENTS = rare_pattern(
    r"(?:table[ -]of[ -])?contents?|toc|inhalt(?:sverzeichnis)?|sommaire|table des mati[èe]res"
    r"|[íi]ndice|contenidos?|conte[úu]do|sum[áa]rio|sommario|inhoud(?:sopgave)?|spis tre[śs]ci"
    r"|содержание|оглавление|目录|目錄|目次|차례|목차|فهرست|المحتويات|תוכן(?: עניינים)?",
    re.IGNORECASE,
)


def level(heading: Tag) -> int:
    return int(heading.name[1])


def drop_empty_headings(tree: Tag) -> None:
    """Remove headings without anything to show; one with an id stays a place to link to.

    Badges are nothing to show: one in a heading of its own is no title.
    """
    for heading in elements(tree, *HEADINGS):
        if not heading.get_text(strip=True):
            drop_badges(heading)
        if text_of(heading).strip() or elements(heading, "img", "svg", "math"):
            continue
        if heading.get("id"):
            heading.name = "div"
        else:
            heading.decompose()


def settle_title(tree: Tag, said: str, file_title: str, source: Source, report: Report) -> str:
    """Make the chapter's title the `h1` at the start of `tree`, and return it.

    It is the heading that serves as one, else what front matter or the list of chapters `said`,
    else `file_title`.
    """
    heading = title_heading(tree)
    if heading is not None:
        drop_badges(heading)
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


def drop_badges(heading: Tag) -> None:
    """Take badges off `heading`, with the links around them: they are for a repository's page."""
    for picture in elements(heading, "img"):
        link = picture.find_parent("a")
        is_link = isinstance(link, Tag) and not link.get_text(strip=True)
        source = str(picture.get("src", "")).strip()
        is_remote = source.lower().startswith(("http:", "https:", "//"))
        # Beside a title, a linked picture from the web is one, too, whoever serves it.
        if is_remote and (is_badge(source) or (is_link and heading.get_text(strip=True))):
            (link if is_link and isinstance(link, Tag) else picture).extract()
    while heading.contents and is_text(heading.contents[-1]):
        last = heading.contents[-1]
        if text := str(last).rstrip():
            last.replace_with(text)
            break
        last.extract()


def is_contents(title: str) -> bool:
    """Return whether a heading with the text `title` is that of a table of contents."""
    return bool(_CONTENTS.fullmatch(title.strip(" :.")))


def title_heading(tree: Tag) -> Tag | None:
    """Return the heading that is the chapter's title: the first, if no other has its level.

    A first heading that is an `h1` is the title even if more of them follow.
    """
    headings = elements(tree, *HEADINGS)
    tops = [heading for heading in headings if heading.name == "h1"]
    # Above the title, there may be a table of contents, and badges.
    while headings and len(tops) == 1 and headings[0] is not tops[0]:
        if not is_contents(text_of(headings[0])):
            break
        headings = headings[1:]
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


_NOT_LISTED = {"no_toc", "no-toc", "notoc"}


def settle_classes(tree: Tag) -> bool:
    """Take pandoc's `unnumbered` off the headings; return whether the title had it.

    Headings below the title have no numbers anyway. `unlisted` stays, for the contents.
    """
    for heading in elements(tree, *HEADINGS):
        classes = [str(c) for c in heading.get_attribute_list("class") if c]
        if _NOT_LISTED & set(classes):
            heading["class"] = AttributeValueList(
                "unlisted" if c in _NOT_LISTED else c for c in classes
            )
    headings = [h for h in elements(tree, *HEADINGS) if has_class(h, "unnumbered")]
    for heading in headings:
        classes = [c for c in heading.get_attribute_list("class") if c != "unnumbered"]
        if classes:
            heading["class"] = AttributeValueList(map(str, classes))
        else:
            del heading["class"]
    return any(heading.name == "h1" for heading in headings)


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
