"""Resolve references by label, which lead to any chapter: MyST's `{ref}` and `{numref}`."""

from __future__ import annotations

from collections import Counter
from urllib.parse import unquote

from bs4 import Tag

from bookbuilder.book import Chapter
from bookbuilder.dialect.core.links import LABEL_SCHEME, NUMBER_SCHEME
from bookbuilder.dialect.syntax.myst_blocks import TERM_PREFIX
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import find_text
from bookbuilder.passes.addresses import Addresses
from bookbuilder.text.suggest import did_you_mean
from bookbuilder.trees.markup import elements

NO_LABEL = Rule(
    "M023",
    "unknown-label",
    Severity.WARNING,
    "A reference such as `` {ref}`label` `` names a label, heading, term or chapter that the book"
    " does not have. Its text stays, without a link. A label is a line `(label)=` above a heading,"
    " or `:name: label` in a figure.",
)
_PLACES = ("%s", "{number}")


def is_reference(href: str) -> bool:
    return href.startswith((LABEL_SCHEME, NUMBER_SCHEME))


def resolve_reference(
    anchor: Tag, href: str, seen: Counter[str], chapter: Chapter, addresses: Addresses,
    report: Report,
) -> None:  # fmt: skip
    """Set the address of `anchor`, and its text if it has none or a place for a number."""
    scheme, _, quoted = href.partition(":")
    name = unquote(quoted)
    text = anchor.get_text()
    found = addresses.find_label(chapter, name)
    if found is None:
        shown = name.removeprefix(TERM_PREFIX) if name.startswith(TERM_PREFIX) else name
        nth = seen[name]
        seen[name] += 1
        span = find_text(chapter.source, text or shown, nth)
        hint = did_you_mean(name, addresses.labels)
        report.add(NO_LABEL, f"nothing in the book has the label `{shown[:100]}`", span, hint)
        del anchor["href"]
        _set_text(anchor, text, "", shown)
        return
    target, identifier = found
    anchor["href"] = f"#{identifier}"
    if scheme + ":" == NUMBER_SCHEME:
        number, title = addresses.number_and_title(target, identifier)
        if not text:
            text = addresses.label(target, identifier)
        _set_text(anchor, text, number, title)
    elif not text and not elements(anchor, "img", "svg", "math"):
        anchor.string = addresses.label(target, identifier)


def _set_text(anchor: Tag, text: str, number: str, title: str) -> None:
    """Fill in `Fig. %s`, or show the title where there is no number."""
    shown = text or title
    for place in _PLACES:
        if place in shown:
            shown = shown.replace(place, number) if number else title
    anchor.string = shown.replace("{name}", title)
