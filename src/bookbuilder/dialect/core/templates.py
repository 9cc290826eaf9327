"""Read template tags, `{% name key="value" %}`, and report those that a book cannot carry out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from bookbuilder.dialect.core.problems import Problems
from bookbuilder.dialect.core.references import unescape
from bookbuilder.text.patterns import rare_pattern

# A tag ends before the next one starts, so that no text is searched twice.
TAG = rare_pattern(
    r"\{%-?[ \t\n]{0,20}(?P<end>end_?(?=[A-Za-z])|/)?(?P<name>@?[A-Za-z][\w/.-]{0,80}|)"
    r"(?P<rest>(?:[^%{\n]|%(?!\})|\{(?!%)|\n(?![ \t]*\n)){0,2000})%\}"
)
EXPRESSION = rare_pattern(r"\{\{[^{}\n]{0,500}\}\}")
_VALUE = rare_pattern(
    r"""(?<![^\s,])([\w:.-]{1,80})[ \t]{0,9}=[ \t]{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"',]+))"""
)
_OPENER = rare_pattern(r"(?:\{%|\{\{[<%])-?[ \t]{0,20}(@?[A-Za-z][\w/.-]{0,80})")
_VARIABLE = rare_pattern(
    r"\{\{-?[ \t]*(?:(?:site|page|layout|book|gitbook|jekyll)\.\w"
    r"|[\"'][^\"'{}\n]*[\"'][ \t]*\|[ \t]*(?:relative_url|absolute_url|prepend|append)\b)"
)
BLOCK_TAG = rare_pattern(
    r"\{%-?[ \t]{0,20}(?:hint|tabs?|code|code-tabs(?:-item)?|content-ref|page-ref|embed|file"
    r"|stepper|step|columns?|prompt|updates?|swagger|api-method|openapi|callout|admonition)(?![\w])"
    r"|\{\{[<%][ \t]{0,20}/?(?:note|tip|info|warning|alert|callout|admonition|notice"
    r"|hint|tabs?|tabpane|cards?|columns?|details|expand|figure|highlight)(?![\w-])"
)
"""Matches the start of a tag that opens a block, also right below HTML."""
_SIGNS = rare_pattern(r"([\\`*_\[\]<>{}$~^=|!#])")
MIDDLES = {
    "else": ("if", "unless", "for", "case"),
    "elsif": ("if", "unless"),
    "elseif": ("if",),
    "elif": ("if",),
    "when": ("case",),
    "break": ("for",),
    "continue": ("for",),
}
"""The tags that stand in the middle of others."""
_HINTS = {
    "include": "write its text here, or `{{#include file.md}}` on a line of its own",
    "include_relative": "write its text here, or `{{#include file.md}}` on a line of its own",
    "if": "the text of all its cases stays; delete what is not for the book",
    "unless": "the text of all its cases stays; delete what is not for the book",
    "case": "the text of all its cases stays; delete what is not for the book",
    "for": "write what it repeats",
    "assign": "write the value where it is used",
    "capture": "write the text where it is used",
    "youtube": "write the movie's address",
    "openapi": "write what it shows",
    "openapi-operation": "write what it shows",
}


