"""Put the values of book.toml's variables into a chapter, and report names without one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from bs4 import Tag
from bs4.element import NavigableString

from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import find_text
from bookbuilder.model.source import Source
from bookbuilder.text.suggest import did_you_mean
from bookbuilder.text.variables import PLACE, Variables
from bookbuilder.trees.markup import relink

UNKNOWN_VARIABLE = Rule(
    "M025",
    "unknown-variable",
    Severity.WARNING,
    "`{{ name }}` stands for the value that `[variables]` in book.toml gives to the name. A name"
    " that is not there is printed as typed. In a book without `[variables]`, it is ordinary text;"
    " so is `\\{{ name }}` in any book.",
)
_CODE = frozenset({"code", "pre", "samp", "script", "style"})


def settle_variables(
    tree: Tag, variables: Variables, values: Mapping[str, str], source: Source, report: Report
) -> None:
    """Replace the marks of variables in `tree`: by values in text, by what was typed in code."""
    if not values:
        return
    seen: Counter[str] = Counter()
    stack = [(tree, False)]
    while stack:
        tag, is_code = stack.pop()
        is_code = is_code or tag.name in _CODE
        replaced = variables.typed if is_code else variables.filled_in
        for key, value in tag.attrs.items():
            if isinstance(value, str):
                tag.attrs[key] = replaced(value)
        for place, child in enumerate(tag.contents):
            if isinstance(child, Tag):
                stack.append((child, is_code))
            elif isinstance(child, NavigableString):
                if not is_code and "{{" in child:
                    _report_unknown(child, seen, values, source, report)
                if (text := replaced(child)) != child:
                    tag.contents[place] = type(child)(text)
    if variables:
        relink(tree)


def title_with_values(title: str, values: Mapping[str, str], source: Source, report: Report) -> str:
    """Return the `title` that front matter gives, with the values of its variables."""
    if not values or "{{" not in title:
        return title
    _report_unknown(title, Counter(), values, source, report)
    return PLACE.sub(lambda match: values.get(match[1], match[0]), title)


def _report_unknown(
    text: str, seen: Counter[str], values: Mapping[str, str], source: Source, report: Report
) -> None:
    for match in PLACE.finditer(text):
        if match[1] in values:
            continue
        span = find_text(source, match[1], seen[match[1]])
        seen[match[1]] += 1
        hint = did_you_mean(match[1], values) or "give it a value in [variables] of book.toml"
        report.add(UNKNOWN_VARIABLE, f"there is no variable `{match[1]}`", span, hint)
