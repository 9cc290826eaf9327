"""Read the line that opens a block between colons: `::: {.note #id}`, `:::tip[Title]`, `::: name`.

Pandoc, Quarto, bookdown, Carpentries, VitePress and Docusaurus each type such lines differently;
what all of them mean is one `Opening`.
"""

from __future__ import annotations

import re

from msgspec import Struct, field

from bookbuilder.text.patterns import rare_pattern

_MARKS = rare_pattern(r"(:{3,})[ \t]*")
_NAME = rare_pattern(r"[^\W\d_][\w-]*(?=[ \t\[{]|:*$)")
_BRACES = rare_pattern(r"""\{((?:"[^"]*"|'[^']*'|[^{}"'])*)\}|\{([^{}]*)\}""")
_ITEM = rare_pattern(
    r"""\.(?P<cls>[\w:/-]+)|\#(?P<id>[^\s"'}]+)"""
    r"""|(?P<key>[\w:.-]+)=(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'},]*))"""
    r"""|(?P<word>[^\s,]+)"""
)
_TRAILING_COLONS = rare_pattern(r"(?:^|[ \t]):{3,}$")
_MYST = rare_pattern(r"\{[ \t]*([\w:+-]+)[ \t]*\}")
LONGEST = 2_000
"""A longer opening line is text."""


class Opening(Struct):
    """Hold what an opening line says. `name` is its bare word, which is also the first class.

    `title` is inline Markdown. `ends_there` is True if colons after the title may end the block,
    and `is_directive` for MyST's `:::{name}`.
    """

    marks: str
    name: str = ""
    id: str = ""
    classes: list[str] = field(default_factory=list)
    pairs: dict[str, str] = field(default_factory=dict)
    title: str = ""
    ends_there: bool = False
    is_directive: bool = False

    def shown(self) -> str:
        """Return its name as findings show it."""
        marks = [f".{name}" for name in self.classes]
        marks += [f"#{self.id}"] if self.id else []
        marks += [f'{key}="{value}"' for key, value in self.pairs.items()]
        return self.name or f"{{{' '.join(marks)}}}"

    def read_braces(self, text: str) -> None:
        for match in _ITEM.finditer(text):
            if match["cls"]:
                self.classes.append(match["cls"])
            elif match["id"]:
                self.id = match["id"]
            elif match["key"] == "class":
                self.classes += _value(match).split()
            elif match["key"] == "id":
                self.id = _value(match)
            elif match["key"]:
                self.pairs[match["key"]] = _value(match)


def _value(match: re.Match[str]) -> str:
    return match["double"] or match["single"] or match["bare"] or ""


def read_opening(line: str) -> Opening | None:
    """Return what `line` opens, or None for other text or a closing line."""
    marks = _MARKS.match(line)
    if not marks or len(line) > LONGEST:
        return None
    opening = Opening(marks[1])
    rest = line[marks.end() :].rstrip()
    if myst := _MYST.match(rest):
        opening.is_directive = True
        opening.name = myst[1]
        opening.classes.append(myst[1])
        rest = rest[myst.end() :].strip()
    elif rest.startswith("{"):
        braces = _BRACES.match(rest)
        if not braces:
            return None
        opening.read_braces(braces[1] or braces[2] or "")
        rest = rest[braces.end() :].strip()
    else:
        name = _NAME.match(rest)
        if not name:
            return None
        opening.name = name[0]
        opening.classes.append(name[0])
        rest = rest[name.end() :]
        if rest.startswith("["):
            opening.title, rest = _bracketed(rest)
        rest = rest.strip()
        if braces := _BRACES.match(rest):
            opening.read_braces(braces[1] or braces[2] or "")
            rest = rest[braces.end() :].strip()
    if not rest.strip(":"):
        return opening
    _read_title(opening, rest)
    return opening


def _bracketed(text: str) -> tuple[str, str]:
    """Split `[Title] rest`; brackets in the title may nest."""
    depth = 0
    for index, character in enumerate(text):
        depth += (character == "[") - (character == "]")
        if depth == 0:
            return text[1:index].strip(), text[index + 1 :]
    return "", text


def _read_title(opening: Opening, rest: str) -> None:
    """Read the words after the name, with the colons or braces that may follow them."""
    shorter = _TRAILING_COLONS.sub("", rest).rstrip()
    opening.ends_there = shorter != rest
    start = shorter.rfind("{") if shorter.endswith("}") else -1
    if start >= 0 and (braces := _BRACES.fullmatch(shorter[start:])):
        opening.read_braces(braces[1] or braces[2] or "")
        shorter = shorter[:start].rstrip()
    if len(shorter) > 1 and shorter[0] == shorter[-1] == '"':
        shorter = shorter[1:-1]
    opening.title = opening.title or shorter
