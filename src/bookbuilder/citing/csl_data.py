"""Read CSL's own data, as JSON or YAML: what Zotero exports and pandoc keeps in metadata."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bookbuilder.citing import marks
from bookbuilder.citing.dates import read_when
from bookbuilder.citing.entries import DATES, PEOPLE, Day, Name, When

_MOST_NAMES = 2_000
_SPELLINGS = {"shortTitle": "title-short", "journalAbbreviation": "container-title-short"}
_SPELLINGS |= {"event": "event-title"}
_NOT_TEXT = frozenset({"id", "type", "custom", "categories", "citation-key", "abstract", "annote"})


def read_item(data: Mapping[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """Return the key, type and variables of an item; what has no sense is left out."""
    fields: dict[str, Any] = {}
    for name, value in data.items():
        variable = _SPELLINGS.get(str(name), str(name).replace("_", "-"))
        if variable in _NOT_TEXT:
            continue
        if variable in PEOPLE:
            people = value if isinstance(value, list) else [value]
            fields[variable] = tuple(filter(None, map(_name, people[:_MOST_NAMES])))
        elif variable in DATES:
            fields[variable] = _when(value)
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            fields[variable] = marks.from_html(" ".join(str(value).split()))
    key = data.get("id", data.get("citation-key"))
    kind = data.get("type")
    return (
        " ".join(str(key).split()) if isinstance(key, str | int) else "",
        kind if isinstance(kind, str) else "document",
        {name: value for name, value in fields.items() if value},
    )


def _name(data: Any) -> Name | None:
    if isinstance(data, str):
        return Name(literal=marks.without(data)) if data.strip() else None
    if not isinstance(data, dict):
        return None

    def said(key: str) -> str:
        value = data.get(key)
        return marks.without(" ".join(value.split())) if isinstance(value, str) else ""

    if literal := said("literal") or said("name"):
        return Name(family="others") if literal == "others" else Name(literal=literal)
    name = Name(
        said("family"),
        said("given"),
        said("dropping-particle"),
        said("non-dropping-particle"),
        said("suffix"),
        data.get("comma-suffix") not in (None, False, "", 0),
    )
    return name if name.family or name.given else None


def _when(data: Any) -> When | None:
    if isinstance(data, str | int):
        return read_when(str(data))
    if isinstance(data, list):  # pandoc's YAML: years, months and days as keys, in a list
        days = [_day([d.get("year"), d.get("month"), d.get("day")]) for d in data
                if isinstance(d, dict)]  # fmt: skip
        found = [day for day in days if day]
        return When(found[0], found[1] if len(found) > 1 else None) if found else None
    if not isinstance(data, dict):
        return None
    if "year" in data:
        day = _day([data.get("year"), data.get("month"), data.get("day")])
        return When(day) if day else None
    circa = data.get("circa") not in (None, False, "", 0, "false", "0")
    parts = data.get("date-parts")
    days = [_day(one) for one in parts[:2]] if isinstance(parts, list) else []
    if days and days[0]:
        start = days[0]
        season = str(data.get("season"))
        if not start.month and season.isdecimal() and 1 <= int(season) <= 4:
            start = Day(start.year, 12 + int(season))
        return When(start, days[1] if len(days) > 1 else None, circa=circa)
    for key in ("raw", "literal"):
        if isinstance(value := data.get(key), str | int):
            return read_when(str(value))
    return None


def _day(parts: Any) -> Day | None:
    numbers: list[int] = []
    for part in parts if isinstance(parts, list) else []:
        text = str(part).strip()
        if not text.lstrip("-").isdecimal() or len(text) > 6:
            break
        numbers.append(int(text))
    if not numbers:
        return None
    year, month, day = (*numbers, 0, 0, 0)[:3]
    return Day(year, month if 1 <= month <= 12 else 0, day if month and 1 <= day <= 31 else 0)
