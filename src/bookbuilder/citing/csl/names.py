"""Replace citeproc-py's elements for names."""

from __future__ import annotations

import re
from typing import Any

from citeproc import model
from citeproc.source import VariableError

from bookbuilder.citing import marks
from bookbuilder.citing.csl.elements import Helping, state_of
from bookbuilder.citing.csl.item import Item
from bookbuilder.citing.entries import OTHERS
from bookbuilder.citing.entries import Name as Person

_DEFAULTS = {
    "and": "", "delimiter": ", ", "delimiter-precedes-et-al": "contextual",
    "delimiter-precedes-last": "contextual", "et-al-min": "0", "et-al-use-first": "1",
    "et-al-subsequent-min": "", "et-al-subsequent-use-first": "", "et-al-use-last": "false",
    "initialize": "true", "initialize-with-hyphen": "true", "name-as-sort-order": "",
    "sort-separator": ", ", "form": "long", "demote-non-dropping-particle": "display-and-sort",
}  # fmt: skip
_CJK = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\\s·]+")


class Names(Helping, model.Names):
    def render(self, item: Item, *args: Any, **kwargs: Any) -> Any:
        state = state_of(self)
        marking, state.marks_author = state.marks_author, False
        text = None
        try:
            text = self.markup(self.process(item, *args, **kwargs))
        finally:
            # The names that come first are the author, whom "@key says" puts into the sentence.
            state.marks_author = marking and not text
        if text and marking and state.sort_options is None:
            return marks.wrapped(str(text), marks.AUTHOR)
        return text

    def process(self, item: Item, context: Any = None, **kwargs: Any) -> Any:
        # Where names take the place of others, they look like those unless they say how.
        around = [*self.iterancestors(self.tag)][:1] if self.name is None else []
        holder = around[0] if around else self
        label = self.label if len(self) or holder is self else holder.label
        state = state_of(self)
        roles = str(self.get("variable", "")).split()
        state.called += 1
        shown = [r for r in roles if item.reference.get(r) and r not in state.repressed]
        if len(shown) == 2 and set(shown) == {"editor", "translator"}:
            same = item.reference["editor"] == item.reference["translator"]
            if same and self.term("editortranslator"):
                shown = ["editortranslator"]
        output = []
        for role in shown:
            variable = "editor" if role == "editortranslator" else role
            people = item.reference[variable]
            text = holder.name.render_people(item, people, **kwargs)
            state.rendered.append(variable)
            if label is not None and text:
                said = label.render(item, role, len(people) > 1, **kwargs) or ""
                is_first = label.getnext() is not None and label.getprevious() is None
                text = f"{said}{text}" if is_first else f"{text}{said}"
            if text:
                output.append(text)
        if output:
            parent = state.area.get("names-delimiter") or self.get_root().get("names-delimiter", "")
            delimiter = self.get("delimiter") or holder.get("delimiter") or parent
            return delimiter.join(output)
        substitute = self.find("cs:substitute", self.nsmap)
        text = substitute.render(item, context=context, **kwargs) if substitute is not None else ""
        if not text:
            raise VariableError
        state.rendered.append("substitute")
        return text


