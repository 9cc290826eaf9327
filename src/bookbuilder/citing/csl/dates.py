"""Replace citeproc-py's elements for dates."""

from __future__ import annotations

from typing import Any

from citeproc import model
from citeproc.source import VariableError

from bookbuilder.citing.csl.elements import Helping, state_of
from bookbuilder.citing.csl.item import Item
from bookbuilder.citing.entries import Day, When

_PARTS = ("year", "month", "day")


class DatePart(Helping, model.Date_Part):
    pass


class Date(Helping, model.Date):
    def render(self, item: Item, *_: Any, **__: Any) -> Any:
        variable = str(self.get("variable"))
        state = self.taken(variable)
        when = item.reference.get(variable)
        if not isinstance(when, When) or not (when.start or when.literal):
            raise VariableError
        state.rendered.append(variable)
        if state.sort_options is not None:
            return self._sort_key(when)
        text = when.literal if when.start is None else self._when(when.start, when.end)
        if not text:
            return None
        if variable == "issued":
            text += self._year_suffix(item)
        return self.wrap(self.format(self.case(text)))

    def _year_suffix(self, item: Item) -> str:
        """Return the letter after the year, in styles that leave its place to the processor."""
        state = state_of(self)
        if not item.suffix or state.year_suffixed or self.get_root().has_year_suffix:
            return ""
        state.year_suffixed = True
        return item.suffix

    def _sort_key(self, when: When) -> str:
        count = len(str(self.get("date-parts", "year-month-day")).split("-"))
        return when.sort_key[: (5, 7, 9)[min(count, 3) - 1]] if when.start else when.sort_key

    def _pattern(self) -> list[tuple[str, Any, dict[str, str]]]:
        """Return the parts of the date by name, with the element of each and what it is set to."""
        own = {str(part.get("name")): part for part in self.findall("cs:date-part", self.nsmap)}
        form = self.get("form")
        located = self.get_date(form) if form else None
        if located is None:
            return [(name, part, dict(part.attrib)) for name, part in own.items()]
        wanted = str(self.get("date-parts", "year-month-day")).split("-")
        found = []
        for part in located.findall("cs:date-part", self.nsmap):
            name = str(part.get("name"))
            if name in wanted:
                set_here = dict(own[name].attrib) if name in own else {}
                found.append((name, part, {**part.attrib, **set_here}))
        return found

    def _delimiter(self) -> str:
        form = self.get("form")
        located = self.get_date(form) if form else None
        return str((self if located is None else located).get("delimiter", ""))

    def _when(self, start: Day, end: Day | None) -> str:
        pattern = self._pattern()
        if end is None:
            return self._joined([self._part(start, *one) for one in pattern])
        if not end.year:
            return f"{self._joined([self._part(start, *one) for one in pattern]).rstrip()}–"
        shown = [n for n in _PARTS if any(n == name for name, _, _ in pattern)]
        differ = next((i for i, n in enumerate(shown) if getattr(start, n) != getattr(end, n)), 0)
        varying = set(shown[differ:])
        output: list[str] = []
        group: list[tuple[str, Any, dict[str, str]]] = []
        closed = False
        for one in [*pattern, None]:
            if one is not None and one[0] in varying:
                group.append(one)
                continue
            if group and not closed:
                output.append(self._range(start, end, group))
                closed = True
            if one is not None:
                output.append(self._part(end, *one))
        return self._joined(output)

    def _range(self, start: Day, end: Day, group: list[tuple[str, Any, dict[str, str]]]) -> str:
        last = group[-1][2]
        without = [*group[:-1], (group[-1][0], group[-1][1], {**last, "suffix": ""})]
        before = self._joined([self._part(start, *one) for one in without]).rstrip(" ,")
        after = self._joined([self._part(end, *one) for one in group])
        return f"{before}{last.get('range-delimiter', '–')}{after.lstrip()}"

    def _joined(self, texts: list[str]) -> str:
        return self._delimiter().join(text for text in texts if text)

    def _part(self, day: Day, name: str, element: Any, said: dict[str, str]) -> str:
        text = {"year": self._year, "month": self._month, "day": self._day}[name](day, said)
        if not text:
            return ""
        part = element.makeelement(element.tag, said)
        element.getparent().append(part)
        try:
            shown = part.format(part.case(part.strip_periods(text)))
            return str(part.wrap(shown))
        finally:
            part.getparent().remove(part)

    def _year(self, day: Day, said: dict[str, str]) -> str:
        text = str(abs(day.year))
        if said.get("form") == "short":
            return text[-2:]
        if day.year < 0:
            return text + self.term("bc")
        return text + self.term("ad") if 0 < day.year < 1000 else text

    def _month(self, day: Day, said: dict[str, str]) -> str:
        form = said.get("form", "long")
        if day.month > 12:
            return self.term(f"season-{day.month - 12:02}")
        if not day.month:
            return ""
        if form == "numeric":
            return str(day.month)
        if form == "numeric-leading-zeros":
            return f"{day.month:02}"
        return self.term(f"month-{day.month:02}", "short" if form == "short" else "long")

    def _day(self, day: Day, said: dict[str, str]) -> str:
        if not day.day:
            return ""
        form = said.get("form", "numeric")
        if form == "numeric-leading-zeros":
            return f"{day.day:02}"
        limited = str(self.get_locale_option("limit-day-ordinals-to-day-1")).lower() == "true"
        if form == "ordinal" and (day.day == 1 or not limited):
            return str(model.to_ordinal(day.day, self))
        return str(day.day)
