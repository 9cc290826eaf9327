"""Fit code to the measure: type a step smaller, or lines that turn with a hanging indent.

Code is set in a typeface whose letters are all of one width, so the letters that fit a line are
known before the layout. A turned line ends between the parts of the program, after a comma or
before an operator, and not within a name; `weasy.turned_lines` draws the mark at its end.
"""

from __future__ import annotations

import re
import unicodedata
from xml.etree import ElementTree as ET

from bookbuilder.book import Book
from bookbuilder.formats.pdf.compose.measure import INSETS, Measure, measure_of, with_room
from bookbuilder.formats.pdf.compose.turned_pages import is_turned
from bookbuilder.formats.pdf.run_data.runs import TURNS, classes_of
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.trees.markup import elements, raw_text

LONG_CODE = Rule(
    "P019",
    "long-code-line",
    Severity.NOTE,
    "A line of code is longer than the measure of the page. In print it turns: a mark stands at its"
    " end, and the rest is set further in. Break the line in the source where a reader would, or"
    " choose a larger trim size.",
)

SMALLER, KEPT, LINED = "smaller", "lines-kept", "lined"
# In print.css: the size of code and of its smaller step, its padding, the hang, all in rem; and the
# width of a letter in em.
_SIZE, _SMALLER_SIZE, _PADDING = 0.8, 0.7, 0.95
_LETTER = 0.6
_HANG = 2
_DEEPEST_INDENT = 28
_FEWEST_COLUMNS = 20
_MANY = 3
# Lines at the start and at the end that stand together.
_ENDS = 2
_LINE = "code-line"
_LONGEST_LINE = 4000

ZERO_WIDTH_SPACE, WORD_JOINER = "\u200b", "\u2060"
# A stretch without blanks that is no longer stays whole.
_WHOLE = 14
_STRETCH = re.compile(rf"\S{{{_WHOLE + 1},}}")
_PLACES = re.compile(
    r"(?<=[,;({\[])(?=[^\s,;(){}\[\]])"  # behind a comma or an opening bracket
    r"|(?<=[\w)\]}])(?=\.[A-Za-z_])"  # before `.method`
    r"|(?<=[\w)\]}])(?=::|->|=>|\?\.|&&|\|\||[+*|&]{1,2}\w)"  # before an operator
    r"|(?<=[\w.-]/)(?=[\w.-])|(?<=[\w=][?&=])(?=\w)"  # in paths and addresses
    r"|(?<=\w=)(?=[\"'{\[(])"
)
# Where Unicode would break a word that a reader of code would not: `--option`, `->`, `a-b`.
_HYPHEN = re.compile(r"-(?=\S)")


def fit_code(section: ET.Element, measure: Measure) -> None:
    """Fit all code in `section` to the measure."""
    for pre, room in with_room(section, ("pre",), measure):
        _fit(pre, room / measure.code)


def _columns(room: float, size: float) -> int:
    """Return how many letters of code of that size fit a line."""
    return max(_FEWEST_COLUMNS, int((room - _PADDING) / (size * _LETTER) + 0.01))


def _fit(pre: ET.Element, room: float) -> None:
    holds_code = len(pre) == 1 and pre[0].tag == "code" and not (pre.text or "").strip()
    code = pre[0] if holds_code else pre
    lengths = [_width(line) for line in "".join(code.itertext()).split("\n")]
    columns = _columns(room, _SIZE)
    if max(lengths) > columns:
        smaller = _columns(room, _SMALLER_SIZE)
        long, longer = (sum(n > most for n in lengths) for most in (columns, smaller))
        if longer * _MANY <= long:
            pre.set("class", " ".join([*classes_of(pre), SMALLER]))
            columns = smaller
        if longer:
            _turn_long_lines(code, columns)
    if any(_LINE in classes_of(line) or TURNS in classes_of(line) for line in code):
        pre.set("class", " ".join([*classes_of(pre), LINED]))
        _keep_ends(code)


def _turn_long_lines(code: ET.Element, columns: int) -> None:
    if any(_LINE in classes_of(child) for child in code):
        for line in code:
            text = "".join(line.itertext()).rstrip("\n")
            if columns < _width(text) <= _LONGEST_LINE:
                _turn_line_of_its_own(line, text)
        return
    lines = _split_lines(code)
    code.text = None
    code[:] = []
    for nth, line in enumerate(lines):
        text = "".join(line.itertext())
        is_end = nth < _ENDS or nth >= len(lines) - _ENDS
        if columns < _width(text) <= _LONGEST_LINE:
            _allow_breaks(line)
            _hang(line, _indent(text))
        if TURNS in classes_of(line):
            code.append(line)
        elif is_end:
            line.set("class", _LINE)
            _append_text(line, "\n")
            code.append(line)
        else:
            _append(code, line, "\n" * (nth + 1 < len(lines)))


def _turn_line_of_its_own(line: ET.Element, text: str) -> None:
    """Turn a line with a number: what it holds goes into an element that hangs."""
    inner = ET.Element("span")
    inner.text, line.text = line.text, None
    inner.extend(list(line))
    line[:] = [inner]
    gutter = sum(
        len(child.text or "")
        for child in inner
        if not {"line-number", "line-sign"}.isdisjoint(classes_of(child))
    )
    rest = text[gutter:]
    _allow_breaks(inner)
    _hang(inner, gutter + _indent(rest))


