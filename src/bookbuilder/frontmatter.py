"""YAML front matter: what a chapter says of itself, between `---` lines at its top."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml

from bookbuilder.config import UNKNOWN_KEY
from bookbuilder.diagnostics import Level, Levels, Report, Rule, Severity
from bookbuilder.language import is_language
from bookbuilder.lint import read_levels
from bookbuilder.passes.cleaning.model import roles_of
from bookbuilder.plainyaml import load_yaml
from bookbuilder.source import Source, Span
from bookbuilder.suggest import did_you_mean

BAD_FRONT_MATTER = Rule(
    "F001",
    "bad-front-matter",
    Severity.ERROR,
    "Front matter is YAML between two `---` lines: one `key: value` a line. A value that holds a"
    " colon followed by a space, or that starts with a special character, needs quotes.",
)
ILL_TYPED_FRONT_MATTER = Rule(
    "F002",
    "ill-typed-front-matter",
    Severity.WARNING,
    "A front matter key that bookbuilder reads holds something else than text, a number or"
    " true/false; it was left out.",
)

_BLOCK = re.compile(
    r"---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The keys that bookbuilder reads; any other key is some other tool's and left alone.

    `addresses` are the site paths by which other chapters may link here (Jekyll's `permalink`).
    `length` is how many characters of the source it takes up.
    """

    title: str = ""
    slug: str = ""
    lang: str = ""
    role: str = ""
    numbered: bool | None = None
    addresses: tuple[str, ...] = ()
    levels: Levels = field(default_factory=dict)
    length: int = 0


def read_front_matter(source: Source, report: Report) -> FrontMatter:
    """The front matter of `source`; empty where the text starts with a rule or with prose."""
    match = _BLOCK.match(source.text)
    if not match or len(match["yaml"]) > 100_000:
        return FrontMatter()
    try:
        data = load_yaml(match["yaml"])
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        if "end of stream" in str(getattr(error, "problem", "")):
            # Where it began says more than where the text ended.
            mark = getattr(error, "context_mark", None) or mark
        looks_like_keys = re.match(r"\s*[\w-]+\s*:", match["yaml"])
        if not looks_like_keys:
            return FrontMatter()
        span = source.span_of_line(mark.line + 2 if mark else 1)
        if mark:
            span = dataclasses.replace(span, column=mark.column + 1, length=1)
        problem = getattr(error, "problem", None) or str(error)[:200] or "it does not parse"
        report.add(
            BAD_FRONT_MATTER,
            f"the front matter is not YAML: {problem}",
            span,
            "put quotes around a value that holds `: `, `#` or starts with `[`, `{`, `*` or `&`",
        )
        return FrontMatter(length=match.end())
    if data is None and not match["yaml"].strip():
        return FrontMatter(length=match.end()) if match["yaml"] else FrontMatter()
    if not isinstance(data, dict):
        return FrontMatter()
    return FrontMatter(
        title=_text(data, "title", source, report),
        slug=_text(data, "slug", source, report),
        lang=_checked(data, "lang", is_language, "a language tag such as `de`", source, report),
        role=_checked(data, "role", _is_role, "a role such as `preface`", source, report),
        numbered=data["numbered"] if isinstance(data.get("numbered"), bool) else None,
        addresses=_addresses(data),
        levels=_levels(data, source, match.end(), report),
        length=match.end(),
    )


def _text(data: dict[Any, Any], key: str, source: Source, report: Report) -> str:
    value = data.get(key)
    if value is None:
        return ""
    if isinstance(value, str | int | float):
        return " ".join(str(value).split())
    span = source.span_of_line(_line_of(key, source))
    report.add(ILL_TYPED_FRONT_MATTER, f"`{key}` must be text", span)
    return ""


def _checked(
    data: dict[Any, Any],
    key: str,
    is_right: Callable[[str], bool],
    wanted: str,
    source: Source,
    report: Report,
) -> str:
    value = _text(data, key, source, report)
    if value and not is_right(value):
        span = source.span_of_line(_line_of(key, source))
        report.add(ILL_TYPED_FRONT_MATTER, f"`{key}` must be {wanted}", span)
        return ""
    return value


def _is_role(value: str) -> bool:
    return f"doc-{value.removeprefix('doc-')}" in roles_of("section")


def _line_of(key: str, source: Source) -> int:
    lines = enumerate(source.text.split("\n"), 1)
    return next((n for n, text in lines if text.startswith(f"{key}:")), 1)


def _addresses(data: dict[Any, Any]) -> tuple[str, ...]:
    found: list[str] = []
    for key in ("permalink", "redirect_from"):
        value = data.get(key)
        values = value if isinstance(value, list) else [value]
        found += [v for v in values if isinstance(v, str)]
    return tuple(found)


def _levels(data: dict[Any, Any], source: Source, end: int, report: Report) -> Levels:
    """What `lint:` makes of rules in this chapter; `end` is where the front matter ends."""
    said = data.get("lint")
    if said is None:
        return {}
    line = source.span_of_line(_line_of("lint", source))
    start = source.text.find("\nlint:") + 1

    def span_of(level: str, name: str = "") -> Span:
        at = source.text.find(f"{level}:", start, end)
        at = source.text.find(name, at, end) if name and at >= 0 else at
        return source.span(at, len(name or level)) if at >= 0 else line

    if not isinstance(said, dict):
        wanted = "`allow`, `warn` or `deny`, each with names of rules"
        report.add(ILL_TYPED_FRONT_MATTER, f"`lint` must hold {wanted}", line)
        return {}
    lists: dict[Level, list[str]] = {}
    for key, value in said.items():
        names = value if isinstance(value, list) else [value]
        if key not in set(Level):
            hint = did_you_mean(str(key), Level) or f"the keys here are {', '.join(Level)}"
            report.add(UNKNOWN_KEY, f"unknown key `{str(key)[:80]}` in `lint`", line, hint)
        elif not all(isinstance(name, str) for name in names):
            message = f"`{key}` must be names of rules"
            report.add(ILL_TYPED_FRONT_MATTER, message, span_of(key))
        else:
            lists[Level(key)] = names
    return read_levels(lists, span_of, report)
