"""Read dates as people type them into a configuration: with or without quotes, a month, a year."""

from __future__ import annotations

import re
from datetime import date

_TYPED = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")


class PartialDate(date):
    """A date of which only the year, or the year and the month, are known.

    As a `date` it is the first day of that time; as text it says no more than is known.
    """

    parts: int = 3

    @classmethod
    def of(cls, year: int, month: int = 0) -> PartialDate:
        made = cls(year, month or 1, 1)
        made.parts = 2 if month else 1
        return made

    def isoformat(self) -> str:
        """Return `2026` or `2026-11`, which EPUB and PDF take for dates too."""
        return super().isoformat()[: (4, 7, 10)[self.parts - 1]]

    __str__ = isoformat


def read_date(value: object) -> date | None:
    """Return the date in `"2026-11-01"`, `"2026-11"`, `"2026"` or `2026`; None if it is none."""
    text = str(value).strip() if isinstance(value, str | int) and value is not True else ""
    match = _TYPED.match(text)
    rest = text[match.end() :] if match else ""
    if not match or (rest and not re.match(r"[T ]\d\d:", rest)):
        return None
    year, month, day = (int(part or 0) for part in match.groups())
    try:
        return date(year, month, day) if match[3] else PartialDate.of(year, month)
    except ValueError:
        return None
