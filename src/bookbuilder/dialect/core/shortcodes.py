"""Read shortcodes, `{{< name key="value" >}}` and `{{% name %}}`, as template tags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bookbuilder.dialect.core.templates import Pairs, TemplateTag
from bookbuilder.model.locating import without_code
from bookbuilder.text.patterns import rare_pattern

LONGEST = 4_000
MOST_LINES = 40
"""A shortcode may have so many lines."""
MOST_ARGUMENTS = 100
_OPENING = rare_pattern(r"\{\{([<%])-?[ \t\n]{0,20}(/?)[ \t]{0,20}([A-Za-z_][\w./-]{0,80})")
# What ends one, or shows that it is none; or a quotation mark, in which all that means nothing.
_NEXT = rare_pattern(r"[\"'`]|-?%\}\}|-?>\}\}|\{\{|\{%|\n[ \t]*\n")
_WORD = rare_pattern(
    r"""(?:([\w.-]{1,80})[ \t\n]{0,20}=[ \t\n]{0,20}|([\w.-]{1,80}):(?:[ \t\n]{1,20}|(?=["'`])))?"""
    r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|[^\s,"'`]\S*)""",
    re.DOTALL,
)

_SELF_CLOSING = rare_pattern(r"(?:^|[\s\"'`])/$")
_VALUE, _RUN = "write its value", "write what it shows"
_INCLUDE = "put it on a line of its own, with the path of a file in the book's folder"
_HINTS = {
    **dict.fromkeys(("param", "params", "meta", "var", "env", "version", "get", "now"), _VALUE),
    **dict.fromkeys(("lipsum", "embed", "listings", "contents", "toc", "placeholder"), _RUN),
    **dict.fromkeys(("include", "readfile", "readFile", "code_sample", "snippet"), _INCLUDE),
}
"""Hints on what to write instead of some shortcodes of Hugo and Quarto."""


class Shortcode(TemplateTag):
    """Hold a shortcode. Its values may hold quotation marks, blanks and lines."""

    __slots__ = ()
    opening = "{{<"
    closing = ">}}"

    @property
    def end_pattern(self) -> re.Pattern[str]:
        """Return a pattern for its end tag."""
        name = rf"[ \t]{{0,20}}{re.escape(self.name)}[ \t]{{0,20}}"
        return re.compile(rf"\{{\{{[<%]-?[ \t]{{0,20}}/{name}-?[>%]\}}\}}")

    @property
    def shown(self) -> str:
        rest = " ".join(self.rest.removesuffix("/").split())
        said = " ".join(filter(None, (("/" if self.is_end else "") + self.name, rest)))
        return f"{{{{< {said} {'/' if self.closes_itself else ''}>}}}}"

    @property
    def named_kind(self) -> str:
        return f"the shortcode `{self.name}`"

    @property
    def closes_itself(self) -> bool:
        return bool(_SELF_CLOSING.search(self.rest))

    @property
    def hint(self) -> str:
        return _HINTS.get(self.name, "")

    def find_end(self, text: str, at: int = 0) -> tuple[int, int] | None:
        pattern = re.compile(
            rf"\{{\{{[<%]-?[ \t\n]{{0,20}}(/?)[ \t]{{0,20}}{re.escape(self.name)}(?![\w./-])"
        )
        inner = 0
        for match in pattern.finditer(text, at):
            tag = read_shortcode(text, match.start())
            if tag is None or tag.closes_itself:
                continue
            if not tag.is_end:
                inner += 1
            elif inner:
                inner -= 1
            else:
                return tag.start, tag.end
        return None

    def value(self, *names: str) -> str:
        found = {name: value for name, value in _read_words(self.rest) if name}
        return next((found[name] for name in names if found.get(name)), "")

    @property
    def words(self) -> list[str]:
        return [value for name, value in _read_words(self.rest) if not name]


def find_pairs(text: str) -> Pairs:
    """Find the shortcodes that an end tag ends; that is the one of its name that is still open."""
    places: set[tuple[int, int]] = set()
    ends: dict[int, tuple[int, int]] = {}
    names: set[str] = set()
    waiting: dict[str, list[tuple[int, int, int]]] = {}
    line, line_start, counted = 1, 0, 0
    prose = without_code(text) if "{{<" in text or "{{%" in text else ""
    for match in _OPENING.finditer(prose):
        tag = read_shortcode(text, match.start())
        if tag is None or tag.closes_itself:
            continue
        line += text.count("\n", counted, tag.start)
        counted = tag.start
        line_start = text.rfind("\n", line_start, tag.start) + 1 or line_start
        if not tag.is_end:
            waiting.setdefault(tag.name, []).append((tag.start, line, tag.start - line_start))
        elif opened := waiting.get(tag.name):
            start, *place = opened.pop()
            places.add((place[0], place[1]))
            ends[start] = tag.start, tag.end
            names.add(tag.name)
    return Pairs(frozenset(places), ends, frozenset(names))


def _read_words(text: str) -> Iterator[tuple[str, str]]:
    """Yield the values in a shortcode, each with its name, if it has one."""
    text = text.removesuffix("/")
    for count, match in enumerate(_WORD.finditer(text)):
        if count >= MOST_ARGUMENTS:
            return
        yield match[1] or match[2] or "", _unquoted(match[3])


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] in "\"'`" and text[-1] == text[0]:
        inside = text[1:-1]
        return inside if text[0] == "`" else re.sub(r"\\([\"'\\])", r"\1", inside)
    return text.rstrip(",")


def read_shortcode(text: str, at: int) -> Shortcode | None:
    """Return the shortcode that starts at `at`. It holds no blank line and no other tag."""
    opening = _OPENING.match(text, at)
    if opening is None:
        return None
    stop = _stop_of(text, opening.end(), opening[1])
    if stop is None:
        return None
    rest = text[opening.end() : stop[0]]
    if rest and not rest[0].isspace() and rest[0] not in "\"'`/":
        return None
    return Shortcode(
        opening[3],
        rest.strip(),
        at,
        stop[1],
        is_end=bool(opening[2]),
        is_markdown=opening[1] == "%",
    )


def read_over_lines(
    text: str, at: int, following: Iterable[str]
) -> tuple[Shortcode, int, int] | None:
    """Return the shortcode that starts at `at` of a line and may go on in the `following` lines.

    With it come the number of these lines that it takes, and the column where it ends in the last.
    """
    if tag := read_shortcode(text, at):
        return tag, 0, tag.end
    if not _OPENING.match(text, at) and not re.match(r"\{\{[<%][ \t]*$", text[at:]):
        return None
    whole = text
    for count, line in enumerate(following, 1):
        if not line.strip() or len(whole) > LONGEST:
            return None
        start = len(whole) + 1
        whole = f"{whole}\n{line}"
        if ("}}" in line) and (tag := read_shortcode(whole, at)):
            return tag, count, tag.end - start
    return None


def _stop_of(text: str, at: int, mark: str) -> tuple[int, int] | None:
    """Return where the marks at the end of a shortcode start and end."""
    limit = min(len(text), at + LONGEST)
    while match := _NEXT.search(text, at, limit):
        found = match[0]
        if found in "\"'`":
            before = text[match.start() - 1]
            end = _end_of_string(text, match.start(), limit) if before in " \t\n=:,(" else -1
            at = end if end > 0 else match.end()
            continue
        if found[0] in "{\n":
            return None
        if found.lstrip("-")[0] == ("%" if mark == "%" else ">"):
            return match.span()
        at = match.end()
    return None


def _end_of_string(text: str, at: int, limit: int) -> int:
    quote = text[at]
    position = at + 1
    while (position := text.find(quote, position, limit)) >= 0:
        if quote == "`" or text[position - 1] != "\\" or text[position - 2] == "\\":
            inside = text[at + 1 : position]
            return -1 if "\n\n" in inside and quote != "`" else position + 1
        position += 1
    return -1
