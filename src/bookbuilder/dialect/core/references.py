"""Read link destinations, titles, labels, and definitions `[label]: destination "title"`."""

from __future__ import annotations

import html
import re
from html.entities import html5

from msgspec import Struct

from bookbuilder.text.patterns import rare_pattern


class Reference(Struct, frozen=True):
    """Hold a link definition, `[label]: destination "title"`; the title's escapes are as typed."""

    destination: str
    title: str | None


ESCAPABLE = r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"""
ENTITY = re.compile(r"&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});")
LABEL = re.compile(r"\[((?:[^\\\[\]]|\\.){0,1000})\]", re.DOTALL)
MAX_LABEL = 1000
_ESCAPE_OR_ENTITY = rare_pattern(rf"\\({ESCAPABLE})|{ENTITY.pattern}")
_POINTED = rare_pattern(r"<((?:[^<>\n\\]|\\.)*)>")
_TITLE = rare_pattern(
    r""""((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|\(((?:[^()\\]|\\.)*)\)""", re.DOTALL
)
_PLAIN = re.compile(
    rf"(?:\\{ESCAPABLE}|\{{\{{[^{{}}\n]*\}}\}}|\{{%[^%{{}}\n]*%\}}|[^\x00-\x20\x7f()])+"
)
_BLANKS = re.compile(r"[ \t]*\n?[ \t]*")
_TO_LINE_END = rare_pattern(r"[ \t]*(?:\n|$)")
MAX_PARENTHESES = 32


def decode_entity(entity: str) -> str:
    """Decode `&amp;` as `&`; names that HTML does not know stay."""
    if entity[1] != "#":
        return html5.get(entity[1:], entity)
    hexadecimal = entity[2] in "xX"
    code = int(entity[3:-1], 16) if hexadecimal else int(entity[2:-1])
    return "�" if code == 0 else html.unescape(entity) or "�"


def unescape(text: str) -> str:
    """Return `text` with backslash escapes and entities resolved."""
    if "\\" not in text and "&" not in text:
        return text
    return _ESCAPE_OR_ENTITY.sub(lambda m: m[1] or decode_entity(m[0]), text)


def normalise_label(label: str) -> str:
    return " ".join(label.split()).casefold()


def skip_blanks(text: str, position: int) -> int:
    """Return the position after blanks and at most one line end."""
    match = _BLANKS.match(text, position)
    return match.end() if match else position


def read_destination(text: str, position: int) -> tuple[str, int] | None:
    """Return the link destination at `position` (spec 6.3) and its end."""
    if text.startswith("<", position):
        match = _POINTED.match(text, position)
        return (unescape(match[1]), match.end()) if match else None
    start, depth = position, 0
    while position < len(text):
        if match := _PLAIN.match(text, position):
            position = match.end()
        elif text[position] == "(" and depth < MAX_PARENTHESES:
            depth += 1
            position += 1
        elif text[position] == ")" and depth:
            depth -= 1
            position += 1
        else:
            break
    return (unescape(text[start:position]), position) if not depth else None


def read_title(text: str, position: int) -> tuple[str, int] | None:
    """Return the link title at `position`, in any of three kinds of quotes, and its end.

    Its escapes are still as typed: `unescape` resolves them.
    """
    match = _TITLE.match(text, position)
    if not match or re.search(r"\n[ \t]*\n", match[0]):
        return None
    return next(group for group in match.groups() if group is not None), match.end()


def take_definitions(definitions: dict[str, Reference], lines: list[str]) -> int:
    """Record the definitions at the start of `lines`; return how many lines they take up."""
    text = "\n".join(lines)
    position = taken = 0
    while text.startswith("[", position):
        end = _take_definition(definitions, text, position)
        if end is None:
            break
        taken += text.count("\n", position, end) + (end == len(text) and text[end - 1] != "\n")
        position = end
    return taken


def _take_definition(definitions: dict[str, Reference], text: str, position: int) -> int | None:
    label = LABEL.match(text, position)
    if not label or not label[1].strip() or not text.startswith(":", label.end()):
        return None
    start = skip_blanks(text, label.end() + 1)
    found = read_destination(text, start)
    if found is None or (found[1] == start):
        return None
    destination, position = found
    end = _TO_LINE_END.match(text, position)
    title = None
    after = skip_blanks(text, position)
    if after > position and (titled := read_title(text, after)):
        title_end = _TO_LINE_END.match(text, titled[1])
        if title_end:
            title, end = titled[0], title_end
    if end is None:
        return None
    definitions.setdefault(normalise_label(label[1]), Reference(destination, title))
    return end.end()
