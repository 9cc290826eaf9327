"""Find lines that look like Markdown to their author and are none, and read or report them.

A mark followed by a no-break space (typed by Option and Space on a Mac), or behind an invisible
character (pasted from a web page), looks exactly like one that works: it is read as meant. So are
`##Heading` at the start of a paragraph, and items that start with a typed bullet. What may be meant
otherwise is reported, and stays: `#Heading`, which may be a tag, and lines that start alike, or
count.
"""

from __future__ import annotations

import re
import unicodedata

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.line import Line
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.model.diagnostics import Rule, Severity
from bookbuilder.text.patterns import rare_pattern

INVISIBLE_SLIP = Rule(
    "M029",
    "invisible-slip",
    Severity.NOTE,
    "Behind an invisible character, or followed by a no-break space instead of a blank, `#`, `-`"
    " and `1.` mean nothing in Markdown. They are read as you meant them here; other tools print"
    " them as text. Type an ordinary blank, and delete the invisible character.",
)
GLUED_HEADING = Rule(
    "M030",
    "heading-without-blank",
    Severity.WARNING,
    "A heading needs a blank after its `#`. Two or more of them and a word, at the start of a"
    " paragraph, are read as a heading all the same. One alone may be a tag, and stays text: write"
    " `# Heading`, or `\\#tag` for text that starts so.",
)
LINES_ALIKE = Rule(
    "M032",
    "typed-list",
    Severity.WARNING,
    "Lines that start alike look like a list or like speech, but Markdown makes one paragraph of"
    " them, in which they run together. Start each line of a list with `- ` or `1. `, leave a blank"
    " line between paragraphs, or end each line with a backslash to keep them as lines.",
)

_INVISIBLE = "\u00ad\u200b-\u200f\u2060-\u2064\ufeff\u180e"
_WIDE_BLANKS = "\u00a0\u2000-\u200a\u202f\u205f\u3000"
_MARK = r"#{1,6}|[-*+]|\d{1,9}[.)]|>"
_HIDDEN = re.compile(
    rf"[{_INVISIBLE}{_WIDE_BLANKS}]{{1,20}}(?=(?:{_MARK})[ \t{_WIDE_BLANKS}]|```|~~~|\|)"
)
_UNBREAKABLE = re.compile(
    rf"(#{{1,6}}|[-+]|\*(?![^\n]*\*)|\d{{1,9}}[.)])[ \t]{{0,3}}"
    rf"[{_WIDE_BLANKS}][ \t{_WIDE_BLANKS}]*(?=\S)"
)
_BULLET = re.compile(rf"[•‣◦▪▫●○■□⁃∙·➢➤][ \t{_WIDE_BLANKS}]+(?=\S)")
_BULLETS = {"•": "-", "‣": "*"}
_GLUED = re.compile(r"(#{1,6})(?=[^\W\d_])[^\n]*")
_TOO_DEEP = re.compile(r"(#{7,20})[ \t]*(?=[^\s#])")
_TAG = rare_pattern(r"(?<!\S)#[\w/-]+")
_LONGEST_HEADING = 100
# Symbols, dashes and numbers in circles or brackets, not marks of Markdown or of other tools.
_ALIKE = rare_pattern(
    rf"(\(\w{{1,4}}\)|[\u2460-\u24ff\u2776-\u2793]|[^\w\s\x00-\x7f])"
    rf"[ \t\ufe0f{_WIDE_BLANKS}]+(?=\S)"
)
# `1- one`, `(2) two`, `[3]`, `4.four`, `B. Bee`, `#5 five`, Chinese numbers: counted, but no list.
_COUNTED = rare_pattern(
    r"(?P<open>[(\[§]?)(?P<number>\d{1,4}|[A-Za-z]|[ivxlc]{2,7}|[IVXLC]{2,7}|[一二三四五六七八九十])"
    r"(?P<close>[.)\]、．:：º°ª]|[ ]?[-–][ ])(?=[ \t]*[^\d\s])|(?P<mark>#)(?P<of>\d{1,4})[ ]"
)
_MOST_BETWEEN = 6
# `-one`, `•two`: marks of items without their blank.
_GLUED_ITEM = rare_pattern(r"([-*–—•‣◦▪●○■·➢])(?=[^\W\d_])")
_CATEGORIES = frozenset({"So", "Sm", "Pd", "No", "Po", "Ps"})
_HAN_NUMBERS = "一二三四五六七八九十"
_ROMAN_NUMBERS = {"ii": 2, "iii": 3, "iv": 4, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "xi": 11}
_NO_BULLETS = frozenset("“”‘’«»„‚‹›¡¿…「『（《〈【")


def read_as_meant(state: BlockState) -> None:
    """Put ordinary characters in place of the author's, before block starts read the line."""
    line = state.line
    if line.indented:
        return
    rest = line.rest
    hidden = _HIDDEN.match(rest)
    mended = rest[hidden.end() :] if hidden else rest
    unbreakable = _UNBREAKABLE.match(mended)
    if unbreakable:
        mended = f"{unbreakable[1]} {mended[unbreakable.end() :]}"
    if hidden or unbreakable:
        _report_invisible(state, hidden, unbreakable)
    elif bullet := _BULLET.match(rest):
        # Another bullet is another list.
        mended = f"{_BULLETS.get(rest[0], '+')} {rest[bullet.end() :]}"
    if mended != rest:
        _replace_rest(line, mended)