@dataclass(frozen=True, slots=True)
class TemplateTag:
    """Hold a tag that stands from `start` to `end` of a text. `name` is without `end`.

    What stands between shortcodes that are not `is_markdown` is for a program to read.
    """

    name: str
    rest: str
    start: int
    end: int
    is_end: bool = False
    is_markdown: bool = True

    opening: ClassVar[str] = "{%"
    closing: ClassVar[str] = "%}"

    @property
    def end_pattern(self) -> re.Pattern[str]:
        """Return a pattern for its end tag."""
        return re.compile(
            rf"\{{%-?[ \t]{{0,20}}(?:end_?|/){re.escape(self.name)}[ \t]{{0,20}}-?%\}}"
        )

    @property
    def named_kind(self) -> str:
        """Return what it is, in words for a problem."""
        return f"the template tag `{self.name}`"

    @property
    def shown(self) -> str:
        """Return it as problems show it."""
        rest = f" {self.rest}" if self.rest else ""
        return f"{{% {'end' if self.is_end else ''}{self.name}{rest} %}}"

    @property
    def hint(self) -> str:
        """Return what to write instead of it."""
        if not _HINTS.get(self.name) and not self.is_end and BLOCK_TAG.match(f"{{%{self.name}"):
            return f"put it and `{{% end{self.name} %}}` on lines of their own"
        return _HINTS.get(self.name, "")

    def value(self, *names: str) -> str:
        """Return the value of the first of `names` that has one, as plain text."""
        for key, *values in _VALUE.findall(self.rest):
            found = "".join(values).strip()
            if key.lower() in names and found:
                return unescape(found)
        return ""

    def said(self, *names: str, at: int = -1) -> str:
        """Return the first value with one of these names, or the word `at`, or nothing."""
        words = self.words if at >= 0 else []
        return self.value(*names) or (words[at] if at < len(words) else "")

    @property
    def words(self) -> list[str]:
        """Return what stands in it without a name, without its quotes."""
        plain = _VALUE.sub(" ", self.rest)
        return [word for part in plain.split() if (word := part.strip("\"',"))]

    @property
    def plain_name(self) -> str:
        """Return its name without the folder that a theme has it in."""
        return self.name.rpartition("/")[2]

    def find_end(self, text: str, at: int = 0) -> tuple[int, int] | None:
        """Return where its end tag stands in `text`, from `at` on."""
        inner = 0
        for match in TAG.finditer(text, at):
            if match["name"] != self.name:
                continue
            if not match["end"]:
                inner += 1
            elif inner:
                inner -= 1
            else:
                return match.span()
        return None

    @property
    def closes_itself(self) -> bool:
        return self.rest.endswith("/")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Hold where shortcodes with an end start, and their names.

    `places` has lines and columns; `ends` the start and the end of the end tag for each offset.
    """

    places: frozenset[tuple[int, int]]
    ends: Mapping[int, tuple[int, int]]
    names: frozenset[str]


@dataclass(slots=True)
class Templates:
    """Hold the state of one chapter: whether tags are text here, and the names of its tags."""

    is_raw: bool = False
    names: frozenset[str] | None = None
    """The names of all tags that are no end tags, once someone asked for them."""
    pairs: Pairs | None = None
    """The shortcodes of the chapter that have an end, once someone asked for them."""
    as_html: Callable[[TemplateTag, int], str | None] = lambda _tag, _line: None
    """Returns what a tag in raw HTML, in a line, shows there; None if it is to be reported."""

    def holds(self, name: str, problems: Problems) -> bool:
        """Return whether the chapter has a tag that opens `name`."""
        if self.names is None:
            self.names = frozenset(_OPENER.findall(problems.source.text))
        return name in self.names


def read_tag(text: str, at: int) -> TemplateTag | None:
    match = TAG.match(text, at)
    if not match or not match["name"]:
        return None
    rest = match["rest"].removesuffix("-").strip()
    return TemplateTag(match["name"], rest, at, match.end(), is_end=bool(match["end"]))


def is_variable(text: str, at: int) -> bool:
    """Return whether `{{ … }}` at `at` is of Jekyll or GitBook, and not of a program in prose."""
    return bool(_VARIABLE.match(text, at))


def escaped(text: str) -> str:
    """Return plain text as Markdown."""
    return _SIGNS.sub(r"\\\1", text)


def report_tag(
    problems: Problems,
    templates: Templates,
    tag: TemplateTag,
    typed: str,
    line: int,
    hint: str = "",
) -> None:
    """Report that a tag is left out; one with an end tag is reported once."""
    openers = (tag.name,) if tag.is_end else MIDDLES.get(tag.name, ())
    if any(templates.holds(name, problems) for name in openers):
        return
    problems.left_out(typed, line, tag.named_kind, hint or tag.hint)


def report_variable(problems: Problems, typed: str, line: int) -> None:
    problems.kept_as_text(typed, line, "a variable of a template", "write its value")
