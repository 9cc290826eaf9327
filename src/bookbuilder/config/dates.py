"""Read dates as people type them into a configuration: with or without quotes, a month, a year."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from bookbuilder.text.patterns import rare_pattern

_LONGEST = 60
# Twelve for each language; genitives where dates have them.
_MONTHS = """
    january february march april may june july august september october november december
    januar februar märz april mai juni juli august september oktober november dezember
    jänner feber maerz april mai juni juli august september oktober november dezember
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    gener febrer març abril maig juny juliol agost setembre octubre novembre desembre
    gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre
    dicembre
    janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
    januari februari maart april mei juni juli augustus september oktober november december
    januari februari mars april maj juni juli augusti september oktober november december
    januar februar marts april maj juni juli august september oktober november december
    tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta
    syyskuuta lokakuuta marraskuuta joulukuuta
    stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada
    grudnia
    styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad
    grudzień
    ledna února března dubna května června července srpna září října listopadu prosince
    ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie
    decembrie
    január február március április május június július augusztus szeptember október november
    december
    ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
    січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
    ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου
    οκτωβρίου νοεμβρίου δεκεμβρίου
    يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
    ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר
"""
_NUMBER_OF = {name: place % 12 + 1 for place, name in enumerate(_MONTHS.split())}
_SHORTEST_PREFIX = 3
_TYPED = rare_pattern(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_WEEKDAY = r"(?:[^\W\d_]{2,20}\.?,[ ]*)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|°|\.)?"
_MONTH = r"(?:(?:de|del|di|of|d[’'])[ ]?)?(?:ה|ב)?(?P<month>[^\W\d_]{3,20})\.?"
_YEAR = r",?[ ]*(?:(?:de|del)[ ])?(?P<year>\d{4})(?:[ ]?[гр]\.?)?"
_WORDED = (
    rare_pattern(rf"{_WEEKDAY}{_DAY}[ ]*{_MONTH}{_YEAR}", re.IGNORECASE),
    rare_pattern(rf"{_WEEKDAY}{_MONTH}[ ]{_DAY}{_YEAR}", re.IGNORECASE),
    rare_pattern(rf"{_MONTH}{_YEAR}", re.IGNORECASE),
    rare_pattern(rf"(?P<year>\d{{4}})\.?[ ]{_MONTH}(?:[ ]{_DAY})?", re.IGNORECASE),
)
_FIGURES = (
    # With full stops, the day comes first wherever people write so; strokes tell nobody.
    rare_pattern(r"(?P<day>\d{1,2})\.[ ]?(?P<month>\d{1,2})\.[ ]?(?P<year>\d{4})"),
    rare_pattern(r"(?P<month>\d{1,2})[./](?P<year>\d{4})"),
    rare_pattern(
        r"(?P<year>\d{4})[ ]?[年년][ ]?(?P<month>\d{1,2})[ ]?[月월][ ]?"
        r"(?:(?P<day>\d{1,2})[ ]?[日일])?"
    ),
)
_STROKES = rare_pattern(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})")


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
    """Return the date that `value` gives, such as `"2026-11-01"`, `"November 2026"` or `2026`.

    None if it gives none, or if nobody can tell which: `11/01/2026` is two days.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = " ".join(str(value).split()) if isinstance(value, str | int) else ""
    if value is True or value is False or len(text) > _LONGEST:
        return None
    for year, month, day in _readings(text):
        try:
            return date(year, month, day) if day else PartialDate.of(year, month)
        except ValueError:
            return None
    return None


def _readings(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield what `text` says, as year, month and day; 0 is what it does not say."""
    if match := _TYPED.match(text):
        rest = text[match.end() :]
        if not rest or re.match(r"[T ]\d\d:", rest):
            year, month, day = (int(part or 0) for part in match.groups())
            yield year, month, day
            return
    if match := _STROKES.fullmatch(text):
        first, second = int(match[1]), int(match[3])
        if first > 12 or second > 12 or first == second:
            yield int(match[4]), min(first, second), max(first, second)
        return
    for form in _FIGURES:
        if match := form.fullmatch(text):
            said = match.groupdict()
            yield int(said["year"]), int(said["month"]), int(said.get("day") or 0)
            return
    for form in _WORDED:
        if match := form.fullmatch(text):
            said = match.groupdict()
            if month := _month_called(said["month"]):
                yield int(said["year"]), month, int(said.get("day") or 0)
                return


def _month_called(word: str) -> int:
    """Return the number of the month with this name or short name; 0 if it is none, or several."""
    name = word.lower()
    if name in _NUMBER_OF:
        return _NUMBER_OF[name]
    meant = {number for known, number in _NUMBER_OF.items() if known.startswith(name)}
    return meant.pop() if len(meant) == 1 and len(name) >= _SHORTEST_PREFIX else 0


def either_date(text: str) -> str:
    """Return the hint for `11/01/2026`, of which nobody can tell the month; empty for others."""
    if not (match := _STROKES.fullmatch(text.strip())):
        return ""
    first, second, year = int(match[1]), int(match[3]), match[4]
    return f"write {year}-{first:02}-{second:02} or {year}-{second:02}-{first:02}"
