"""Replace citeproc-py's elements for text, numbers, labels, groups and conditions."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from citeproc import model
from citeproc.source import VariableError

from bookbuilder.citing import casing, marks
from bookbuilder.citing.csl.item import Item, State

_FALLBACKS = {"verb-short": ("verb-short", "verb", "long"), "symbol": ("symbol", "short", "long")}
_NUMERIC = re.compile(
    r"[A-Za-z]{0,5}\d+[A-Za-z]{0,5}(?:\s*[-–—,&]\s*[A-Za-z]{0,5}\d+[A-Za-z]{0,5})*"
)
_SEVERAL = re.compile(r"\d[^\d.]*(?:[-–—,&;]|\band\b)\s*[^\d]*\d", re.IGNORECASE)
_QUOTES = str.maketrans({"“": "‘", "”": "’"})


def state_of(element: Any) -> State:
    root = element.get_root()
    found: State = (root.style if isinstance(root, model.Locale) else root).state
    return found


def plain_number(text: str) -> str:
    return marks.plain(text).strip()


def is_numeric(text: str) -> bool:
    return _NUMERIC.fullmatch(plain_number(text)) is not None


def is_several(text: str) -> bool:
    return _SEVERAL.search(plain_number(text)) is not None


class Helping:
    """Give elements what citeproc-py does differently: terms, capitals, quotes."""

    def term(self: Any, name: str, form: str = "long", *, plural: bool = False) -> str:
        """Return a term in `form`, or in the next best form that a locale has."""
        root = self.get_root()
        known = (root.style if isinstance(root, model.Locale) else root).terms
        if (name, form, plural) not in known:
            known[name, form, plural] = self._find_term(name, form, plural)
        return str(known[name, form, plural])

    def get_macro(self: Any, name: str) -> Any:
        return self.get_root().macros[name]

    def _find_term(self: Any, name: str, form: str, plural: bool) -> str:
        forms = _FALLBACKS.get(form, (form, "long") if form != "long" else ("long",))
        for one in forms:
            found = self.get_term(name, None if one == "long" else one)
            if found is not None:
                return str(found.multiple if plural else found.single)
        return ""

    def get_single_term(self: Any, name: str = "", form: str | None = None, **kwargs: Any) -> Any:
        """Look a term up for citeproc-py, which asks for ordinals with further wishes."""
        if kwargs:
            return super().get_single_term(name=name, form=form, **kwargs)  # type: ignore[misc]
        return self.term(name, form or "long")

    def case(self: Any, said: Any, language: str | None = None) -> str:
        kind, text = self.get("text-case"), str(said)
        if kind == "lowercase":
            return casing.lowered(text)
        if kind == "uppercase":
            return casing.raised(text)
        if kind == "capitalize-first":
            return casing.capitalized(text)
        if kind == "capitalize-all":
            return casing.each_capitalized(text)
        if kind == "sentence":
            return casing.sentence_cased(text)
        spoken = str(language or self._language())
        if kind == "title" and spoken.startswith("en"):
            return casing.title_cased(text)
        return text

    def _language(self: Any) -> str:
        root = self.get_root()
        root = root.style if isinstance(root, model.Locale) else root
        return str(root.language)

    def quote(self: Any, string: Any) -> str:
        if self.get("quotes", "false").lower() != "true":
            return str(string)
        opening, closing = self.term("open-quote"), self.term("close-quote")
        inner = str(string).translate(_QUOTES) if (opening, closing) == ("“", "”") else str(string)
        return f"{opening}{inner}{closing}"

    def strip_periods(self: Any, string: Any) -> str:
        strips = self.get("strip-periods", "false").lower() == "true"
        return str(string).replace(".", "") if strips else str(string)

    def taken(self: Any, variable: str) -> State:
        """Count that `variable` is asked for; raise if it was shown in place of another one."""
        state = state_of(self)
        state.called += 1
        if variable in state.repressed:
            raise VariableError
        return state


class Paging(Helping):
    """Write ranges of pages, which may be abbreviated in the bibliography and in the style."""

    def _format_last_page(self: Any, first: str, last: str) -> str:
        wanted = self.get_root().get("page-range-format")
        if wanted and first.isdecimal() and last.isdecimal() and len(last) < len(first):
            last = first[: len(first) - len(last)] + last
        if len(last) > len(first):
            return last
        return str(super()._format_last_page(first, last))  # type: ignore[misc]


class Text(Paging, model.Text):
    def process(self, item: Item, context: Any = None, **kwargs: Any) -> tuple[Any, str]:
        language = str(item.reference.language)
        text: Any = None
        if variable := self.get("variable"):
            text = self._shown(item, variable)
        elif macro := self.get("macro"):
            state = state_of(self)
            called, rendered = state.called, len(state.rendered)
            text = self.get_macro(macro).render(item, context, **kwargs)
            # A macro is suppressed as a group is.
            if state.called > called and len(state.rendered) == rendered:
                raise VariableError
        elif name := self.get("term"):
            plural = self.get("plural", "false").lower() == "true"
            text = self.term(name, self.get("form", "long"), plural=plural)
            if name == "no date" and text:  # stands for what is missing
                state_of(self).rendered.append(name)
        elif value := self.get("value"):
            text = value
        return text, language

    def _shown(self, item: Item, variable: str) -> str:
        if variable == "year-suffix":
            state = state_of(self)
            if not item.suffix or state.year_suffixed:
                raise VariableError
            state.rendered.append(variable)
            state.year_suffixed = True
            return item.suffix
        state = self.taken(variable)
        text = self._variable_text(item, variable)
        if not text:
            raise VariableError
        state.rendered.append(variable)
        return text

    def _variable_text(self, item: Item, variable: str) -> str:
        if variable == "citation-number":
            return str(item.number)
        if variable == "locator":
            if item.label == "page" and is_numeric(item.locator):
                return str(self._process(item.locator, "page"))
            return item.locator.replace("-", "–")
        if variable == "first-reference-note-number":
            return str(item.note or "")
        if variable in ("page", "page-first"):
            pages = item.reference.get("page")
            return str(self._process(marks.plain(pages), variable)) if pages else ""
        if self.get("form") == "short" and f"{variable}-short" in item.reference:
            variable = f"{variable}-short"
        value = item.reference.get(variable)
        return value if isinstance(value, str) else ""

    def markup(self, text: Any, language: str) -> Any:
        if not text:
            return None
        shown = self.format(self.case(self.strip_periods(str(text)), language))
        return self.wrap(self.quote(shown))


class Number(Paging, model.Number):
    def process(self, item: Item, context: Any = None, **kwargs: Any) -> Any:
        variable = self.get("variable")
        state = self.taken(variable)
        value = item.locator if variable == "locator" else item.reference.get(variable)
        if variable == "page-first":
            value = item.reference.get("page")
        if variable == "citation-number":
            value = str(item.number)
        if not isinstance(value, str) or not value:
            raise VariableError
        state.rendered.append(variable)
        plain = plain_number(value)
        if state.sort_options is not None and plain.isdecimal():
            return plain
        return str(self._process(plain, variable)) if is_numeric(value) else value

    def format_number(self, number: Any) -> str:
        text = str(number).strip()
        if not (text.isascii() and text.isdecimal()) or not 0 < len(text.lstrip("0")) < 5:
            return text
        count = int(text)
        if self.get("form") == "long-ordinal" and not 1 <= count <= 10:
            return str(model.to_ordinal(count, self))
        return str(super().format_number(number))


class Label(Helping, model.Label):
    def process(
        self,
        item: Item,
        variable: str | None = None,
        plural: bool | None = None,
        context: Any = None,
        **kwargs: Any,
    ) -> str:
        variable = variable or str(self.get("variable"))
        if plural is None:
            value = item.locator if variable == "locator" else item.reference.get(variable)
            if not isinstance(value, str) or not value or variable in state_of(self).repressed:
                raise VariableError
            count = plain_number(value)
            counts = variable.startswith("number-of") and count.isdecimal()
            plural = count.lstrip("0") != "1" if counts else is_several(value)
        if variable == "locator":
            variable = item.label
        wanted = self.get("plural", "contextual")
        many = plural if wanted == "contextual" else wanted == "always"
        return self.term(variable, self.get("form", "long"), plural=many)

    def markup(self, text: Any) -> Any:
        if not text:
            return None
        return self.wrap(self.format(self.case(self.strip_periods(text))))


class Group(Helping, model.Group):
    def process(self, item: Item, context: Any = None, **kwargs: Any) -> Any:
        """Render the children; nothing if variables were asked for and none of them was there."""
        state = state_of(self)
        called, rendered = state.called, len(state.rendered)
        delimiter = self.get("delimiter", "")
        output = []
        for child in self.iterchildren():
            passed = {"delimiter": delimiter} if isinstance(child, model.Choose) else {}
            try:
                text = child.render(item, context=context, **passed, **kwargs)
            except VariableError:
                continue
            if text:
                output.append(str(text))
        if not output or (state.called > called and len(state.rendered) == rendered):
            raise VariableError
        return self.join(output)


class Substitute(Helping, model.Substitute):
    def render(self, item: Item, context: Any = None, **kwargs: Any) -> Any:
        """Render the first child that shows something; what it shows is not shown again."""
        state = state_of(self)
        for child in self.iterchildren():
            before = len(state.rendered)
            try:
                text = child.render(item, context=context, **kwargs)
            except VariableError:
                continue
            if text:
                state.repressed.update(state.rendered[before:])
                return text
        return None


@cache
def _words_of(said: str) -> tuple[str, ...]:
    return tuple(said.split())


class If(model.If):
    def render(self, item: Item, context: Any = None, delimiter: str = "", **kwargs: Any) -> Any:
        results: list[bool] = []
        if self.get("disambiguate") == "true":
            results.append(item.ambiguous)
        # Nothing has two types, so one of several is meant whatever `match` says.
        if types := self._words("type"):
            results.append(item.reference.type in [one.lower() for one in types])
        results += [self._has(item, one) for one in self._words("variable")]
        results += [self._counts(item, one) for one in self._words("is-numeric")]
        for name in self._words("is-uncertain-date"):
            results.append(bool(getattr(item.reference.get(name), "circa", False)))
        if locators := self._words("locator"):
            results.append(item.has_locator and item.label in locators)
        if wanted := self._words("position"):
            in_citation = isinstance(state_of(self).area, model.Citation)
            is_near = "near-note" in wanted and item.near
            results.append(in_citation and (is_near or bool(item.positions & {*wanted})))
        match = self.get("match", "all")
        holds = any(results) if match in ("any", "none") else all(results)
        if holds is (match == "none"):
            raise model.ConditionFailed
        return self.render_children(item, context=context, delimiter=delimiter, **kwargs)

    def _words(self, name: str) -> tuple[str, ...]:
        said = self.get(name)
        return _words_of(said) if said else ()

    def _has(self, item: Item, variable: str) -> bool:
        if variable == "locator":
            return item.has_locator
        if variable == "year-suffix":
            return bool(item.suffix)
        if variable == "citation-number":
            return True
        if variable == "first-reference-note-number":
            return bool(item.note)
        if variable == "page-first":
            variable = "page"
        return variable in item.reference

    def _counts(self, item: Item, variable: str) -> bool:
        value = item.locator if variable == "locator" else item.reference.get(variable)
        return isinstance(value, str) and is_numeric(value)


class ElseIf(If):
    pass
