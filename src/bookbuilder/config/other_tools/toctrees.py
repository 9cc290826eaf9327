"""Find the toctrees of a page: Sphinx's directive that lists other pages, in either markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct, field

from bookbuilder.config.chapter_list import Listed
from bookbuilder.model.source import Source
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.plain_title import plain_title

LONGEST_LINE = 2_000
_FENCE = rare_pattern(r"[ \t>]*(?P<marks>`{3,}|~{3,}|:{3,})[ \t]*(?P<info>.*?)[ \t]*$")
TOCTREE = rare_pattern(r"\{[ \t]*toctree[ \t]*\}", re.IGNORECASE)
_DIRECTIVE = rare_pattern(r"\{[ \t]*[A-Za-z][\w:.+-]*[ \t]*\}")
_RST = rare_pattern(r"(?P<indent>[ \t]*)\.\.[ \t]+toctree::[ \t]*$")
_OPTION = rare_pattern(r"[ \t]*:?([a-z-]+):(?:[ \t]+(.*?))?[ \t]*$")
_TITLED = rare_pattern(r"(?P<title>[^<>]+?)[ \t]*<(?P<name>[^<>]+)>$")


class Toctree(Struct):
    """Hold the entries of one toctree and what its options say."""

    caption: str = ""
    is_numbered: bool = False
    has_globs: bool = False
    is_reversed: bool = False
    entries: list[Listed] = field(default_factory=list)


def toctrees_in(source: Source, opening: re.Pattern[str] = TOCTREE) -> list[Toctree]:
    """Return the toctrees of a page in their order; those that code shows are none.

    The fence of one has an info that `opening` matches.
    """
    found: list[Toctree] = []
    is_rst = source.path.suffix.lower() in (".rst", ".txt")
    for lines in _rst_blocks(source) if is_rst else _fenced_blocks(source, opening):
        tree = Toctree()
        in_yaml = False
        for index, (number, line) in enumerate(lines):
            text = line.lstrip(" \t>").rstrip()
            if text == "---" and (in_yaml or index == 0):
                in_yaml = not in_yaml
            elif (in_yaml or text.startswith(":")) and (option := _OPTION.match(text)):
                _take_option(tree, option[1], (option[2] or "").strip("\"'"))
            elif text and not text.startswith(("%", "#")):
                titled = _TITLED.match(text)
                name = titled["name"] if titled else text
                title = titled["title"] if titled else ""
                tree.entries.append(Listed(name.strip(), source.span_of_line(number), title))
        found.append(tree)
    return found


def _take_option(tree: Toctree, key: str, value: str) -> None:
    if key == "caption":
        tree.caption = _caption(value)
    tree.is_numbered = tree.is_numbered or key == "numbered"
    tree.has_globs = tree.has_globs or key == "glob"
    tree.is_reversed = tree.is_reversed or key == "reversed"


def _caption(value: str) -> str:
    """Return the caption of a toctree; the usual "Contents:" is no name of a part."""
    title = plain_title(value).rstrip(" :")
    return "" if title.casefold() in ("contents", "table of contents") else title


def _lines(source: Source) -> Iterator[tuple[int, str]]:
    lines = enumerate(source.text.split("\n"), 1)
    return ((number, line) for number, line in lines if len(line) <= LONGEST_LINE)


def _fenced_blocks(source: Source, opening: re.Pattern[str]) -> Iterator[list[tuple[int, str]]]:
    code = ""
    block: list[tuple[int, str]] | None = None
    for number, line in _lines(source):
        match = _FENCE.match(line)
        if code:
            is_end = match and not match["info"] and match["marks"].startswith(code)
            if is_end and block is not None:
                yield block
                block = None
            elif block is not None:
                block.append((number, line))
            code = "" if is_end else code
        elif match and opening.match(match["info"]):
            code, block = match["marks"], []
        elif match and match["info"] and match["marks"][0] != ":":
            # A directive is Markdown inside; every other fence is code.
            code = "" if _DIRECTIVE.match(match["info"]) else match["marks"]
    if block is not None:
        yield block


def _rst_blocks(source: Source) -> Iterator[list[tuple[int, str]]]:
    block: list[tuple[int, str]] | None = None
    indent = 0
    for number, line in _lines(source):
        if match := _RST.match(line):
            if block is not None:
                yield block
            block, indent = [], len(match["indent"])
        elif block is not None and line.strip() and len(line) - len(line.lstrip()) <= indent:
            yield block
            block = None
        elif block is not None:
            block.append((number, line))
    if block is not None:
        yield block
