"""Let Latin letters run from the left in chapters that run from the right.

In a line from right to left, "A: `x` and `y`." puts its full stop and its colon on the wrong side,
and a link `@name/of-it` its first sign. Where a title is plain text, such as in contents and at the
heads of pages, invisible marks keep the signs of its code in place.
"""

from __future__ import annotations

import unicodedata

from bs4 import Tag
from bs4.element import NavigableString

from bookbuilder.book import Book, Chapter
from bookbuilder.model.diagnostics import Report
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.words import direction
from bookbuilder.trees.markup import elements, has_class, new_tag, text_of
from bookbuilder.trees.xhtml import HEADINGS, PHRASING

_BLOCKS = ("p", "dt", "dd", "td", "th", "figcaption", "caption", *HEADINGS[1:])
_RIGHT = frozenset({"R", "AL"})
_INLINES = ("a", "abbr", "b", "cite", "del", "dfn", "em", "i", "ins", "mark", "strong", "u")
_CODE = ("code", "kbd", "samp")
# Signs of names: `@a/b`, `.net`, `C#`. A full stop at the end belongs to what is around.
_SIGNS_FIRST = rare_pattern(r"""\s*(?!\.\.)[@#./$~<_&*+\\\[({"'%-]{1,9}\w""")
_SIGNS_LAST = rare_pattern(r"""[\w)\]}][#+)\]}>/\\%$*~_"']{1,9}\s*$""")
LEFT_TO_RIGHT_MARK = "\u200e"


def directions(book: Book, report: Report) -> None:
    for chapter in tracked(book.chapters):
        language = str(chapter.tree.get("lang") or book.metadata.language)
        if direction(language) == "rtl":
            _run_latin_from_the_left(chapter.tree)
            _mark_titles(chapter)


def _run_latin_from_the_left(tree: Tag) -> None:
    for block in elements(tree, *_BLOCKS, "li"):
        if block.get("dir") or not _is_latin(block.get_text()):
            continue
        if block.name != "li":
            block["dir"] = "ltr"
        elif not any(isinstance(c, Tag) and c.name not in PHRASING for c in block.children):
            # The mark of the item stays with the marks of the others, on the right.
            content = list(block.contents)
            block.append(new_tag("span", {"dir": "ltr"}, *content))
    for inline in elements(tree, *_INLINES):
        text = inline.get_text()
        has_signs = _SIGNS_FIRST.match(text) or _SIGNS_LAST.search(text[-12:])
        if has_signs and not inline.get("dir") and _is_latin(text):
            inline["dir"] = "ltr"


def _mark_titles(chapter: Chapter) -> None:
    """Put marks around what runs from the left in headings, where its edges are signs."""
    for heading in elements(chapter.tree, *HEADINGS):
        titles = [t for t in elements(heading, "span") if has_class(t, "chapter-title")]
        title = titles[0] if titles else heading
        is_repeated = heading.name == "h1" and text_of(title) == chapter.title
        if _is_latin(title.get_text()):
            before, after = _marks_for(title)
            title.insert(0, NavigableString(before))
            title.append(NavigableString(after))
        else:
            _mark_names(title)
        if is_repeated:
            chapter.title = text_of(title)


def _mark_names(title: Tag) -> None:
    for inline in elements(title, *_INLINES, *_CODE):
        if inline.name in _CODE or inline.get("dir") == "ltr":
            before, after = _marks_for(inline)
            inline.insert_before(NavigableString(before))
            inline.insert_after(NavigableString(after))


def _marks_for(tag: Tag) -> tuple[str, str]:
    """Return a mark for each edge of `tag` where a sign stands."""
    text = tag.get_text().strip() or "a"
    first, last = (("" if c.isalpha() else LEFT_TO_RIGHT_MARK) for c in (text[0], text[-1]))
    return first, last


def _is_latin(text: str) -> bool:
    """Return whether `text` has letters, and none of them runs from the right."""
    has_letters = False
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in _RIGHT:
            return False
        has_letters = has_letters or kind == "L"
    return has_letters