class Name(Helping, model.Name):
    def option(self, name: str) -> str:
        """Return an option as it holds here: set for sorting, on the element, or further out."""
        state = state_of(self)
        inherited = {"form": "name-form", "delimiter": "name-delimiter"}.get(name, name)
        if state.sort_options and name in state.sort_options:
            return state.sort_options[name]
        for holder, key in ((self, name), (state.area, inherited), (self.get_root(), inherited)):
            if (value := holder.get(key)) is not None:
                return str(value)
        return _DEFAULTS[name]

    def _count(self, name: str) -> int:
        value = self.option(name)
        return int(value) if value.isdecimal() and len(value) < 6 else 0

    def render_people(self, item: Item, people: tuple[Person, ...], **_: Any) -> str:
        has_others = len(people) > 1 and people[-1].family == OTHERS
        people = people[:-1] if has_others else people
        least, first = self._count("et-al-min"), self._count("et-al-use-first")
        if "subsequent" in item.positions and self.option("et-al-subsequent-min"):
            least = self._count("et-al-subsequent-min")
            first = self._count("et-al-subsequent-use-first") or first
        cut = len(people) > 1 and 0 < least <= len(people) + has_others
        if cut and item.shown_names and state_of(self).sort_options is None:
            first = max(first, item.shown_names)
        shown = list(people[:first]) if cut and first < len(people) else list(people)
        is_cut = len(shown) < len(people)
        if self.option("form") == "count":
            return str(len(shown))
        uses_last = self.option("et-al-use-last") == "true" and len(people) > len(shown) + 1
        texts = [self._person(item, person, nth) for nth, person in enumerate(shown)]
        texts = [text for text in texts if text]
        if is_cut and uses_last:
            last = self._person(item, people[-1], len(people) - 1)
            joined = self.option("delimiter").join(texts)
            return str(self.wrap(self.format(f"{joined}{self.option('delimiter')}… {last}")))
        text = self._joined(texts, open_end=is_cut or has_others)
        return str(self.wrap(self.format(text))) if text else ""

    def _joined(self, texts: list[str], *, open_end: bool) -> str:
        delimiter = self.option("delimiter")
        if open_end:
            et_al = self._et_al()
            joined = delimiter.join(texts)
            if not et_al:
                return joined
            parts = self._parts(len(texts), "delimiter-precedes-et-al", at_least=2)
            return f"{joined}{delimiter}{et_al}" if parts else f"{joined} {et_al}"
        and_ = {"text": self.term("and"), "symbol": "&"}.get(self.option("and"), "")
        if not and_ or len(texts) < 2:
            return delimiter.join(texts)
        before = delimiter.join(texts[:-1])
        parts = self._parts(len(texts), "delimiter-precedes-last", at_least=3)
        return f"{before}{delimiter if parts else ' '}{and_} {texts[-1]}"

    def _parts(self, count: int, name: str, *, at_least: int) -> bool:
        """Return whether the delimiter stands before the last name or before "et al."."""
        kind = self.option(name)
        if kind == "after-inverted-name":
            order = self.option("name-as-sort-order")
            before = count if name.endswith("et-al") else count - 1
            return order == "all" or (order == "first" and before == 1)
        return kind == "always" or (kind == "contextual" and count >= at_least)

    def _et_al(self) -> str:
        element = self.getparent().find("cs:et-al", self.nsmap)
        if element is None:
            return self.term("et-al")
        text = self.term(element.get("term", "et-al"))
        return str(element.wrap(element.format(text))) if text else ""

    def _person(self, item: Item, person: Person, nth: int) -> str:
        if person.literal:
            return self._part("family", person.literal)
        given = person.given
        is_short = self.option("form") == "short"
        extra = item.given.get((person.family, person.given), 0) if is_short else 0
        if _CJK.fullmatch(f"{person.family}{given}") and person.family and given:
            return self._part("family", person.family) + ("" if is_short else given)
        mark = self._initial_mark()
        initializes = mark is not None and self.option("initialize") != "false"
        if given and initializes and extra != 2:
            hyphens = self.option("initialize-with-hyphen") == "true"
            given = initials(given, mark or "", hyphens=hyphens)
        elif given and mark is not None and extra != 2:
            given = re.sub(r"\b(\w)\b\.?", lambda m: f"{m[1]}{mark}".rstrip(), given)
        if is_short and not extra:
            text = f"{person.particle} {person.family}".strip()
            return self._part("family", text)
        return self._long(person, given, nth, is_short=is_short)

    def _initial_mark(self) -> str | None:
        for holder in (self, state_of(self).area, self.get_root()):
            if (value := holder.get("initialize-with")) is not None:
                return str(value)
        return None

    def _long(self, person: Person, given: str, nth: int, *, is_short: bool) -> str:
        order = self.option("name-as-sort-order")
        inverted = not is_short and (order == "all" or (order == "first" and nth == 0))
        demotes = self.option("demote-non-dropping-particle")
        sorting = state_of(self).sort_options is not None
        family, dropping, particle = person.family, person.dropping, person.particle
        if not inverted:
            # In order, a suffix follows the name after a blank, or after a comma where it has one.
            front = self._part("given", " ".join(filter(None, (given, dropping))))
            back = self._part("family", f"{particle} {family}".strip())
            comma = ", " if person.comma_suffix else " "
            suffix = f"{comma}{person.suffix}" if person.suffix else ""
            blank = "" if particle.endswith(("'", "’")) and not given else " "
            return f"{front}{blank}{back}{suffix}".strip()
        if demotes == "never" or (demotes == "sort-only" and not sorting):
            back, rest = f"{particle} {family}".strip(), (given, dropping)
        else:
            back, rest = family, (given, " ".join(filter(None, (dropping, particle))))
        front = self._part("given", " ".join(filter(None, rest)))
        pieces = (self._part("family", back), front, person.suffix)
        return self.option("sort-separator").join(filter(None, pieces))

    def _part(self, name: str, text: str) -> str:
        for part in self.findall("cs:name-part", self.nsmap):
            if part.get("name") == name and text:
                return str(part.wrap(part.format(part.case(text))))
        return text


class NamePart(Helping, model.Name_Part):
    pass


def initials(given: str, mark: str, *, hyphens: bool) -> str:
    """Return the initials of given names: `D. E.`, `J.-L.`, `JS`; particles stay words."""
    words: list[str] = []
    for word in re.split(r"[\s.]+", given):
        if not word:
            continue
        if word.islower() and len(word) > 1:
            words.append(f" {word} ")
            continue
        parts = [part for part in word.split("-") if part]
        if word.isupper() and len(word) > 1 and len(parts) == 1 and word.isascii():
            parts = list(word) if len(word) <= 3 else parts
            words.append(mark.join(part[0] for part in parts) + mark)
            continue
        first = [part[0] for part in parts]
        between = f"{mark.rstrip()}-" if hyphens else mark
        words.append(between.join(first) + mark)
    return " ".join("".join(words).split())
