"""Keep words whole that hyphenation would divide: at a paragraph's end, and in narrow cells.

Which words are divided otherwise, and where, follows from their language (`lang`), the patterns of
pyphen, and `hyphens` in the theme's print.css.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.compose.tree_tools import text_of_heading
from bookbuilder.formats.pdf.run_data.runs import classes_of
from bookbuilder.passes.table_heads import ROW_HEAD

# Words of no more letters are kept whole; in wide tables there is no room for as many.
LONGEST_WHOLE, LONGEST_WHOLE_IN_WIDE = 12, 6
TOGETHER = "last-words"
NO_BREAK_SPACE = "\u00a0"
_BLOCKS = frozenset({"p", "li", "dd", "figcaption"})
# Lines of tables are too narrow for words that must not break; those of code are the author's.
_LEFT_ALONE = frozenset({"table", "pre"})
_LETTERED = frozenset({"em", "i", "strong", "b", "cite", "q", "span", "dfn"})
# These can follow the last word but are not a word themselves.
_BEHIND = frozenset({"noteref", "note", "link-number", "link-note", "backlink"})
# Scripts with spaces between words. Two words where the last is short, else the last.
_WORD = r"[!-~\u00a1-\u058f\u2010-\u2027\u2030-\u205e\U00010000-\U0010ffff]"
_SHORT, _LONG = 4, 24
# The theme divides no shorter word.
_DIVISIBLE = re.compile(r"[\w'’]{6}")
_LAST = re.compile(rf"\s+({_WORD}{{1,7}} {_WORD}{{1,{_SHORT}}}|{_WORD}{{1,{_LONG}}})\s*\Z")
# Captions are centred: below a long line, one word looks lost.
_LAST_OF_CAPTION = re.compile(rf"\s+({_WORD}{{1,10}} {_WORD}{{1,10}} {_WORD}{{1,10}})\s*\Z")


def keep_last_words(section: ET.Element) -> None:
    """Put the end of each paragraph into a span that the theme does not hyphenate.

    CSS has no way to forbid that a last line is half a word. Words too short for hyphenation need
    only a no-break space between them: spans take time to lay out. The space in front of the span
    has one of its own: WeasyPrint breaks a text after its first word if only the space at its end
    is too much for the line.
    """
    for block in _blocks(section):
        _keep(block, _LAST_OF_CAPTION if block.tag == "figcaption" else _LAST)


def keep_cells_whole(table: ET.Element, is_wide: bool) -> None:
    """Give cells that have short words only, such as years and prices, the class `whole`."""
    longest = LONGEST_WHOLE_IN_WIDE if is_wide else LONGEST_WHOLE
    for cell in table.iter():
        if cell.tag != "td" and ROW_HEAD not in classes_of(cell):
            continue
        if all(len(word) <= longest for word in text_of_heading(cell).split()):
            cell.set("class", " ".join([*classes_of(cell), "whole"]))


def _blocks(element: ET.Element) -> Iterator[ET.Element]:
    for child in element:
        if child.tag in _LEFT_ALONE or "verse" in classes_of(child):
            continue
        if child.tag in _BLOCKS:
            yield child
        yield from _blocks(child)


def _keep(element: ET.Element, last: re.Pattern[str]) -> None:
    for at in range(len(element) - 1, -1, -1):
        child = element[at]
        tail = child.tail or ""
        if tail.strip():
            if found := last.search(tail):
                child.tail, spans = _together(tail[: found.start()], found[1])
                element[at + 1 : at + 1] = spans
            return
        if _BEHIND.isdisjoint(classes_of(child)):
            if child.tag in _LETTERED:
                _keep(child, last)
            return
    if element.text and (found := last.search(element.text)):
        element.text, element[0:0] = _together(element.text[: found.start()], found[1])


def _together(before: str, words: str) -> tuple[str, list[ET.Element]]:
    """Return the text `before` and the elements after it, so that `words` hold together."""
    joined = words.replace(" ", NO_BREAK_SPACE)
    if not _DIVISIBLE.search(words):
        return f"{before} {joined}", []
    space, end = ET.Element("span"), ET.Element("span", {"class": TOGETHER})
    space.text = " "
    end.text = joined
    return before, [space, end]
