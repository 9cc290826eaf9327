"""Tell drafts, which stay out of the book unless they are asked for, by their front matter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source, Span
from bookbuilder.reading.front_matter import read_front_matter
from bookbuilder.reading.listed_files import named
from bookbuilder.text.patterns import rare_pattern

DRAFT = Rule(
    "B013",
    "draft",
    Severity.NOTE,
    "A chapter whose front matter says that it is a draft, or not to be published or listed, stays"
    " out of the book. The option `--drafts` brings all of them in.",
)
ONLY_DRAFTS = Rule(
    "B014",
    "only-drafts",
    Severity.ERROR,
    "All chapters of the book are drafts, so there is nothing to build. The option `--drafts`"
    " brings them in.",
)

# By Hugo, Quarto, Docusaurus, Astro; Jekyll; Obsidian; Docusaurus; GitBook; Eleventy.
_YES = (
    *("draft", "isdraft", "is_draft", "unlisted", "hidden", "private", "exclude", "ignore", "wip"),
    "eleventyexcludefromcollections",
)
_NO = ("publish", "published", "dg-publish", "listed", "public")
# `status: draft`, `visibility: hidden`, `status: "\N{CONSTRUCTION SIGN} Draft"`.
_STATUS = ("status", "state", "stage", "visibility")
_STATES = rare_pattern(r"(?:draft(?:ing)?|wip|unpublished|unlisted|private|hidden)", re.IGNORECASE)
# Hugo's, with `render: never` or `list: never` below.
_BUILD = ("build", "_build")
_FOLDER = "_drafts"
_LONGEST = 100_000
_LIKELY = re.compile(
    rf"(?mi)^[ \t]*[\"']?(?:{'|'.join((*_YES, *_NO, *_STATUS, *_BUILD))})[\"']?[ \t]*[:=]"
)
_TOML = re.compile(r"\+\+\+[ \t]*\n(.{0,100000}?)^\+\+\+", re.DOTALL | re.MULTILINE)
_TOML_LINE = rare_pattern(r"(?mi)^[ \t]*([\w-]{1,40})[ \t]*=[ \t]*[\"']?(\w{1,20})[\"']?[ \t]*$")


def draft_mark(source: Source) -> Span | None:
    """Return the place that makes `source` a draft; None if it is none."""
    if _FOLDER in Path(source.name).parts[:-1]:
        return source.span_of_file()
    if match := _TOML.match(source.text):
        said: dict[str, Any] = dict(_TOML_LINE.findall(match[1]))
    elif _LIKELY.search(source.text, 0, _LONGEST):
        said = {str(key): value for key, value in read_front_matter(source, Report()).data.items()}
    else:
        said = {}
    for key, value in said.items():
        if _says_draft(str(key).lower(), value):
            lines = source.text.split("\n", 200)
            found = (n for n, line in enumerate(lines, 1) if line.lstrip(" \t\"'").startswith(key))
            return source.span_of_line(next(found, 1))
    return None


def _says_draft(key: str, value: Any) -> bool:
    word = str(value).strip().lower() if isinstance(value, str | bool | int) else ""
    if key in _STATUS:
        values = value if isinstance(value, list) else [value]
        return any(_STATES.fullmatch(re.sub(r"[\W_]+", "", str(v)[:50])) for v in values)
    if key in _BUILD:
        said = value.values() if isinstance(value, dict) else [value]
        return any(str(one).lower() in ("never", "false") for one in said)
    if key in _YES:
        return word in ("true", "yes", "1", "on")
    return key in _NO and word in ("false", "no", "0", "off")


def report_drafts(drafts: Sequence[tuple[str, Span]], report: Report) -> None:
    """Report the `drafts` that stay out: their names, and the places that say so."""
    if drafts:
        what = "are drafts" if len(drafts) > 1 else "is a draft"
        message = f"{named([name for name, _ in drafts])} {what}, so not in the book"
        report.add(DRAFT, message, drafts[0][1], "`--drafts` brings drafts in")
