"""Resolve references by label, which lead to any chapter: MyST's `{ref}` and `{numref}`."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from urllib.parse import quote, unquote

from bs4 import Tag

from bookbuilder.book import Book, Chapter
from bookbuilder.dialect.core.links import (
    ANYWHERE,
    DOCUMENT_SCHEME,
    LABEL_SCHEME,
    NUMBER_SCHEME,
)
from bookbuilder.dialect.syntax.myst_blocks import TERM_PREFIX
from bookbuilder.dialect.syntax.theorems import CLASS as THEOREM
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import find_text
from bookbuilder.model.source import Span
from bookbuilder.passes.addresses import Addresses
from bookbuilder.passes.naming import Naming
from bookbuilder.passes.theorems import equation_number
from bookbuilder.text.slugs import loose
from bookbuilder.text.suggest import did_you_mean
from bookbuilder.trees.markup import elements, has_class, text_of
from bookbuilder.trees.xhtml import HEADINGS

NO_LABEL = Rule(
    "M023",
    "unknown-label",
    Severity.WARNING,
    "A reference such as `` {ref}`label` `` names a label, heading, term or chapter that the book"
    " does not have. Its text stays, without a link. A label is a line `(label)=` above a heading,"
    " or `:name: label` in a figure.",
)
OTHER_PROJECT = Rule(
    "M024",
    "other-project",
    Severity.WARNING,
    "Links such as `inv:python#zipfile` lead to another project's documentation, whose list of"
    " addresses is on the web and is not read. The text stays. Write the web address.",
)
_PLACES = ("%s", "{number}")
_UNTITLED = frozenset({"p", "ul", "ol", "dl", "pre", "blockquote", "div", "section"})
_LONGEST_SHOWN = 120
_MOST_SEARCHED = 20


class Labels:
    """Look up what has a label, in any chapter. The link pass has filled `addresses.anchors`."""

    def __init__(self, book: Book, addresses: Addresses, naming: Naming) -> None:
        self._chapters = list(book.chapters)
        self.addresses = addresses
        self.naming = naming

    @cached_property
    def ids(self) -> dict[str, str]:
        """Map all labels, in small letters, to book-wide ids; the first of each wins."""
        found: dict[str, str] = {}
        for chapter in self._chapters:
            known = self.addresses.anchors[chapter.slug]
            for label in sorted(chapter.labels & known.keys()):
                found.setdefault(_normal(label), known[label])
        return found

    @cached_property
    def _headings(self) -> dict[str, str]:
        """Map the letters of headings to ids; an empty one for headings that there are twice."""
        found: dict[str, str] = {}
        for chapter in self._chapters:
            for heading in elements(chapter.tree, *HEADINGS):
                name = loose(text_of(heading))
                found[name] = "" if name in found else str(heading["id"])
        return found

    def find(self, chapter: Chapter, name: str) -> str:
        """Return the id that `name` in `chapter` means, as a label or another name, or nothing."""
        if found := self.ids.get(_normal(name)):
            return found
        if own := self.addresses.anchors[chapter.slug].get(name):
            return own
        if anywhere := self.addresses.holders(name):
            return anywhere[0][1]
        if document := self.document(chapter, name):
            return document
        return self._headings.get(loose(name), "") if loose(name) else ""

    def document(self, chapter: Chapter, name: str) -> str:
        """Return the id of a chapter, or of a heading named by its chapter: `chapter:Heading`."""
        path, _, heading = name.partition(":")
        for way in (path, f"/{path}"):
            if target := self.addresses.find(chapter, way, by_name=False):
                inner = self.addresses.find_anchor(target, heading) if heading else None
                return inner or target.slug
        return ""

    @cached_property
    def _sections(self) -> dict[str, str]:
        """Map the ids of what has no title of its own to the heading that it stands below."""
        found: dict[str, str] = {}
        for chapter in self._chapters:
            heading = chapter.title
            for tag in elements(chapter.tree):
                if tag.name in HEADINGS:
                    heading = text_of(tag)
                elif tag.name in _UNTITLED and "id" in tag.attrs and not _has_own_title(tag):
                    found[str(tag["id"])] = heading
        return found

    def title(self, identifier: str) -> str:
        """Return the text of a link to `identifier`: its own title, or that of its section."""
        target, _ = self.addresses.element(identifier)
        said = self._sections.get(str(target.get("id")))
        return said or self.addresses.label(identifier)

    def number_and_title(self, identifier: str) -> tuple[str, str]:
        """Return the number of what has one, and its title."""
        target = self.naming.target(identifier)
        if target.number:
            return target.number, target.title
        caption = self.addresses.element(identifier)[0].find(["figcaption", "caption"])
        said = text_of(caption) if isinstance(caption, Tag) else ""
        return "", said[:_LONGEST_SHOWN] or self.title(identifier)


def _has_own_title(tag: Tag) -> bool:
    return has_class(tag, "listing") or bool(equation_number(tag)) or has_class(tag, THEOREM)


def _normal(label: str) -> str:
    return " ".join(label.split()).casefold()


def _has_place(anchor: Tag) -> bool:
    """Return whether the text of a link has a place for what it leads to."""
    text = anchor.get_text()
    return any(place in text for place in (*_PLACES, "{name}"))


def settle_reference(
    anchor: Tag, href: str, seen: Counter[str], chapter: Chapter, labels: Labels, report: Report
) -> bool:
    """Resolve the link if it is a reference; return False for every other link."""
    if href.startswith(("project:", "path:", "inv:")):
        _leave_scheme(anchor, href, chapter, report)
        if "href" not in anchor.attrs:
            return True
        href = str(anchor["href"])
    if href.startswith("#") and has_class(anchor, ANYWHERE):
        return False  # Its own syntax says what is filled in.
    if not href.startswith((LABEL_SCHEME, NUMBER_SCHEME, DOCUMENT_SCHEME)):
        name = unquote(href.removeprefix("#"))
        if _normal(name) not in labels.ids:
            return False
        is_own = href.startswith("#") and name in labels.addresses.anchors[chapter.slug]
        is_file = not href.startswith("#") and labels.addresses.find(chapter, name, by_name=False)
        if _has_place(anchor) and not is_file:
            href = NUMBER_SCHEME + quote(name)
        elif is_own or is_file:
            return False
        else:
            href = LABEL_SCHEME + quote(name)
    resolve_reference(anchor, href, seen, chapter, labels, report)
    return True


def _leave_scheme(anchor: Tag, href: str, chapter: Chapter, report: Report) -> None:
    """Make an ordinary link of `project:#label` and `path:file`, and text of `inv:…`."""
    scheme, _, rest = href.partition(":")
    if anchor.get_text() == href:  # `<project:#label>`
        anchor.string = "" if scheme != "path" else unquote(rest.rpartition("/")[2])
    if scheme != "inv":
        anchor["href"] = rest
        return
    name = rest.rpartition("#")[2] or rest
    if not anchor.get_text():
        anchor.string = unquote(name)
    hint = "write the web address of the page"
    span = find_text(chapter.source, href)
    message = f"`{href[:100]}` leads to another project's documentation"
    report.add(OTHER_PROJECT, message, span, hint, alike="inv")
    del anchor["href"]


def resolve_reference(
    anchor: Tag, href: str, seen: Counter[str], chapter: Chapter, labels: Labels, report: Report
) -> None:
    """Set the address of `anchor`, and its text if it has none or a place for a number."""
    scheme, _, quoted = href.partition(":")
    name = unquote(quoted)
    text = anchor.get_text()
    is_document = f"{scheme}:" == DOCUMENT_SCHEME
    found = (labels.document(chapter, name) if is_document else "") or labels.find(chapter, name)
    if not found:
        shown = name.removeprefix(TERM_PREFIX)
        span = _place(chapter, shown, seen[name])
        seen[name] += 1
        hint = did_you_mean(name, labels.ids)
        report.add(NO_LABEL, f"nothing in the book has the label `{shown[:100]}`", span, hint)
        del anchor["href"]
        _set_text(anchor, text, "", shown)
        return
    anchor["href"] = f"#{found}"
    if f"{scheme}:" == NUMBER_SCHEME or _has_place(anchor):
        number, title = labels.number_and_title(found)
        if number and not text:
            labels.naming.say(anchor, found, is_reference=True)
        else:
            _set_text(anchor, text or labels.title(found), number, title)
    elif not text and not elements(anchor, "img", "svg", "math"):
        anchor.string = labels.title(found)


def _place(chapter: Chapter, name: str, nth: int) -> Span:
    """Return the nth place of `name` as a role has it: `` `name` `` or `<name>`."""
    text, at = chapter.source.text, -1
    for _ in range(min(nth, _MOST_SEARCHED) + 1):
        places = [p for mark in (f"`{name}`", f"<{name}>`") if (p := text.find(mark, at + 1)) >= 0]
        if not places:
            return chapter.source.span_of_file()
        at = min(places)
    return chapter.source.span(at + 1, len(name))


def _set_text(anchor: Tag, text: str, number: str, title: str) -> None:
    """Fill in `Fig. %s`, or show the title where there is no number."""
    shown = text or title
    for place in _PLACES:
        if place in shown:
            shown = shown.replace(place, number) if number else title
    anchor.string = shown.replace("{name}", title)