def _indent(text: str) -> int:
    text = text.expandtabs(8)
    return len(text) - len(text.lstrip(" "))


def _hang(line: ET.Element, indent: int) -> None:
    columns = min(indent, _DEEPEST_INDENT) + _HANG
    line.set("class", TURNS)
    line.set("style", f"padding-left: {columns}ch; text-indent: -{columns}ch")


def _keep_ends(code: ET.Element) -> None:
    """Keep the first two lines together, and the last two, each an element by then."""
    lines = list(code)
    is_short = len(lines) <= 2 * _ENDS + 1 and not any(line.tail for line in lines)
    groups = [lines] if is_short else [lines[:_ENDS], lines[-_ENDS:]]
    code[:] = []
    for group in groups:
        kept = ET.SubElement(code, "span", {"class": KEPT})
        kept.extend(group)
        # The lines that follow, where they need no elements.
        kept.tail, group[-1].tail = group[-1].tail, None
    if not is_short:
        code[1:1] = lines[_ENDS:-_ENDS]


def _split_lines(code: ET.Element) -> list[ET.Element]:
    """Return a span for each line of `code`; elements that go over its end go on in the next."""
    lines = [ET.Element("span")]
    _split_into(lines, code, [])
    if not lines[-1].text and not len(lines[-1]):
        lines.pop()
    return lines


def _split_into(lines: list[ET.Element], element: ET.Element, around: list[ET.Element]) -> None:
    _add_text(lines, element.text, around)
    for child in element:
        opened = ET.Element(child.tag, dict(child.attrib))
        _innermost(lines[-1], around).append(opened)
        _split_into(lines, child, [*around, child])
        _add_text(lines, child.tail, around)


def _add_text(lines: list[ET.Element], text: str | None, around: list[ET.Element]) -> None:
    for nth, piece in enumerate((text or "").split("\n")):
        if nth:
            lines.append(ET.Element("span"))
            at = lines[-1]
            for element in around:
                attributes = {k: v for k, v in element.attrib.items() if k != "id"}
                at = ET.SubElement(at, element.tag, attributes)
        _append_text(_innermost(lines[-1], around), piece)


def _innermost(line: ET.Element, around: list[ET.Element]) -> ET.Element:
    for _ in around:
        line = line[-1]
    return line


def _append_text(element: ET.Element, text: str) -> None:
    if not text:
        return
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _append(code: ET.Element, line: ET.Element, end: str) -> None:
    """Append what `line` holds."""
    _append_text(code, line.text or "")
    code.extend(list(line))
    _append_text(code, end)


def _allow_breaks(line: ET.Element) -> None:
    """Let `line` end between the parts of the program, and nowhere else but at blanks.

    A stretch without blanks may be made of many elements.
    """
    holders: list[tuple[ET.Element, bool, str]] = []
    _collect(line, holders)
    text = "".join(piece for _, _, piece in holders)
    added: dict[int, str] = {m.start(): WORD_JOINER for m in _HYPHEN.finditer(text)}
    added = {place + 1: sign for place, sign in added.items()}
    for stretch in _STRETCH.finditer(text):
        for match in _PLACES.finditer(text, stretch.start(), stretch.end()):
            # No lone bracket or name of a letter or two on a line.
            if stretch.start() + 3 <= match.start() <= stretch.end() - 3:
                added[match.start()] = ZERO_WIDTH_SPACE
    at = 0
    for element, is_tail, piece in holders:
        places = [place - at for place in sorted(added) if at <= place < at + len(piece)]
        made, last = [], 0
        for place in places:
            made += [piece[last:place], added[at + place]]
            last = place
        changed = "".join([*made, piece[last:]])
        if is_tail:
            element.tail = changed
        else:
            element.text = changed
        at += len(piece)


def _collect(element: ET.Element, holders: list[tuple[ET.Element, bool, str]]) -> None:
    if element.text:
        holders.append((element, False, element.text))
    for child in element:
        _collect(child, holders)
        if child.tail:
            holders.append((child, True, child.tail))


def _width(text: str) -> int:
    """Return the columns that `text` takes."""
    if text.isascii():
        return len(text.rstrip().expandtabs(8))
    return len(text.rstrip()) + sum(unicodedata.east_asian_width(c) in "WF" for c in text)


def report_long_code(book: Book, report: Report) -> None:
    """Report code whose lines are longer than the measure, once for each chapter."""
    measure = measure_of(book)
    for chapter in book.chapters:
        for pre in elements(chapter.tree, "pre"):
            names = [parent.name for parent in pre.parents]
            if "table" in names:
                continue
            wide = measure.upright - sum(INSETS.get(name, 0.0) for name in names)
            if is_turned(pre):
                wide = measure.turned
            room = _columns(wide / measure.code, _SMALLER_SIZE)
            for line in raw_text(pre).split("\n"):
                if (length := _width(line)) > room:
                    at = chapter.source.text.find(line.strip()[:80])
                    span = chapter.source.span(at, len(line.strip())) if at >= 0 else None
                    message = f"a line of code has {length} letters; {room} fit the page"
                    report.add(
                        LONG_CODE, message, span or chapter.source.span_of_file(), alike="code"
                    )
