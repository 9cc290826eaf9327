"""Read pandoc's lists: `a.`, `(1)`, `iv)`, `#.`, and examples `(@)` counted through the chapter."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.containers import Item, List, skip_padding
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion, InlineParser
from bookbuilder.dialect.core.line import CODE_INDENT
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.core.starts import DIGIT, LETTER
from bookbuilder.text.patterns import rare_pattern

_MARKER = re.compile(r"(\(?)(\d{1,4}|[ivxlc]{1,7}|[IVXLC]{1,7}|[A-Za-z]|#)([.)])(?=[ \t]|$)")
_EXAMPLE = re.compile(r"\(@([\w-]{0,60})\)(?=[ \t]|$)")
_BARE = rare_pattern(r"@([\w-]{1,100})(?![\w@.]*@)")
_REFERENCE = re.compile(r"\(@([\w-]{1,60})\)")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
# How far the next item may be.
_MOST_AHEAD = 100
_DEEPEST = 3


class FancyList(List):
    """Hold a list whose `form` is the `type` of HTML's lists: `a`, `A`, `i`, `I` or `1`."""

    def __init__(self, kind: str, start: int, form: str) -> None:
        super().__init__(kind, start)
        self.form = form

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        super().render(conversion, parent)
        if self.form != "1":
            parent[-1].set("type", self.form)
        if self.kind.startswith("(@"):
            parent[-1].set("class", "examples")


class Example(Item):
    """Hold an item `(@name)`, which other places may refer to."""

    def __init__(self, offset: int, name: str) -> None:
        super().__init__(offset)
        self.name = name

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        super().render(conversion, parent)
        if self.name:
            parent[-1].set("id", _id(self.name))


def _id(name: str) -> str:
    return f"example-{name}"


def _forms(marker: re.Match[str]) -> list[tuple[str, int]]:
    """Return the forms that the marker may have, each with its number."""
    text = marker[2]
    if text == "#":
        return [("1", 1)]
    if text.isdigit():
        return [("1", int(text))]
    found = []
    if set(text.lower()) <= set(_ROMAN) and (number := _roman(text.lower())):
        found.append(("i" if text.islower() else "I", number))
    if len(text) == 1:
        found.append(("a" if text.islower() else "A", ord(text.lower()) - ord("a") + 1))
    return found


def _roman(text: str) -> int:
    total = 0
    for character, following in zip(text, [*text[1:], ""], strict=True):
        value = _ROMAN[character]
        total += -value if value < _ROMAN.get(following, 0) else value
    return total


def _next_marker(state: BlockState, marker: re.Match[str], form: str, number: int) -> bool:
    """Return whether the items after this one follow, so that the marker is surely meant."""
    # `A. Smith` may be a name, so that a `B.` alone proves little.
    wanted = 2 if form in ("A", "I") and marker[3] == "." and not marker[1] else 1
    after_blank = False
    for line in state.lines_ahead(_MOST_AHEAD):
        text = line.lstrip()
        indent = len(line) - len(text)
        if not text:
            after_blank = True
            continue
        found = _MARKER.match(text) if indent <= _DEEPEST else None
        if found and found[1] == marker[1] and found[3] == marker[3]:
            if (form, number + 1) in _forms(found) or found[2] == "#":
                number, wanted = number + 1, wanted - 1
                if not wanted:
                    return True
            elif not indent:
                return False
        elif not indent and after_blank:
            return False
        after_blank = False
    return False


class FancyListExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        self.count = 0
        self.examples: dict[str, int] = {}
        md.parser.starts.register(self.start_example, 32, "(")
        md.parser.starts.register(start_fancy_item, 31, "(#" + LETTER + DIGIT)
        md.conversion.inlines.register("(", self.handle_reference)
        md.conversion.inlines.register("@", self.handle_bare_reference)

    def start_example(self, state: BlockState, container: Block) -> Started:
        line = state.line
        match = None if line.indent > _DEEPEST else _EXAMPLE.match(line.rest)
        if not match or not line.rest[match.end() :].strip():
            return Started.NOTHING
        self.count += 1
        if match[1]:
            self.examples.setdefault(match[1], self.count)
        offset = _open_item(state, "(@", self.count, "1", match.end())
        state.add(Example(offset, match[1]))
        return Started.CONTAINER

    def handle_reference(self, parser: InlineParser) -> bool:
        match = _REFERENCE.match(parser.text, parser.position)
        if not match or match[1] not in self.examples:
            return False
        parser.add_text("(")
        parser.add_element("a", str(self.examples[match[1]]), href=f"#{_id(match[1])}")
        parser.add_text(")")
        parser.position = match.end()
        return True

    def handle_bare_reference(self, parser: InlineParser) -> bool:
        """Read `@name` of an example, also in `(see @name)` or `[@name]`."""
        before = parser.text[parser.position - 1 : parser.position]
        match = _BARE.match(parser.text, parser.position)
        if not match or before.isalnum() or match[1] not in self.examples:
            return False
        parser.add_element("a", str(self.examples[match[1]]), href=f"#{_id(match[1])}")
        parser.position = match.end()
        return True


def _open_item(state: BlockState, kind: str, number: int, form: str, length: int) -> int:
    """Open the list that an item belongs to, and return the offset of the item's content."""
    line = state.line
    state.close_unmatched()
    indent = line.indent
    line.skip_indent()
    line.advance_characters(length)
    # As in pandoc, four blanks are enough, however long the marker is.
    offset = min(indent + length + skip_padding(state), indent + CODE_INDENT)
    if not (isinstance(state.tip, List) and state.tip.kind == kind):
        state.add(FancyList(kind, number, form))
    return offset


def start_fancy_item(state: BlockState, container: Block) -> Started:
    line = state.line
    match = None if line.indent > _DEEPEST else _MARKER.match(line.rest)
    if not match or (match[2].isdigit() and not match[1]) or (match[1] and match[3] != ")"):
        return Started.NOTHING
    if match[2] == "#" and match[3] == "." and not match[1]:
        if isinstance(container, Paragraph) or not line.rest[match.end() :].strip():
            return Started.NOTHING
        kind, form, number = ".", "1", 1
    else:
        found = _form_of(state, container, match)
        if found is None:
            return Started.NOTHING
        form, number = found
        kind = f"{match[1]}{form}{match[3]}"
    offset = _open_item(state, kind, number, form, match.end())
    state.add(Item(offset))
    return Started.CONTAINER


def _form_of(state: BlockState, container: Block, match: re.Match[str]) -> tuple[str, int] | None:
    """Return form and number of an item, if it goes on with a list or surely starts one."""
    forms = _forms(match)
    block = container if isinstance(container, List) else container.parent
    if isinstance(block, FancyList):
        for form, number in forms:
            if block.kind == f"{match[1]}{form}{match[3]}":
                return form, number
    if not state.line.rest[match.end() :].strip():
        return None
    for form, number in forms:
        may_start = number == 1 or (form == "1" and not isinstance(container, Paragraph))
        if may_start and _next_marker(state, match, form, number):
            return form, number
    return None
