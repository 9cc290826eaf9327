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
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw

# Of the measure, what a line must fall short by to count; of the leading, how much may vary.
SHORT = 0.4
VARIANCE = 0.12
SLACK = 2.0


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
        if line is None or abs(bottom - line.bottom) > SLACK or left < line.left - SLACK:
            if sign.isspace():
                continue
            found.append(Line(left, right, bottom, sign))
            continue
        line.text += sign
        if not sign.isspace():
            line.right = max(line.right, right)
    return found


def short_lines(lines: list[Line]) -> Iterator[tuple[Line, Line]]:
    """Yield each short line of a page, with the line after it."""
    if len(lines) < 4:
        return
    lefts = Counter(round(line.left) for line in lines)
    rights = Counter(round(line.right) for line in lines)
    left, right = lefts.most_common(1)[0][0], rights.most_common(1)[0][0]
    if rights[right] < 4 or right <= left:
        return
    steps = [a.bottom - b.bottom for a, b in itertools.pairwise(lines)]
    leading = (
        statistics.median(step for step in steps if step > SLACK)
        if any(step > SLACK for step in steps)
        else 0
    )
    for line, below, step in zip(lines, lines[1:], steps, strict=False):
        in_paragraph = abs(step - leading) <= VARIANCE * leading and abs(below.left - left) < SLACK
        is_full = abs(below.right - right) < SLACK
        goes_on = not below.text[:1].isupper() and not below.text[:1].isdigit()
        is_short = line.right < right - SHORT * (right - left) and line.left < left + SLACK * 12
        ends = line.text.rstrip()[-1:] in '.!?:;”"'
        if in_paragraph and is_full and is_short and goes_on and not ends:
            yield line, below


def main() -> None:
    """Print how many lines of each PDF are short."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pdf", nargs="+")
    parser.add_argument("-v", action="store_true", help="print the lines")
    asked = parser.parse_args()
    for name in asked.pdf:
        with pypdfium2.PdfDocument(name) as pdf:
            count = total = 0
            for number, page in enumerate(pdf, 1):
                lines = lines_of(page)
                total += len(lines)
                for line, below in short_lines(lines):
                    count += 1
                    if asked.v:
                        print(f"  page {number}: {line.text.strip()} | {below.text[:60]}")
            print(f"{name}: {count} short lines of {total} on {len(pdf)} pages")


if __name__ == "__main__":
    main()
