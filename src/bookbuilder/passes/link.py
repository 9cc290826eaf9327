"""Give the whole book one id space, and resolve every internal link to an id in it.

After this pass an id is `<chapter slug>--<id>`, a chapter is `#<slug>`, and every internal `href`
is the `#id` of an existing element. Links that cannot be resolved are reported and become text.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path
from urllib.parse import unquote

from bs4 import Tag
from bs4.element import NavigableString

from bookbuilder.book import Book, Chapter
from bookbuilder.dialect.core.links import (
    ANYWHERE,
    GROUP,
    NAMED_BY_TARGET,
    NUMBER_ONLY,
    RULE_SCHEME,
)
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import LINK, find_id, find_link, find_text
from bookbuilder.model.source import Span
from bookbuilder.passes.addresses import Addresses
from bookbuilder.passes.drawings import relink_drawing
from bookbuilder.passes.naming import Naming, drop_classes
from bookbuilder.passes.references import Labels, settle_reference
from bookbuilder.passes.web_addresses import drop_link, settle_url
from bookbuilder.runtime.progress import tracked
from bookbuilder.runtime.text_folder import is_markdown
from bookbuilder.text.site_templates import with_reference
from bookbuilder.text.slugs import first_free
from bookbuilder.text.suggest import did_you_mean
from bookbuilder.trees.markup import elements, has_class, unwrap

NO_TARGET = Rule(
    "L001",
    "broken-link",
    Severity.WARNING,
    "A link names a chapter or file that the book does not have. Its text stays, the link is"
    " removed.",
)
NO_FRAGMENT = Rule(
    "L002",
    "broken-fragment",
    Severity.WARNING,
    "The part of a link after `#` matches no heading or id of its chapter. The link leads to the"
    " only other chapter that has the id, or else to the start of the chapter.",
)
NOT_IN_BOOK = Rule(
    "L003",
    "link-to-file",
    Severity.WARNING,
    "A book contains its chapters and pictures, and no other files. A link to another file leads"
    " nowhere once the book has left its folder.",
)

DUPLICATE_ID = Rule(
    "L005",
    "duplicate-id",
    Severity.WARNING,
    "Two elements of one chapter have the same id. Links lead to the first. Rename the other.",
)
NOWHERE = Rule(
    "L008",
    "unknown-reference",
    Severity.WARNING,
    "A reference such as `@fig-x` names an id that no chapter has. The id is printed in its place.",
)
AMBIGUOUS = Rule(
    "L009",
    "ambiguous-reference",
    Severity.WARNING,
    "A reference such as `@fig-x` names an id that several other chapters have. It leads to the"
    " first. Give the ids different names.",
)
LEFT_OUT = Rule(
    "B018",
    "link-to-left-out",
    Severity.NOTE,
    "A link leads to a chapter, or a part of one, that a condition or an edition leaves out of the"
    " file that is built. Its words stay. If they make no sense without the link, put them under"
    " the same condition.",
)
MOST_REPORTED = 100

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:(?!:)")
# docsify links to a heading by `?id=name`, and to a page by `#/page` too.
_PAGE_IN_FRAGMENT = re.compile(r"(?:/|index\.html)?#(?=/)")
_ID_IN_QUERY = re.compile(r"\?(?:[^#]{0,200}&)?id=([^&#]+)")
_ID_REFERENCES = ("aria-labelledby", "aria-describedby", "headers", "for")


def link(book: Book, report: Report) -> None:
    addresses = Addresses(book)
    naming = Naming(book, addresses)
    labels = Labels(book, addresses, naming)
    found: dict[str, list[Tag]] = {}
    for chapter in tracked(book.chapters):
        every = elements(chapter.tree)
        addresses.anchors[chapter.slug] = _globalise_ids(chapter, every, report)
        found[chapter.slug] = [tag for tag in every if tag.name in ("a", "area", "span")]
    # Several chapters may come from one file, in which their places are counted.
    seen_in: defaultdict[Path, Counter[str]] = defaultdict(Counter)
    labels_in: defaultdict[Path, Counter[str]] = defaultdict(Counter)
    for chapter in tracked(book.chapters):
        seen, seen_labels = seen_in[chapter.source.path], labels_in[chapter.source.path]
        dropped: list[Tag] = []
        has_groups = any(has_class(tag, GROUP) for tag in found[chapter.slug])
        for anchor in found[chapter.slug]:
            if anchor.name == "span" or "href" not in anchor.attrs:
                continue
            href = str(anchor["href"])
            if settle_reference(anchor, href, seen_labels, chapter, labels, report):
                if "href" not in anchor.attrs:
                    dropped.append(anchor)
                continue
            href = str(anchor["href"])
            _resolve(anchor, href, seen[href], chapter, naming, report)
            seen[href] += 1
            if anchor.name != "span" and "href" not in anchor.attrs:
                dropped.append(anchor)
        unwrap(chapter.tree, dropped)
        for group in elements(chapter.tree, "span") if has_groups else ():
            if has_class(group, GROUP):
                naming.settle_group(group)


def _globalise_ids(chapter: Chapter, every: list[Tag], report: Report) -> dict[str, str]:
    """Prefix the id of `every` element; map old ids to new ones, the first use of an id winning."""
    anchors: dict[str, str] = {}
    again: Counter[str] = Counter()
    raw_ids: dict[int, str] = {}
    taken: set[str] = set()
    chapter.tree["id"] = chapter.slug
    for tag in every:
        if not tag.attrs.get("id"):
            continue
        raw = str(tag["id"])
        clean = re.sub(r"[^\w.-]+", "-", raw.removeprefix("^")) or "id"
        base = f"{chapter.slug}--{clean}"

        def is_free(n: int, base: str = base) -> bool:
            return (f"{base}-{n}" if n > 1 else base) not in taken

        count = first_free(is_free)
        name = f"{base}-{count}" if count > 1 else base
        taken.add(name)
        tag["id"] = name
        raw_ids[id(tag)] = raw
        if anchors.setdefault(raw, name) != name:
            again[raw] += 1
            if again.total() <= MOST_REPORTED and (
                span := find_id(chapter.source, raw, again[raw])
            ):
                message = f"the id `{raw[:100]}` is used a second time"
                report.add(DUPLICATE_ID, message, span, "give one of them another id")
    for tag in every:
        for attribute in _ID_REFERENCES if tag.attrs else ():
            if attribute in tag.attrs:
                values = tag.get_attribute_list(attribute)
                names = [anchors[str(v)] for w in values for v in str(w).split() if v in anchors]
                tag[attribute] = " ".join(names)
                if not names:
                    del tag[attribute]
        if tag.name == "svg":
            relink_drawing(tag, anchors, raw_ids)
    if chapter.role:
        chapter.tree["role"] = chapter.role
    return anchors


def _resolve(
    anchor: Tag, href: str, nth: int, chapter: Chapter, naming: Naming, report: Report
) -> None:
    addresses = naming.addresses
    is_wikilink = has_class(anchor, "wikilink")
    bare, is_reference = with_reference(href.strip())
    if bare.startswith("//"):
        bare = f"https:{bare}"
    if not is_wikilink and _SCHEME.match(bare) and not bare.startswith(RULE_SCHEME):
        settle_url(anchor, href, bare, nth, chapter, report)
        return
    if bare.startswith(RULE_SCHEME):
        _resolve_rule(anchor, bare.removeprefix(RULE_SCHEME), nth, chapter, addresses, report)
        return
    if has_class(anchor, ANYWHERE):
        _resolve_anywhere(anchor, unquote(bare.removeprefix("#")), nth, chapter, naming, report)
        return
    path, fragment = _taken_apart(bare, is_wikilink=is_wikilink)
    target = addresses.find(chapter, path, is_wikilink) if path else chapter if fragment else None
    if target is None and is_reference:
        # Hugo's `ref` finds a page by its name alone.
        target = addresses.find(chapter, Path(path).stem or "/", by_name=True)
    if target is None and not fragment and (found := addresses.find_anchor_anywhere(path)):
        anchor["href"] = f"#{found}"
        return
    if target is None:
        if _is_empty(anchor) and (path or fragment):
            anchor.append(path or fragment)
        drop_link(anchor)
        span = find_link(chapter.source, href, nth, LINK)
        _report_missing(path, span, chapter, addresses, is_wikilink, report)
        return
    name = target.slug
    if fragment and (found := addresses.find_anchor(target, fragment)):
        name = found
    elif fragment:
        span = find_link(chapter.source, href, nth, LINK)
        name = _report_no_fragment(fragment, target, span, chapter, addresses, report)
        if name in ("", chapter.slug) and _is_empty(anchor):
            # The title of the chapter that the link stands in would be no answer.
            anchor.append(fragment)
    _lead_to(name, anchor, naming)


def _taken_apart(address: str, *, is_wikilink: bool) -> tuple[str, str]:
    """Return the path and the fragment of an address within the book."""
    if page := _PAGE_IN_FRAGMENT.match(address):
        address = address[page.end() :]
    path, _, fragment = address.partition("#")
    if is_wikilink:
        return unquote(path), unquote(fragment)
    if not fragment and (query := _ID_IN_QUERY.search(path)):
        fragment = query[1]
    return unquote(path.split("?")[0]), unquote(fragment)


def _report_no_fragment(
    fragment: str,
    target: Chapter,
    span: Span,
    chapter: Chapter,
    addresses: Addresses,
    report: Report,
) -> str:
    """Report that `target` has no id `fragment`; return the book-wide id to lead to, if any."""
    if fragment in target.left_out:
        _report_elsewhere(f"`#{fragment}` in {target.source.name}", span, report)
        return ""
    known = addresses.anchors[target.slug]
    holders = addresses.holders(fragment)
    hint = did_you_mean(fragment, known).replace("`", "`#", 1)
    if holders:
        files = dict.fromkeys(addresses.relative(chapter, h) for h, _ in holders)
        hint = "write " + " or ".join(f"`{file}#{fragment}`" for file in list(files)[:3])
    message = f"no heading or id `{fragment}` in {target.source.name}"
    report.add(NO_FRAGMENT, message, span, hint)
    return holders[0][1] if len(holders) == 1 else target.slug


def _lead_to(name: str, anchor: Tag, naming: Naming, *, is_reference: bool = False) -> None:
    """Make the link lead to the book-wide id `name`, and name that where it says nothing itself."""
    if not name or _is_mere_place(anchor, name):
        drop_link(anchor)
        return
    anchor["href"] = f"#{name}"
    anchor.attrs.pop("target", None)
    if has_class(anchor, NAMED_BY_TARGET):
        anchor.clear()
        del anchor["class"]
    if _is_empty(anchor):
        naming.say(anchor, name, is_reference=is_reference)


def _resolve_anywhere(
    anchor: Tag, name: str, nth: int, chapter: Chapter, naming: Naming, report: Report
) -> None:
    """Resolve a link to an id of any chapter, its own before others."""
    addresses = naming.addresses
    is_number = has_class(anchor, NUMBER_ONLY)
    drop_classes(anchor, ANYWHERE, NUMBER_ONLY)
    # bookdown's references name a kind before the id: `thm:x`.
    holders = addresses.holders(name) or addresses.holders(name.partition(":")[2])
    own = [found for holder, found in holders if holder is chapter]
    if not holders:
        if not anchor.get_text(strip=True):
            anchor.append(name)
        drop_link(anchor)
        hint = addresses.close_to(name)
        span = find_text(chapter.source, name, nth)
        message = f"no chapter has the id `{name}`"
        if addresses.is_left_out(name):
            message = f"what has the id `{name}` is not in this format or edition"
            hint = "put the reference under the same condition"
        report.add(NOWHERE, message, span, hint)
        return
    if len(holders) > 1 and not own:
        where = ", ".join(dict.fromkeys(holder.source.name for holder, _ in holders))
        message = f"the id `{name}` stands in several places: {where}"
        report.add(AMBIGUOUS, message, find_text(chapter.source, name, nth), "rename one of them")
    found = own[0] if own else holders[0][1]
    if is_number and not anchor.get_text(strip=True):
        before = anchor.previous_sibling
        in_parentheses = isinstance(before, NavigableString) and before.endswith("(")
        anchor.append(naming.bare(found, in_parentheses=in_parentheses))
    _lead_to(found, anchor, naming, is_reference=True)


def _is_mere_place(anchor: Tag, name: str) -> bool:
    """Return whether an empty link leads to itself or to what it stands in, as in headings."""
    around = (anchor, anchor.parent)
    return _is_empty(anchor) and any(tag is not None and tag.get("id") == name for tag in around)


def _is_empty(anchor: Tag) -> bool:
    return not anchor.get_text(strip=True) and not elements(anchor, "img", "svg", "math")


def _report_missing(
    path: str, span: Span, chapter: Chapter, addresses: Addresses, by_name: bool, report: Report
) -> None:
    if not path:
        report.add(
            NO_TARGET, "a link without an address", span, "write the address between the ( )"
        )
    elif draft := addresses.find_draft(chapter, path, by_name):
        hint = "build with `--drafts`, or delete the link"
        report.add(NO_TARGET, f"`{draft}` is a draft, so not in the book", span, hint)
    elif other := addresses.find_elsewhere(chapter, path, by_name):
        _report_elsewhere(f"`{other}`", span, report)
    elif addresses.is_other_file(chapter, path) and is_markdown(Path(path)):
        hint = "add it to the list of chapters, or delete the link"
        report.add(NOT_IN_BOOK, f"`{path}` is not part of the book", span, hint)
    elif addresses.is_other_file(chapter, path):
        hint = "put the file on the web and link to it there, or delete the link"
        report.add(NOT_IN_BOOK, f"`{path}` is not part of the book", span, hint)
    else:
        is_site = path.lower().startswith("www.") and not by_name
        hint = did_you_mean(path, addresses.names(chapter, by_name))
        hint = "write `https://` before it" if is_site else hint
        report.add(NO_TARGET, f"no chapter `{path}`", span, hint)


def _report_elsewhere(what: str, span: Span, report: Report) -> None:
    message = f"{what} is not in this format or edition, so the link to it is plain text"
    report.add(LEFT_OUT, message, span, alike="left out for this audience")


def _resolve_rule(
    anchor: Tag, name: str, nth: int, chapter: Chapter, addresses: Addresses, report: Report
) -> None:
    if found := addresses.find_anchor_anywhere(name):
        anchor["href"] = f"#{found}"
        return
    drop_link(anchor)
    span = find_text(chapter.source, f"[{name}]", nth)
    report.add(NO_TARGET, f"no chapter has the rule `{name}`", span)
