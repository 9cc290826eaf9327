"""Read dates as bibliographies write them: `2020-05`, `1999/2000`, `1920~`, or words."""

from __future__ import annotations

import re

from bookbuilder.citing.entries import Day, When

_DAY = re.compile(r"(-?\d{1,5})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?:T[\d:.Z+-]*)?")
_UNSURE = re.compile(r"[?~%]$")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SEASONS = {"spring": 13, "summer": 14, "autumn": 15, "fall": 15, "winter": 16}
_WORDS = re.compile(r"([A-Za-z]{3,9})\.?(?:[\s~,]+(\d{1,2}))?|(\d{1,2})[\s~.]+([A-Za-z]{3,9})\.?")


def day_of(text: str) -> Day | None:
    match = _DAY.fullmatch(_UNSURE.sub("", text.strip()))
    if not match:
        return None
    year, month, day = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    if 20 < month < 25:  # seasons of EDTF
        month -= 8
        return Day(year, month)
    return Day(year, month, day) if month <= 16 and day <= 31 else Day(year)


def read_when(text: str) -> When | None:
    """Read a date or a range of dates in ISO 8601 or EDTF; anything else is a date in words."""
    text = text.strip()
    if not text:
        return None
    circa = bool(_UNSURE.search(text))
    start, slash, end = text.partition("/")
    if slash and re.fullmatch(r"\d{4}/\d{1,2}(/\d{1,2})?", text) is None:
        first = day_of(start)
        last = None if end.strip() in ("", "..", "open", "unknown") else day_of(end)
        if first:
            return When(first, last or (Day(0) if not end.strip(" .") else None), circa=circa)
    if only := day_of(text.replace("/", "-") if slash else text):
        return When(only, circa=circa)
    years = re.fullmatch(r"(\d{4})\s*(?:-{1,3}|–|—)\s*(\d{2,4})", text)
    if years:
        ends = years[2] if len(years[2]) == 4 else years[1][: 4 - len(years[2])] + years[2]
        return When(Day(int(years[1])), Day(int(ends)))
    if about := re.fullmatch(r"(?:c\.|ca\.?|circa)\s*(\d{1,4})", text, re.IGNORECASE):
        return When(Day(int(about[1])), circa=True)
    return When(literal=text)


def month_of(text: str) -> tuple[int, int]:
    """Return the month, and the day if it is said: `5`, `may`, `May 3`, `3~may`; 0 if unknown."""
    text = text.strip()
    if text.isdecimal():
        return (int(text), 0) if 1 <= int(text) <= 12 else (0, 0)
    match = _WORDS.match(text)
    if not match:
        return 0, 0
    word, day = (match[1], match[2]) if match[1] else (match[4], match[3])
    if word.lower() in _SEASONS:
        return _SEASONS[word.lower()], 0
    short = word.lower()[:3]
    return (MONTHS.index(short) + 1, int(day or 0)) if short in MONTHS else (0, 0)
