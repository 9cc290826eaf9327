"""Set the first letter of paragraphs with the class `drop-cap` apart, for a large initial.

Not every program that shows books can make `::first-letter` float; an element it can. This comes
after the quotes, which belong to the initial.
"""

from __future__ import annotations

from collections.abc import Iterator

from bs4 import Tag
from bs4.element import NavigableString

from bookbuilder.book import Book
from bookbuilder.model.diagnostics import Report
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.trees.markup import elements, has_class, new_tag

INITIAL, DEEP = "initial", "deep"
_CLASSES = ("drop-cap", "dropcap")
_NO_TEXT = (INITIAL, "missing-image")
# Their tails would strike the line below.
_DEEP = frozenset("QJÇŞŢĢĶĻŅŖĄĘĮŲȘȚgjpqyþç")
_INLINE = frozenset({"a", "b", "cite", "em", "i", "q", "small", "span", "strong"})
_MARKS = r"[\"'«‹“”„‘’‚¡¿(\[]"
_QUOTE = rare_pattern(rf"\s{{0,1000}}{_MARKS}{{1,3}}[\u2009\u200a\u202f\u00a0]?")
_FIRST = rare_pattern(
    rf"[ \t\n]{{0,1000}}(?P<initial>{_MARKS}{{0,3}}[\u2009\u200a\u202f\u00a0]?"
    r"[^\W_][\u0300-\u036f]{0,4})"
)
# Letters of scripts that join them, or build syllables of them, cannot stand alone.
_JOINED = rare_pattern("[\u0600-\u08ff\u0900-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufeff]")


def drop_caps(book: Book, report: Report) -> None:
    """Put initials into elements: `<p class="drop-cap"><span class="initial">O</span>nce`."""
    for chapter in tracked(book.chapters):
        for tag in elements(chapter.tree):
            if "class" not in tag.attrs or not any(has_class(tag, name) for name in _CLASSES):
                continue
            if tag.name == "span":
                _dress(tag)
            elif paragraph := _paragraph(tag):
                _set_initial(paragraph)


def _dress(span: Tag) -> None:
    """Make a span, which holds the letter itself, the initial of its paragraph."""
    parent = span.parent
    text = span.get_text().strip()
    if (
        parent is not None
        and parent.name == "p"
        and 0 < len(text) <= 4
        and not _JOINED.search(text)
    ):
        span["class"] = _classes(text)
        _mark(parent)


def _paragraph(tag: Tag) -> Tag | None:
    """Return the paragraph that `tag` is, or the first in it."""
    return tag if tag.name == "p" else next(iter(elements(tag, "p")), None)


def _set_initial(paragraph: Tag) -> None:
    texts = _strings(paragraph)
    first = next(texts, None)
    quote = None
    if first is not None and _QUOTE.fullmatch(first):
        quote, first = first, next(texts, None)
    match = _FIRST.match(first) if first is not None else None
    if first is None or match is None or _JOINED.search(match["initial"]):
        return
    initial = f"{quote or ''}{match['initial']}".strip()
    if quote is not None:
        quote.extract()
    rest = NavigableString(first[match.end() :])
    first.replace_with(rest)
    rest.insert_before(new_tag("span", {"class": _classes(initial)}, initial))
    _mark(paragraph)


def _classes(initial: str) -> str:
    return INITIAL if _DEEP.isdisjoint(initial) else f"{INITIAL} {DEEP}"


def _mark(paragraph: Tag) -> None:
    if not has_class(paragraph, _CLASSES[0]):
        names = [name for name in paragraph.get_attribute_list("class") if name]
        paragraph["class"] = " ".join([*names, _CLASSES[0]])


def _strings(tag: Tag) -> Iterator[NavigableString]:
    """Yield the texts at the start of `tag`, up to an element that is no running text."""
    for child in tag.contents:
        if isinstance(child, Tag):
            if child.name not in _INLINE or any(has_class(child, name) for name in _NO_TEXT):
                return
            yield from _strings(child)
        elif isinstance(child, NavigableString) and child.strip():
            yield child
