"""Count lines that end far short of the measure in the middle of a justified paragraph.

    python tools/short_lines.py [-v] BOOK.pdf …

Such a line has most of its room left though its paragraph goes on below it: a line break went
wrong. Code, lists of short items, verse and centred text are left aside, since the line below has
to reach the right edge of the text, too, and to begin like the middle of a sentence.
"""

from __future__ import annotations

import argparse
import ctypes
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw

# Of the measure, what a line must fall short by to count; of the leading, what may vary.
SHORT = 0.4
VARIANCE = 0.12
SLACK = 2.0
# How far notes are raised, and first lines indented.
RAISED, INDENT = 6.0, 24.0
BULLETS = "•◦▪–☐☑☒"
ENDS = '.!?:;”"'


@dataclass(slots=True)
class Line:
    """A line of text, in points from the lower left corner of its page."""

    left: float
    right: float
    bottom: float
    text: str


def lines_of(page: pypdfium2.PdfPage) -> list[Line]:
    """Return the lines of a page as PDFium tells them apart."""
    text_page = page.get_textpage()
    found: list[Line] = []
    box = [ctypes.c_double() for _ in range(4)]
    origin = ctypes.c_double(), ctypes.c_double()
    for index in range(text_page.count_chars()):
        sign = chr(raw.FPDFText_GetUnicode(text_page, index))
        if sign in "\r\n\0":
            continue
        raw.FPDFText_GetCharBox(text_page, index, *box)
        raw.FPDFText_GetCharOrigin(text_page, index, *origin)
        left, right, bottom = box[0].value, box[1].value, origin[1].value
        line = found[-1] if found else None
        is_beside = line is not None and (left >= line.right - SLACK or right <= line.left + SLACK)
        if line is None or not (abs(bottom - line.bottom) < (RAISED if is_beside else SLACK)):
            if sign.isspace():
                continue
            found.append(Line(left, right, bottom, sign))
            continue
        line.text += sign
        if not sign.isspace():
            line.left, line.right = min(line.left, left), max(line.right, right)
    return found


def short_lines(lines: list[Line], measure: float, leading: float) -> Iterator[tuple[Line, Line]]:
    """Yield each short line of a page, with the line after it.

    `measure` is where full lines end. Lines of a paragraph are `leading` apart.
    """
    for line, below in itertools.pairwise(lines):
        in_paragraph = abs(line.bottom - below.bottom - leading) <= VARIANCE * leading
        in_paragraph &= -SLACK < line.left - below.left < INDENT
        is_full = abs(below.right - measure) < SLACK
        goes_on = not below.text[:1].isupper() and not below.text[:1].isdigit()
        is_short = line.right < measure - SHORT * (measure - below.left)
        ends = line.text.rstrip()[-1:] in ENDS
        is_item = below.text[:1] in BULLETS or any(
            abs(other.bottom - below.bottom) < SLACK and other.right <= below.left + SLACK
            for other in lines
        )
        if in_paragraph and is_full and is_short and goes_on and not ends and not is_item:
            yield line, below


def edges_of(pages: list[list[Line]]) -> tuple[list[float], float]:
    """Return where full lines end on rectos and on versos, and how far apart lines are."""
    measures = []
    for side in (0, 1):
        rights = Counter(round(line.right) for page in pages[side::2] for line in page)
        measures.append(float(rights.most_common(1)[0][0]) if rights else 0.0)
    steps = Counter(
        round(line.bottom - below.bottom, 1)
        for page in pages
        for line, below in itertools.pairwise(page)
        if line.bottom - below.bottom > SLACK
    )
    return measures, steps.most_common(1)[0][0] if steps else 0.0


def is_from_right(pages: list[list[Line]]) -> bool:
    """Return whether most letters are Hebrew or Arabic."""
    letters = [sign for page in pages for line in page for sign in line.text if sign.isalpha()]
    return sum("\u0590" <= sign <= "\u08ff" for sign in letters) * 2 > len(letters)


def main() -> None:
    """Print how many lines of each PDF are short."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pdf", nargs="+")
    parser.add_argument("-v", action="store_true", help="print the lines")
    asked = parser.parse_args()
    for name in asked.pdf:
        with pypdfium2.PdfDocument(name) as pdf:
            pages = [lines_of(page) for page in pdf]
        if is_from_right(pages):
            for line in itertools.chain(*pages):
                line.left, line.right = -line.right, -line.left
        measures, leading = edges_of(pages)
        count = 0
        for number, lines in enumerate(pages):
            for line, below in short_lines(lines, measures[number % 2], leading):
                count += 1
                if asked.v:
                    print(f"  page {number + 1}: {line.text.strip()} | {below.text[:60]}")
        print(f"{name}: {count} short lines of {sum(map(len, pages))} on {len(pages)} pages")


if __name__ == "__main__":
    main()
