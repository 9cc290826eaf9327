"""Share the width of a table among its columns, and say how small its type must be.

WeasyPrint shares it by the longest cells, whatever that does to the others. Here columns get what
their longest words need; the rest goes where it makes the table shortest, and no cell ends in a
line of one short word. All widths are in em and reckoned: letters have about these widths in the
theme's sans-serif.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.run_data.runs import classes_of

SIZES = (("", 0.86, 0.5), ("wide", 0.74, 0.3), ("widest", 0.64, 0.15))
"""The theme's sizes of tables: class, size of type and padding of a cell's sides, in rem."""
# Of Bookbuilder Sans, from the blank to the tilde, in hundredths of an em.
_WIDTHS = bytes.fromhex(
    "141d2b3232523d191e1e2a32191f19233232323232323232323219193232322a55363b393e35313e411a303a31494142"
    "394239353640344f3330361e231e32323632372e38321d32361919321a5337363838232a22362f482d2f2a1e181e32"
)
_OTHER_WIDTHS = {"–": 48, "—": 80, "…": 95, "“": 43, "”": 43, "’": 25, "‘": 25}
_BOLD, _MONO = 1.06, 0.6
# Letters are reckoned, and a word that is cut is worse than a column that is too wide.
_SAFETY = 1.02
_SPACE = 0.2
# Longer words are hyphenated; code is cut.
_LONGEST_WORD, _LONGEST_CODE = 7.0, 14.0
# Of a word that is hyphenated, about what stands on one line.
_HYPHENATED = 0.6
# Letters of words that are never hyphenated.
_SHORTEST_DIVIDED = 7
_SHORT_WORD = 5
_MOST_ROWS, _MOST_COLUMNS, _LONGEST_CELL = 24, 30, 600
_STEPS = 60
_MOST_TRIED = 12
# What a narrow column gets if it costs no line.
_AIR = 1.5
_MUCH = 40.0
_LONE_WORD = 0.35
_NUMBER = re.compile(r"\W{0,3}\d")
_OF_OWN_WIDTH = frozenset(
    {"col", "colgroup", "img", "input", "{http://www.w3.org/2000/svg}svg", "svg", "math"}
)
_PARAGRAPHS = frozenset({"p", "li", "br", "pre", "div"})
_CODE = frozenset({"code", "samp", "kbd"})
# A line may end behind these.
_ENDS = re.compile(r"\s+|(?<=[-–—/\u2e80-\ud7af\uf900-\ufaff\uff00-\uffef])(?=\S)")
# The room of a column in rem for which the larger sizes of type are made.
_ROOM_OF_COLUMN = (5.5, 3.7)
NO_BREAK_SPACE = "\u00a0"


@dataclass(frozen=True, slots=True)
class Cell:
    """Hold a cell, the columns that it is in, and the widths of its words, by paragraphs.

    `solid` is the width of the longest one that cannot be hyphenated.
    """

    element: ET.Element
    start: int
    end: int
    words: tuple[tuple[float, ...], ...]
    solid: float

    @property
    def longest(self) -> float:
        return max((width for line in self.words for width in line), default=0.0)

    @property
    def whole(self) -> float:
        return max((sum(line) + _SPACE * (len(line) - 1) for line in self.words), default=0.0)


@dataclass(slots=True)
class Plan:
    """Say how a table is set: the class of its size, and the shares of its columns in per cent.

    Without shares, WeasyPrint may share the width: all lines fit. `lacking` is by how much words
    that cannot be divided are too wide together, as a fraction of the table, or less than zero.
    """

    size: str
    shares: list[float] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    lacking: float = 0.0


def plan_of(rows: Sequence[Sequence[Cell]], columns: int, room: float) -> Plan:
    """Plan a table that is `room` rem wide."""
    largest = sum(room / columns < least for least in _ROOM_OF_COLUMN)
    if not 2 <= columns <= _MOST_COLUMNS:
        return Plan(SIZES[largest][0])
    solid = _widths(rows, columns, lambda cell: cell.solid)
    least = _widths(rows, columns, lambda cell: cell.longest)
    most = _widths(rows, columns, lambda cell: cell.whole)
    hyphenated = [max(a, _HYPHENATED * b) for a, b in zip(solid, least, strict=True)]
    frees = [(room - 2 * padding * (columns - 1)) / size for _, size, padding in SIZES]
    for number in range(largest + 1):
        if sum(most) <= frees[number]:
            return Plan(SIZES[number][0])
    number = next((n for n in range(largest, len(SIZES)) if sum(hyphenated) <= frees[n]), -1)
    name, size, padding = SIZES[number]
    free = frees[number]
    lacking = 0.0
    if sum(most) <= free:
        return Plan(name)
    if sum(least) > free:
        widths = _cut(solid, least, free)
        lacking = sum(solid) / free - 1
    else:
        widths = _shared(rows, least, most, free)
    padded = [
        width + padding / size * (2 - (nth == 0) - (nth == columns - 1))
        for nth, width in enumerate(widths)
    ]
    return Plan(name, [100 * width / sum(padded) for width in padded], widths, lacking)


def _widths(
    rows: Sequence[Sequence[Cell]], columns: int, measure: Callable[[Cell], float]
) -> list[float]:
    """Return what each column needs by a measure of its cells."""
    found = [1.0] * columns
    spanning: list[Cell] = []
    for row in rows:
        for cell in row:
            if cell.end - cell.start == 1:
                found[cell.start] = max(found[cell.start], measure(cell))
            else:
                spanning.append(cell)
    for cell in spanning:
        missing = measure(cell) - sum(found[cell.start : cell.end])
        if missing > 0:
            for column in range(cell.start, cell.end):
                found[column] += missing / (cell.end - cell.start)
    return found


def _shared(
    rows: Sequence[Sequence[Cell]], least: list[float], most: list[float], free: float
) -> list[float]:
    """Give each column what it needs, and the rest so that the table gets short.

    What is moved from column to column gets smaller until nothing gains.
    """
    rest = free - sum(least)
    wanted = [min(whole, 40.0) - need for whole, need in zip(most, least, strict=True)]
    wanted = [
        max(0.0, width) ** 0.5 * (need**0.5) for width, need in zip(wanted, least, strict=True)
    ]
    total = sum(wanted) or 1.0
    widths = [
        min(need + rest * want / total, whole)
        for need, want, whole in zip(least, wanted, most, strict=True)
    ]
    _give_rest(widths, most, free)
    sample = sorted(rows, key=lambda row: -max((c.whole for c in row), default=0))[:_MOST_ROWS]
    height = _height(sample, widths)
    # Trying takes time cubed to the number of columns.
    steps = (free / 12, free / 25, free / 50) if len(widths) <= _MOST_TRIED else ()
    for step in steps:
        for _ in range(_STEPS // len(widths) + 1):
            better = None
            for giver in range(len(widths)):
                if widths[giver] - step < least[giver]:
                    continue
                for taker in range(len(widths)):
                    if taker == giver or widths[taker] >= most[taker]:
                        continue
                    tried = list(widths)
                    tried[giver] -= step
                    tried[taker] += step
                    reached = _height(sample, tried)
                    if reached < height - 0.01:
                        better, height = tried, reached
            if better is None:
                break
            widths = better
    return _with_air(sample, widths, least, free)


def _with_air(
    rows: Sequence[Sequence[Cell]], widths: list[float], least: list[float], free: float
) -> list[float]:
    """Let columns that are as narrow as can be have some of the room that makes no line shorter."""
    height = _height(rows, widths)
    widest = max(range(len(widths)), key=lambda column: widths[column])
    narrow = [column for column in range(len(widths)) if column != widest]
    step = free / 50
    wanted = _AIR * len(narrow)
    given = 0.0
    while given < wanted and widths[widest] - step > least[widest]:
        tried = list(widths)
        tried[widest] -= step
        if _height(rows, tried) > height + 0.01:
            break
        widths, given = tried, given + step
    return [w + given / len(narrow) * (n != widest) for n, w in enumerate(widths)]


def _cut(solid: list[float], least: list[float], free: float) -> list[float]:
    """Return widths that are less than columns need, so that the longest words are hyphenated."""
    if sum(solid) >= free:
        return [free * width / sum(solid) for width in solid]
    low, high = 0.0, max(least)
    for _ in range(20):
        level = (low + high) / 2
        total = sum(max(a, min(b, level)) for a, b in zip(solid, least, strict=True))
        low, high = (level, high) if total <= free else (low, level)
    return [max(a, min(b, low)) for a, b in zip(solid, least, strict=True)]


def _give_rest(widths: list[float], most: list[float], free: float) -> None:
    for _ in range(len(widths)):
        rest = free - sum(widths)
        growing = [n for n, width in enumerate(widths) if width < most[n] - 0.01]
        if rest < 0.1 or not growing:
            break
        for column in growing:
            widths[column] = min(most[column], widths[column] + rest / len(growing))


def _height(rows: Sequence[Sequence[Cell]], widths: list[float]) -> float:
    """Return the lines of a table, with a little for each cell that ends in a short word."""
    height = 0.0
    for row in rows:
        tallest = 0
        for cell in row:
            if cell.words:
                width = sum(widths[cell.start : cell.end])
                lines, is_lone = _lines(cell.words, round(width, 1))
                tallest = max(tallest, lines)
                height += _LONE_WORD * is_lone
        height += tallest
    return height


@lru_cache(maxsize=50_000)
def _lines(paragraphs: tuple[tuple[float, ...], ...], width: float) -> tuple[int, bool]:
    """Return how many lines words fill, and whether the last line is one short word."""
    lines, is_lone = 0, False
    for words in paragraphs:
        at, on_line = 0.0, 0
        lines += 1
        for word in words:
            if on_line and at + _SPACE + word > width:
                lines += 1
                at, on_line = word, 1
            else:
                at += word + _SPACE * (on_line > 0)
                on_line += 1
            if word > width:
                lines += int(word / max(width, 1.0))
        is_lone = lines > 1 and on_line == 1 and at < min(3.0, width / 2)
    return lines, is_lone


def cell_of(element: ET.Element, start: int, end: int, *, is_bold: bool) -> Cell:
    """Reckon the words in a cell of the columns from `start` to before `end`."""
    factor = (_BOLD if is_bold else 1.0) * _SAFETY
    solid = 0.0
    found = []
    for text, is_code in _paragraphs(element):
        longest = _LONGEST_CODE if is_code else _LONGEST_WORD
        pieces: list[float] = []
        for word in _ENDS.split(text.strip()[:_LONGEST_CELL]):
            if word:
                width = _width(word, is_code) * factor
                pieces += _pieces(width, longest)
                if is_code or len(word) < _SHORTEST_DIVIDED or _NUMBER.match(word):
                    solid = max(solid, min(width, longest))
        if pieces:
            found.append(tuple(pieces))
    return Cell(element, start, end, tuple(found), solid)


def _paragraphs(cell: ET.Element) -> list[tuple[str, bool]]:
    """Return the texts of a cell, and whether each holds code."""
    texts, codes = [""], [False]

    def add(element: ET.Element, is_code: bool) -> None:
        if element.tag in _PARAGRAPHS and texts[-1].strip():
            texts.append("")
            codes.append(is_code)
        is_code = is_code or element.tag in _CODE
        codes[-1] = codes[-1] or is_code
        texts[-1] += element.text or ""
        for child in element:
            if child.tag != "aside":
                add(child, is_code)
            texts[-1] += child.tail or ""

    add(cell, False)
    return list(zip(texts, codes, strict=True))


def _pieces(width: float, longest: float) -> list[float]:
    whole = min(int(width / longest), 100)
    return [longest] * whole + ([width - whole * longest] if width > whole * longest else [])


def _width(word: str, is_code: bool) -> float:
    if is_code:
        return len(word) * _MONO * 0.9
    return sum(_width_of(letter) for letter in word) / 100


def _width_of(letter: str) -> int:
    if " " <= letter <= "~":
        return _WIDTHS[ord(letter) - 32]
    if unicodedata.combining(letter):
        return 0
    if unicodedata.east_asian_width(letter) in "WF":
        return 100
    return _OTHER_WIDTHS.get(letter, 62 if letter.isupper() else 54)


def set_columns(table: ET.Element, shares: Sequence[float]) -> None:
    """Set the widths of the columns."""
    group = ET.Element("colgroup")
    for share in shares:
        ET.SubElement(group, "col", {"style": f"width: {share:.2f}%"})
    place = next((n for n, child in enumerate(table) if child.tag != "caption"), len(table))
    table.insert(place, group)
    style = table.get("style", "").strip().rstrip(";")
    table.set("style", "; ".join(filter(None, (style, "table-layout: fixed"))))


def has_widths(table: ET.Element) -> bool:
    """Return whether the author has set widths, or the table holds what has a width of its own."""
    return any(e.tag in _OF_OWN_WIDTH or "width" in e.get("style", "") for e in table.iter())


def keep_ends(cell: Cell, width: float) -> None:
    """Keep the last word of a cell with the word before it if it is short."""
    lines = _lines(cell.words, round(width, 1))[0]
    if lines < len(cell.words) + 1:
        return
    element, is_tail = _last_text(cell.element)
    text = (element.tail if is_tail else element.text) or ""
    words = text.rsplit(maxsplit=2)
    if len(words) < 2 or len(words[-1].strip()) > _SHORT_WORD or not text.strip():
        return
    joined = f"{words[-2]}{NO_BREAK_SPACE}{words[-1]}"
    if _width(joined, False) > width / 2:
        return
    before = text.rstrip()[: -len(words[-1])].rstrip()
    changed = f"{before}{NO_BREAK_SPACE}{words[-1]}"
    if is_tail:
        element.tail = changed
    else:
        element.text = changed


def _last_text(element: ET.Element) -> tuple[ET.Element, bool]:
    """Return where the last text in `element` is: in an element, or behind it."""
    while len(element):
        last = element[-1]
        if (last.tail or "").strip():
            return last, True
        if "noteref" in classes_of(last) or last.tag == "aside":
            return element, False
        element = last
    return element, False
