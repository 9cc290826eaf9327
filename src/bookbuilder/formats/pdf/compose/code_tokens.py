"""Take the marks off parts of programs that look like the rest in print.

Of the kinds of words that Pygments tells apart, print shows few. Each element in a line is laid out
and painted on its own, which took a fifth of the time of a book full of code; and where a text is
one, its indents are copied. Lines that turn keep their elements: WeasyPrint may end a line of one
long text where it begins, after its indent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from xml.etree import ElementTree as ET

from bookbuilder.book import Book
from bookbuilder.formats.pdf.compose.styles import author_styles, built_in_styles
from bookbuilder.formats.pdf.run_data.runs import TURNS, classes_of
from bookbuilder.model.diagnostics import Report

# The classes of Pygments; those of other passes are longer.
_KIND = re.compile(r"[a-z][a-z0-9]{0,2}")
_CLASS = re.compile(r"\.([A-Za-z_][\w-]*)")
# What may select such an element otherwise: its name, anything, an attribute, a place, no name.
_OTHER_WAYS = re.compile(
    r"\bspan\b|[*\[\\]|:(?:nth|first|last|only|empty|has|not|is|where)\b|[\s>+~,}]:"
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


class ShownKinds:
    """Knows the classes that the stylesheets of a book's pages give a look."""

    def __init__(self, built_in: Iterable[str], authors: Iterable[str]) -> None:
        styles = [_COMMENT.sub("", style) for style in authors]
        self._keeps_all = any(_OTHER_WAYS.search(style.lower()) for style in styles)
        self._classes = {name for style in [*built_in, *styles] for name in _CLASS.findall(style)}

    def drop_others(self, section: ET.Element) -> None:
        """Put the text of what has no look in place of its element, in all code of `section`."""
        if not self._keeps_all:
            for code in section.iter("code"):
                _drop(code, self._classes)


def shown_kinds(book: Book) -> ShownKinds:
    """Return what the stylesheets of `book` show; what is wrong with them is reported elsewhere."""
    report = Report()
    built_in = (text for _, text in built_in_styles(book, report))
    return ShownKinds(built_in, (text for _, text in author_styles(book.config, report)))


def _drop(element: ET.Element, shown: Collection[str]) -> None:
    kept: list[ET.Element] = []
    texts = [[element.text or ""]]
    for child in element:
        if _is_plain(child, shown):
            texts[-1].append(child.text or "")
        else:
            if TURNS not in classes_of(child):
                _drop(child, shown)
            kept.append(child)
            texts.append([])
        texts[-1].append(child.tail or "")
    if len(kept) == len(element):
        return
    element[:] = kept
    element.text, *tails = map("".join, texts)
    for child, tail in zip(kept, tails, strict=True):
        child.tail = tail


def _is_plain(child: ET.Element, shown: Collection[str]) -> bool:
    kind = child.get("class", "")
    is_kind = child.tag == "span" and len(child.attrib) == 1 and _KIND.fullmatch(kind)
    return bool(is_kind) and not len(child) and kind not in shown
