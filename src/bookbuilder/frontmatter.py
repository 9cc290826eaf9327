"""YAML front matter: what a chapter says of itself, between `---` lines at its top."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

from bookbuilder.diagnostics import Report, Rule, Severity
from bookbuilder.language import is_language
from bookbuilder.passes.cleaning.model import roles_of
from bookbuilder.plainyaml import load_yaml
from bookbuilder.source import Source

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
