"""Read front matter: the keys between `---` lines at the top of a chapter, or Hugo's `+++`."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from msgspec import Struct, field

from bookbuilder.config.dates import read_date
from bookbuilder.config.levels import read_levels
from bookbuilder.config.pandoc_metadata import KEYS as KEYS_OF_BOOKS
from bookbuilder.config.pandoc_metadata import read_metadata
from bookbuilder.config.parsing import UNKNOWN_KEY
from bookbuilder.config.schema import BookConfig
from bookbuilder.config.title_block import read_keys, read_title_block
from bookbuilder.config.toml_text import load_toml
from bookbuilder.model.diagnostics import Level, Levels, Report, Rule, Severity
from bookbuilder.model.source import Source, Span
from bookbuilder.reading.foreign_keys import OF_OTHER_TOOLS, addresses_in
from bookbuilder.text.language import is_language
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.plain_title import plain_title
from bookbuilder.text.plain_yaml import NotYamlError, load_yaml
from bookbuilder.text.suggest import did_you_mean
from bookbuilder.trees.xhtml import roles_of

BAD_FRONT_MATTER = Rule(
    "F001",
    "bad-front-matter",
    Severity.ERROR,
    "Front matter is YAML between two `---` lines, with one `key: value` a line. A value that"
    " contains a colon followed by a space, or starts with a special character, needs quotes.",
    stops=False,
)
ILL_TYPED_FRONT_MATTER = Rule(
    "F002",
    "ill-typed-front-matter",
    Severity.WARNING,
    "A key of the front matter appears twice or holds something other than text, a number or"
    " true/false; or the front matter is TOML with a mistake. Whatever cannot be used is ignored.",
)

UNKNOWN_FRONT_MATTER = Rule(
    "F003",
    "unknown-front-matter",
    Severity.WARNING,
    "Nothing reads this key: it is misspelt, or belongs to another tool. Common keys of other"
    " tools are ignored silently; any other key is reported once.",
)
UNCLOSED_FRONT_MATTER = Rule(
    "F004",
    "unclosed-front-matter",
    Severity.WARNING,
    "A `---` in the first line followed by a `key: value` begins front matter, which a second"
    " `---` must end. What is surely meant is read all the same, such as a title and other keys"
    " between lines of other dashes; all else is printed as text of the book.",
)

UNREAD_METADATA = Rule(
    "F005",
    "unread-metadata",
    Severity.WARNING,
    "The front matter of a book in one file is about the book, but a value in it has a form that"
    " bookbuilder does not know. The book is built without it.",
)

_KEYS = ("title", "slug", "lang", "role", "numbered", "only", "lint", "changed", "translates")
_KNOWN = OF_OTHER_TOOLS | KEYS_OF_BOOKS | frozenset(_KEYS)
_MOST_UNKNOWN = 20
# "title" and "titel" are alike by 0.8, "site" and "title" by 0.67: these are two words.
_LIKE_A_MISSPELLING = 0.75
# Roles of chapters that make a difference somewhere. HTML knows more, which are allowed too.
ROLES = (
    *("dedication", "epigraph", "foreword", "preface", "prologue", "introduction", "chapter"),
    *("conclusion", "epilogue", "afterword", "acknowledgments", "appendix", "glossary"),
    *("bibliography", "index", "colophon"),
)
_AUTHORS = ("author", "authors", "creator")
_SPELLINGS = {"acknowledgements": "acknowledgments"}

_BLOCK = re.compile(
    r"---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
_TOML = re.compile(
    r"\+\+\+[ \t]*\n(?=(?:\s|#[^\n]*\n)*[\w-]+\s*=)(?P<toml>.*?)^\+\+\+[ \t]*(?:\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
# What may stand before front matter without being seen: blank lines, a byte order mark, comments.
_BEFORE = re.compile(r"(?:\s|\ufeff|\u200b|<!--(?:(?!-->)[\s\S])*-->|%%(?:(?!%%)[^\n])*%%)+")
_UNCLOSED = re.compile(r"---[ \t]*\n[\w-]+:(?:\s|\Z)")
_OPEN_QUOTE = rare_pattern(r"(?m)^[ \t]*[\w-]+:[ \t]+([\"'])(?:(?!\1).)*$")
_LOOKS_LIKE_KEYS = rare_pattern(r"\s*[\w-]+\s*:")
_LONGEST = 100_000


class FrontMatter(Struct, frozen=True):
    """Hold the keys that bookbuilder reads.

    `is_untitled` is True for an empty `title: ""`, which means a chapter without a title.
    `only` are the formats and editions that the chapter is for, each as a kind and a name.
    `changed` is the day of the text's last change; `translates`, in a translation, that of the text
    that was translated. `addresses` are the site paths by which other chapters may link here
    (Jekyll's `permalink`). `length` is the number of characters that the front matter takes up in
    the source. `data` is all that it holds.
    """

    title: str = ""
    is_untitled: bool = False
    slug: str = ""
    lang: str = ""
    role: str = ""
    numbered: bool | None = None
    only: tuple[tuple[str, str], ...] = ()
    changed: date | None = None
    translates: date | None = None
    addresses: tuple[str, ...] = ()
    levels: Levels = field(default_factory=dict)
    length: int = 0
    data: Mapping[Any, Any] = field(default_factory=dict)


def read_front_matter(source: Source, report: Report) -> FrontMatter:
    """Read the front matter of `source`. Text that starts with a rule or with prose has none."""
    if match := _TOML.match(source.text):
        return _from_toml(match["toml"], source, match.end(), report)
    before = _BEFORE.match(source.text[:_LONGEST])
    start = before.end() if before else 0
    match = _BLOCK.match(source.text, start)
    if start and not (match and _is_surely_front_matter(match["yaml"])):
        return FrontMatter()
    if not match:
        return _without_lines_around(source, report)
    if len(match["yaml"]) > _LONGEST:
        if _LOOKS_LIKE_KEYS.match(match["yaml"]):
            message = f"front matter of more than {_LONGEST:,} characters is not read"
            report.add(
                BAD_FRONT_MATTER,
                message,
                source.span_of_line(1),
                "move the text below the closing `---`",
            )
        return FrontMatter()
    try:
        data = load_yaml(match["yaml"])
    except NotYamlError as error:
        if not _LOOKS_LIKE_KEYS.match(match["yaml"]):
            return FrontMatter()
        first = source.text.count("\n", 0, start) + 1
        span = source.span_of_line(first)
        if error.place:
            line, column = error.place
            span = source.span_of_line(first + 1 + line)
            span = dataclasses.replace(span, column=column + 1, length=1)
        message = f"the front matter is not YAML: {error.problem[:200]}"
        report.add(BAD_FRONT_MATTER, message, span, _hint_for(error.problem, match["yaml"]))
        return FrontMatter(length=match.end())
    if data is None and not match["yaml"].strip():
        return FrontMatter(length=match.end()) if match["yaml"] else FrontMatter()
    if not isinstance(data, dict):
        return FrontMatter()
    return _front_matter(data, source, match.end(), report)


def _from_toml(text: str, source: Source, end: int, report: Report) -> FrontMatter:
    data = load_toml(text)
    if data is not None:
        return _front_matter(data, source, end, report)
    hint = "write `key: value` lines between two lines `---`"
    message = "front matter in TOML has a mistake, so it is ignored"
    report.add(ILL_TYPED_FRONT_MATTER, message, source.span_of_line(1), hint)
    return FrontMatter(length=end)


def _without_lines_around(source: Source, report: Report) -> FrontMatter:
    """Return what `source` starts with instead of YAML between two lines `---`."""
    keys, length, is_mistyped = read_keys(source.text, _KNOWN)
    if is_mistyped:
        hint = "write a line `---` above and one below it"
        message = "this is read as front matter, although the lines around it are none"
        report.add(UNCLOSED_FRONT_MATTER, message, source.span_of_line(1), hint)
    if keys:
        return _front_matter(keys, source, length, report)
    if _UNCLOSED.match(source.text):
        message = "front matter begins here and never ends, so it becomes text of the book"
        hint = "end it with a line `---`; if this is a break, leave a blank line below it"
        report.add(UNCLOSED_FRONT_MATTER, message, source.span_of_line(1), hint)
    said, length = read_title_block(source.text)
    return FrontMatter(title=str(said.get("title", "")), data=said, length=length)


def _front_matter(data: dict[Any, Any], source: Source, length: int, report: Report) -> FrontMatter:
    """Return what `data` says, which takes up `length` characters at the top of `source`."""
    _report_keys(data, source, length, report)
    return FrontMatter(
        title=_title(data, source, report),
        is_untitled=data.get("title") == "",
        slug=_text(data, "slug", source, report),
        lang=_checked(data, "lang", is_language, "a language tag such as `de`", source, report),
        role=_role(data, source, report),
        numbered=_flag(data, "numbered", source, report),
        only=_only(data, source, report),
        changed=_day(data, "changed", source, report),
        translates=_day(data, "translates", source, report),
        addresses=addresses_in(data),
        levels=_levels(data, source, length, report),
        length=length,
        data=data,
    )


def said_of_book(
    front: FrontMatter, source: Source, settled: BookConfig, report: Report
) -> BookConfig:
    """Return what the front matter of a book in one file says of the book.

    What book.toml has `settled` is not missed here.
    """
    book, unread = read_metadata(front.data)
    for name in (name for name in unread if not getattr(settled, name)):
        key = next((k for k in _AUTHORS if k in front.data), name) if name == "authors" else name
        span = source.span_of_line(_line_of(key, source))
        hint = "write it as 2026-01-31" if key == "date" else ""
        report.add(UNREAD_METADATA, f"`{key}` cannot be used for the book", span, hint)
    return book


def _hint_for(problem: str, text: str) -> str:
    """Return how to mend a `problem` that YAML has with `text`."""
    if "\\t" in problem:
        return "replace the tab by spaces"
    # An open quote ends at the next quote, so YAML complains about the text after that.
    if "end of stream" in problem or ("<scalar>" in problem and _OPEN_QUOTE.search(text)):
        return "close the quotes around the value"
    return "put quotes around a value that holds `: `, `#` or starts with `[`, `{`, `*` or `&`"


def _report_keys(data: dict[Any, Any], source: Source, end: int, report: Report) -> None:
    """Report repeated and unknown keys of the front matter, which takes up `end` characters."""
    for key in _KEYS:
        lines = [n for n, line in _lines(source.text[:end]) if line.startswith(f"{key}:")]
        for number in lines[1:]:
            message = f"`{key}` appears twice; the last one counts"
            report.add(
                ILL_TYPED_FRONT_MATTER, message, source.span_of_line(number), "keep one of them"
            )
    unknown = [k for k in map(str, data) if k not in _KNOWN and k.lower() not in OF_OTHER_TOOLS]
    free = [key for key in _KEYS if key not in data]
    for key in unknown[:_MOST_UNKNOWN]:
        hint = did_you_mean(key, free, cutoff=_LIKE_A_MISSPELLING)
        message = f"unknown key `{key[:80]}` in front matter"
        # A misspelt key matters in each chapter; any other is reported once for the book.
        span = source.span_of_line(_line_of(key, source))
        otherwise = f"the keys are {', '.join(_KEYS)}"
        report.add(UNKNOWN_FRONT_MATTER, message, span, hint or otherwise, once=not hint)


def _text(data: dict[Any, Any], key: str, source: Source, report: Report) -> str:
    value = data.get(key)
    if value is None:
        return ""
    if isinstance(value, str | int | float):
        return " ".join(str(value).split())
    span = source.span_of_line(_line_of(key, source))
    report.add(ILL_TYPED_FRONT_MATTER, f"`{key}` must be text", span)
    return ""


def _flag(data: dict[Any, Any], key: str, source: Source, report: Report) -> bool | None:
    value = data.get(key)
    if value is None or isinstance(value, bool):
        return value
    span = source.span_of_line(_line_of(key, source))
    report.add(ILL_TYPED_FRONT_MATTER, f"`{key}` must be true or false", span)
    return None


def _day(data: dict[Any, Any], key: str, source: Source, report: Report) -> date | None:
    value = data.get(key)
    if value is None or (day := read_date(value)):
        return None if value is None else day
    span = source.span_of_line(_line_of(key, source))
    report.add(ILL_TYPED_FRONT_MATTER, f"`{key}` must be a date", span, "write it as 2026-01-31")
    return None


def _checked(
    data: dict[Any, Any],
    key: str,
    is_right: Callable[[str], bool],
    wanted: str,
    source: Source,
    report: Report,
    near: Iterable[str] = (),
) -> str:
    value = _text(data, key, source, report)
    if value and not is_right(value):
        span = source.span_of_line(_line_of(key, source))
        likely = value.replace("_", "-")
        hint = f"did you mean `{likely}`?" if is_right(likely) else did_you_mean(value, near)
        report.add(ILL_TYPED_FRONT_MATTER, f"`{key}` must be {wanted}", span, hint)
        return ""
    return value


def _title(data: dict[Any, Any], source: Source, report: Report) -> str:
    """Return the title; pandoc's may be a list of the title and the subtitle."""
    if (said := data.get("title")) and isinstance(said, list | dict):
        data = {**data, "title": read_metadata({"title": said})[0].title or said}
    return plain_title(_text(data, "title", source, report))


def _role(data: dict[Any, Any], source: Source, report: Report) -> str:
    if isinstance(said := data.get("role"), str):
        folded = said.strip().casefold()
        data = {**data, "role": _SPELLINGS.get(folded, folded)}
    wanted = f"one of {', '.join(ROLES)}"
    return _checked(data, "role", _is_role, wanted, source, report, near=ROLES)


def _is_surely_front_matter(text: str) -> bool:
    """Return whether `text` is YAML with a key that is known, and not prose between two rules."""
    if len(text) > _LONGEST or not _LOOKS_LIKE_KEYS.match(text):
        return False
    try:
        data = load_yaml(text)
    except NotYamlError:
        return False
    return isinstance(data, dict) and any(str(key).casefold() in _KNOWN for key in data)


def _is_role(value: str) -> bool:
    return f"doc-{value.removeprefix('doc-')}" in roles_of("section")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    return enumerate(text.split("\n"), 1)


def _line_of(key: str, source: Source) -> int:
    starts = (f"{key}:", f"{key} =", f"{key}=")
    return next((n for n, text in _lines(source.text) if text.startswith(starts)), 1)


def _only(data: dict[Any, Any], source: Source, report: Report) -> tuple[tuple[str, str], ...]:
    """Return what `only: print`, `only: [epub, teacher]` or `only: {edition: teacher}` names."""
    said = data.get("only")
    kinds = said if isinstance(said, dict) else {"any": said}
    found: list[tuple[str, str]] = []
    for kind, value in kinds.items():
        for one in value if isinstance(value, list) else [value]:
            if (isinstance(one, str) and kind in ("any", "format", "edition")) or one is None:
                found += [(str(kind), word) for word in re.split(r"[\s,]+", one or "") if word]
                continue
            span = source.span_of_line(_line_of("only", source))
            wanted = "formats or editions, such as `print` or `edition: teacher`"
            report.add(ILL_TYPED_FRONT_MATTER, f"`only` must name {wanted}", span)
    return tuple(found)


def _levels(data: dict[Any, Any], source: Source, end: int, report: Report) -> Levels:
    """Return the levels that `lint:` sets for this chapter; the front matter ends at `end`."""
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
            hint = did_you_mean(str(key), Level) or f"the keys are {', '.join(Level)}"
            report.add(UNKNOWN_KEY, f"unknown key `{str(key)[:80]}` in `lint`", line, hint)
        elif not all(isinstance(name, str) for name in names):
            message = f"`{key}` must list names of rules"
            report.add(ILL_TYPED_FRONT_MATTER, message, span_of(key))
        else:
            lists[Level(key)] = names
    return read_levels(lists, span_of, report)
