"""Scan tags as MDX and Vue allow them: attributes with values in braces, over several lines."""

from __future__ import annotations

import re
from html import escape

from msgspec import Struct, field

from bookbuilder.dialect.core.html_tags import NEVER_CLOSED
from bookbuilder.text.patterns import rare_pattern

LONGEST_TAG = 5_000
LONGEST_VALUE = 4_000
# Deeper ones are no values, and would let every `{` be looked at many times.
DEEPEST_BRACES = 20
_NAME = rare_pattern(r"</?([A-Za-z][\w.:-]*)")
_ATTRIBUTE = rare_pattern(r"[@:#*]?[A-Za-z_$][\w.:$-]*(?:\[[\w.]+\])?")
_BLANKS = rare_pattern(r"\s*")
_UNQUOTED = rare_pattern(r"[^\s\"'=<>`{}]+")
_STRING = rare_pattern(
    r"\s*(?:\"([^\"\n{}]*)\"|'([^'\n{}]*)'|`([^`\n{}$]*)`|(-?\d+(?:\.\d+)?))\s*$"
)
# What Docusaurus, VitePress and webpack put around the address of a picture.
_ADDRESS = rare_pattern(
    r"\s*(?:useBaseUrl|withBase|require)\(\s*[\"'`]([^\"'`\n]+)[\"'`]\s*\)(?:\.default)?\s*$"
)
BOUND = frozenset({":src", ":href", ":alt", "v-bind:src", "v-bind:href", "v-bind:alt"})
_STYLE_ENTRY = rare_pattern(r"([A-Za-z]+)\s*:\s*(?:\"([^\"\n]*)\"|'([^'\n]*)'|(-?\d+(?:\.\d+)?))")
_RENAMED = {"classname": "class", "htmlfor": "for", "srcset": "srcset"}
_WITHOUT_UNIT = {"opacity", "zIndex", "lineHeight", "fontWeight", "flex", "order", "zoom"}


class Tag(Struct, frozen=True):
    """Hold a tag. `values` are known as text; `expressions` would be computed by a program."""

    name: str
    start: int
    end: int
    is_end: bool = False
    closes_itself: bool = False
    values: dict[str, str] = field(default_factory=dict)
    expressions: dict[str, str] = field(default_factory=dict)
    has_braces: bool = False

    def value(self, *names: str) -> str:
        """Return the first of these attributes that has a text."""
        return next((self.values[name] for name in names if self.values.get(name)), "")


def read_tag(text: str, start: int) -> Tag | None:
    """Return the tag at `start`, or None if there is none, or none that ends."""
    match = _NAME.match(text, start)
    if not match:
        return None
    name, at = match[1], match.end()
    limit = min(len(text), start + LONGEST_TAG)
    if text.startswith("</", start):
        at = _skip(text, at)
        return Tag(name, start, at + 1, is_end=True) if text.startswith(">", at) else None
    values: dict[str, str] = {}
    expressions: dict[str, str] = {}
    while at < limit:
        before, at = at, _skip(text, at)
        if text.startswith(">", at):
            braces = "={" in text[start:at]
            return Tag(name, start, at + 1, False, False, values, expressions, braces)
        if text.startswith("/>", at):
            braces = "={" in text[start:at]
            return Tag(name, start, at + 2, False, True, values, expressions, braces)
        if at == before:
            return None
        if text.startswith("{", at):
            # A spread, `{...props}`, or a comment.
            end = end_of_braces(text, at)
            if end < 0:
                return None
            expressions[f"…{at}"] = text[at:end]
            at = end
            continue
        attribute = _ATTRIBUTE.match(text, at)
        if not attribute:
            return None
        at = attribute.end()
        equals = _skip(text, at)
        if not text.startswith("=", equals):
            values.setdefault(attribute[0], "")
            continue
        found_value = _read_value(text, _skip(text, equals + 1))
        if found_value is None:
            return None
        value, is_known, at = found_value
        (values if is_known else expressions)[attribute[0]] = value
    return None


def _skip(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def _read_value(text: str, at: int) -> tuple[str, bool, int] | None:
    """Return a value, whether it is known as text, and where it ends."""
    quote = text[at : at + 1]
    if quote in ("'", '"'):
        end = text.find(quote, at + 1, at + LONGEST_VALUE)
        return (text[at + 1 : end], True, end + 1) if end >= 0 else None
    if quote == "{":
        end = end_of_braces(text, at)
        if end < 0:
            return None
        inside = text[at + 1 : end - 1]
        known = literal(inside)
        return (inside.strip(), False, end) if known is None else (known, True, end)
    match = _UNQUOTED.match(text, at)
    return (match[0], True, match.end()) if match else None


def literal(expression: str) -> str | None:
    """Return what an expression says if it is a text, a number, or the address of a file."""
    if match := _STRING.match(expression):
        return next(group for group in match.groups() if group is not None)
    match = _ADDRESS.match(expression)
    return match[1] if match else None


def end_of_braces(text: str, start: int) -> int:
    """Return the offset after the brace that closes the one at `start`, or -1."""
    depth = 0
    quote = ""
    at = start
    limit = min(len(text), start + LONGEST_VALUE)
    while at < limit:
        character = text[at]
        if quote:
            if character == "\\":
                at += 1
            elif character == quote or (character == "\n" and quote != "`"):
                quote = ""
        elif character in "\"'`":
            quote = character
        elif character == "{":
            depth += 1
            if depth > DEEPEST_BRACES:
                return -1
        elif character == "}":
            depth -= 1
            if not depth:
                return at + 1
        at += 1
    return -1


def as_html(tag: Tag, imports: dict[str, str]) -> str:
    """Write an HTML element's tag without JSX: `className`, `style={{…}}`, and no expressions.

    `imports` maps the names that the chapter imports to their files.
    """
    if tag.is_end:
        return f"</{tag.name}>"
    values = {_RENAMED.get(name.lower(), name): value for name, value in tag.values.items()}
    for name in BOUND & values.keys():
        # Vue's `:src="'/a.png'"` and `:src="withBase('/a.png')"` say a text all the same.
        if known := literal(values[name]):
            values.setdefault(name.rpartition(":")[2], known)
    for name, expression in tag.expressions.items():
        if name == "style":
            values["style"] = _style(expression)
        elif expression in imports:
            values[name] = imports[expression]
    written = "".join(
        f' {name}="{escape(value)}"' if value else f" {name}"
        for name, value in values.items()
        if re.fullmatch(r"[A-Za-z][\w:-]*", name)
    )
    if tag.closes_itself and tag.name.lower() not in NEVER_CLOSED:
        return f"<{tag.name}{written}></{tag.name}>"
    return f"<{tag.name}{written}{' /' if tag.closes_itself else ''}>"


def _style(expression: str) -> str:
    """Return the CSS of `{textAlign: 'center', width: 300}`."""
    entries = []
    for name, double, single, number in _STYLE_ENTRY.findall(expression):
        key = re.sub(r"[A-Z]", lambda m: f"-{m[0].lower()}", name)
        unit = "px" if number not in ("", "0") and name not in _WITHOUT_UNIT else ""
        entries.append(f"{key}: {double or single or number + unit}")
    return "; ".join(entries)