def _report_invisible(
    state: BlockState, hidden: re.Match[str] | None, unbreakable: re.Match[str] | None
) -> None:
    found = hidden or unbreakable
    assert found is not None
    character = found[0][0] if hidden else found[0][-1]
    name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
    mark = unbreakable[1] if unbreakable else state.line.rest[found.end() :].split(" ")[0][:10]
    where = "before" if hidden else "after"
    article = "an" if name[0] in "aeiou" else "a"
    read_as = "if it were not there" if hidden else "a blank"
    message = f"{article} {name} {where} `{mark}`: read as {read_as}"
    hint = "delete it" if hidden else "type an ordinary blank"
    state.problems.add(INVISIBLE_SLIP, message, state.number, found[0], hint, alike=name)


def _replace_rest(line: Line, text: str) -> None:
    """Put `text` in place of what follows the line's indentation."""
    start, column = line.start, line.start_column
    line.text = line.text[:start] + text
    line.start, line.start_column = start, column
    line.blank = not text


def start_glued_heading(state: BlockState, container: Block) -> Started:
    """Read `##Heading` as a heading, and report `#Heading`, where nothing else is meant."""
    line = state.line
    if line.indented or line.first != "#":
        return Started.NOTHING
    if deep := _TOO_DEEP.match(line.rest):
        message = f"a line with {len(deep[1])} `#` is text: headings have at most six"
        state.problems.add(GLUED_HEADING, message, state.number, deep[1], alike="deep")
        return Started.NOTHING
    match = _GLUED.match(line.rest)
    if not match or len(match[0]) > _LONGEST_HEADING:
        return Started.NOTHING
    marks, text = match[1], match[0][len(match[1]) :].strip()
    shown = f"{marks}{text.split()[0][:40]}"
    if len(marks) == 1 or isinstance(state.tip, Paragraph):
        # A tag is a word in small letters, or stands among others or in a sentence.
        if text[0].islower() or len(_TAG.findall(match[0])) > 1 or text[-1] in ".,;":
            return Started.NOTHING
        message = f"`{shown}` is text, because no blank follows the `{marks}`"
        hint = f"write `{marks} {text[:40]}`, or `\\{shown}` if it is a tag"
        state.problems.add(GLUED_HEADING, message, state.number, shown, hint, alike="#")
        return Started.NOTHING
    message = f"`{shown}` is read as a heading, although no blank follows the `{marks}`"
    hint = f"write `{marks} {text[:40]}`"
    state.problems.add(GLUED_HEADING, message, state.number, shown, hint, alike="##")
    _replace_rest(line, f"{marks} {text}")
    return Started.NOTHING


def report_lines_alike(state: BlockState, container: Block) -> Started:
    """Report the second line of a paragraph that starts as the one before it does."""
    line, tip = state.line, state.tip
    if line.indented or not isinstance(tip, Paragraph) or not tip.lines:
        return Started.NOTHING
    if tip.lines[-1].endswith(("  ", "\\")):
        return Started.NOTHING
    mark = _mark_alike(line.rest, tip.lines[-1]) or _number_after(line.rest, tip.lines)
    if mark:
        item = "1." if any(c.isalnum() for c in mark) else "-"
        message = f"lines that start with `{mark}` run together in one paragraph"
        hint = f"write `{item} ` before each, or leave a blank line between them"
        state.problems.add(LINES_ALIKE, message, state.number, mark, hint, alike="lines")
    return Started.NOTHING


def _mark_alike(text: str, before: str) -> str:
    """Return the mark that `text` starts with, if the line before it starts alike."""
    here, there = _ALIKE.match(text), _ALIKE.match(before)
    if here and there and _is_bullet(here[1]) and _kind(here[1]) == _kind(there[1]):
        return here[1]
    here, there = _GLUED_ITEM.match(text), _GLUED_ITEM.match(before)
    if here and there and here[1] == there[1] and text.count("*") < 2:
        return here[1]
    return ""


def _number_after(text: str, lines: list[str]) -> str:
    """Return the number that `text` starts with, if one of the `lines` has the one before it."""
    here = _COUNTED.match(text)
    if not here:
        return ""
    for line in reversed(lines[-_MOST_BETWEEN:]):
        if there := _COUNTED.match(line):
            is_alike = all(here[part] == there[part] for part in ("open", "close", "mark"))
            is_next = is_alike and _value(here) == _value(there) + 1
            return here[0].strip() if is_next else ""
    return ""


def _value(counted: re.Match[str]) -> int:
    number = counted["number"] or counted["of"]
    if number.isascii() and number.isdigit():
        return int(number)
    if len(number) == 1 and number.isascii():
        return ord(number)
    return _ROMAN_NUMBERS.get(number.lower(), _HAN_NUMBERS.find(number))


def _is_bullet(mark: str) -> bool:
    return mark[0] == "(" or (unicodedata.category(mark) in _CATEGORIES and mark not in _NO_BULLETS)


def _kind(mark: str) -> str:
    """Return what two marks of a list share: `(1)` and `(2)`, `①` and `②`."""
    category = unicodedata.category(mark[0])
    return category if category in ("No", "Ps") else mark


class LikelySlipExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        starts = md.parser.starts
        md.parser.mends.append(read_as_meant)
        starts.register(start_glued_heading, 990, "#")
        starts.register(report_lines_alike, 5)
