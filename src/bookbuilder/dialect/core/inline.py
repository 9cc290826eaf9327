"""Parse inline structure by the algorithm of CommonMark's appendix: one pass, two stacks."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Protocol
from xml.etree import ElementTree

from markdown.util import HtmlStash
from msgspec import Struct, field

from bookbuilder.dialect.core.emphasis import Bracket, Delimiters
from bookbuilder.dialect.core.nodes import Node, append_text, build
from bookbuilder.dialect.core.problems import MAX_INLINE_DEPTH, TOO_DEEP, Problems
from bookbuilder.dialect.core.references import Reference
from bookbuilder.dialect.core.tag_map import ChapterTags
from bookbuilder.dialect.core.templates import Pairs, Templates
from bookbuilder.model.diagnostics import Rule
from bookbuilder.text.patterns import rare_pattern

BACKTICKS = re.compile(r"`+")
_BRACES = rare_pattern(r"\\.|[{}]")


class Inlines(Struct, dict=True):
    """Register handlers by the character that they start with; `patterns` start with any.

    A handler that returns False has left the parser where it was. Later handlers go first. Texts
    without any of the `signs` hold no match of a pattern, which is slow to find out.
    """

    handlers: dict[str, list[InlineHandler]] = field(default_factory=dict)
    patterns: list[tuple[re.Pattern[str], InlineHandler]] = field(default_factory=list)
    signs: list[str] = field(default_factory=list)

    def register(self, characters: str, handler: InlineHandler) -> None:
        for character in characters:
            self.handlers.setdefault(character, []).insert(0, handler)

    def register_pattern(
        self, pattern: re.Pattern[str], handler: InlineHandler, *signs: str
    ) -> None:
        """Try `handler` where `pattern` matches; whatever matches holds one of the `signs`."""
        self.patterns.append((pattern, handler))
        self.signs += signs

    def special_in(self, text: str) -> re.Pattern[str]:
        """Return the pattern that finds the next place in `text` where a handler may apply."""
        for sign in self.signs:
            if sign in text:
                return self._special
        return self._characters

    @cached_property
    def _characters(self) -> re.Pattern[str]:
        return re.compile(f"[{''.join(map(re.escape, self.handlers))}]")

    @cached_property
    def _special(self) -> re.Pattern[str]:
        patterns = (pattern.pattern for pattern, _ in self.patterns)
        return re.compile("|".join([self._characters.pattern, *patterns]))


class Sources(Protocol):
    """Tell what can be cited in a chapter."""

    def __contains__(self, key: str) -> bool: ...

    @property
    def keys(self) -> Iterable[str]: ...


class Conversion(Struct):
    """Hold what both parsers and all blocks of one chapter share."""

    problems: Problems
    first_line: int
    inlines: Inlines = field(default_factory=Inlines)
    definitions: dict[str, Reference] = field(default_factory=dict)
    stash: HtmlStash = field(default_factory=HtmlStash)
    raw_html: list[tuple[int, str]] = field(default_factory=list)
    """The HTML that the author wrote, each piece with its line."""
    tags: ChapterTags | None = None
    """The components in the chapter, once someone asked for them."""
    templates: Templates = field(default_factory=Templates)
    sources: Sources | None = None
    """Hold what can be cited; None in a book without a bibliography."""
    with_formulas: Callable[[str, int], str] | None = None
    """Marks formulas in HTML that an author wrote, which begins in a line."""
    shows_code: bool = True
    """Show the code of cells, if neither they nor their chapter say otherwise."""
    alternatives_are_captions: bool = False
    """Take the words in the brackets of pictures for their captions."""
    diagrams: frozenset[str] = frozenset()
    """Languages of fences that the book names a program for, to draw them."""

    def raw(self, html: str, line: int = 0) -> str:
        """Return a stand-in for `html` in a tree's text. `line` is where an author wrote it."""
        if line:
            self.raw_html.append((line, html))
        return self.stash.store(html)

    def inline(self, parent: ElementTree.Element, text: str, line: int) -> None:
        """Append `text`, which starts in `line`, to `parent` as inline Markdown."""
        if self.inlines.special_in(text).search(text):
            InlineParser(self, text, line).parse_into(parent)
        else:
            append_text(parent, text)


class InlineParser:
    """Parse one block's text. Handlers read `text` from `position` on and move `position`."""

    def __init__(self, conversion: Conversion, text: str, line: int) -> None:
        self.conversion = conversion
        self.text = text
        self.line = line
        self.position = 0
        self.depth = 0
        self.root = Node()
        self.delimiters = Delimiters()
        self.brackets: list[Bracket] = []
        self.literal_until = 0
        self.shortcodes: Pairs | None = None
        self._backticks: dict[int, list[int]] | None = None
        self._braces: dict[int, int] | None = None
        self._absent: dict[str, int] = {}

    def parse_into(self, parent: ElementTree.Element) -> None:
        if not build(parent, self.parse()):
            message = f"emphasis and links nest more than {MAX_INLINE_DEPTH} deep; the rest is text"
            self.report(TOO_DEEP, message, 0, 0)

    def parse_inner(self, text: str, parent: Node, line: int) -> None:
        """Append `text`, found inside this text, to `parent` as inline Markdown."""
        inner = InlineParser(self.conversion, text, line)
        inner.depth = self.depth + 1
        if inner.depth > MAX_INLINE_DEPTH:
            parent.append(Node(text=text))
            return
        for child in inner.parse():
            parent.append(child)

    def parse(self) -> Node:
        """Read the whole text into nodes below `root`, and return that."""
        text, inlines = self.text, self.conversion.inlines
        special = inlines.special_in(text)
        plain_from = 0
        while match := special.search(text, self.position):
            start = self.position = match.start()
            if start > plain_from:
                self.add_text(text[plain_from:start])
            for handler in inlines.handlers.get(text[start], ()):
                if handler(self):
                    break
            else:
                if match.end() == start + 1 or not self._handle_pattern():
                    self.add_text(text[start])
                    self.position = start + 1
            plain_from = self.position
        if plain_from < len(text):
            self.add_text(text[plain_from:])
        self.delimiters.resolve(None)
        return self.root

    def _handle_pattern(self) -> bool:
        return any(
            handler(self)
            for pattern, handler in self.conversion.inlines.patterns
            if pattern.match(self.text, self.position)
        )

    def add_text(self, text: str, *, literal: bool = False) -> Node:
        node = Node("", text, literal=literal)
        self.root.append(node)
        return node

    def add_element(self, tag: str, text: str = "", **attributes: str) -> Node:
        node = Node(tag)
        if tag == "code":
            node.text = text
        elif text:
            node.append(Node(text=text))
        node.attributes = attributes
        self.root.append(node)
        return node

    def add_inlines(self, tag: str, text: str, at: int) -> Node:
        """Add an element that holds `text`, read as Markdown; it starts at offset `at`."""
        inner = InlineParser(self.conversion, text, self.line_at(at))
        node = Node(tag)
        for child in inner.parse():
            node.append(child)
        self.root.append(node)
        return node

    def add_raw(self, html: str) -> None:
        self.add_text(self.conversion.raw(html, self.line_at(self.position)), literal=True)

    def line_at(self, offset: int) -> int:
        """Return the number of the line of the source that holds `offset` of the text."""
        return self.line + self.text.count("\n", 0, offset)

    def find(self, text: str, start: int) -> int:
        """Like `str.find` in the text, but remember a failure instead of searching again."""
        if start >= self._absent.get(text, len(self.text) + 1):
            return -1
        index = self.text.find(text, start)
        if index < 0:
            self._absent[text] = start
        return index

    def report(self, rule: Rule, message: str, at: int, length: int, hint: str = "") -> None:
        said = self.text[at : at + length]
        self.conversion.problems.add(rule, message, self.line_at(at), said, hint)

    def closing_backticks(self, length: int, start: int) -> int:
        """Return the offset of the next run of exactly `length` backticks, or -1."""
        if self._backticks is None:
            self._backticks = {}
            for match in BACKTICKS.finditer(self.text):
                self._backticks.setdefault(len(match[0]), []).append(match.start())
        runs = self._backticks.get(length, [])
        index = bisect.bisect_left(runs, start)
        return runs[index] if index < len(runs) else -1

    def closing_brace(self, opening: int) -> int:
        """Return the offset of the `}` for the `{` at `opening`, or -1."""
        if self._braces is None:
            self._braces = {}
            waiting: list[int] = []
            for match in _BRACES.finditer(self.text):
                if match[0] == "{":
                    waiting.append(match.start())
                elif match[0] == "}" and waiting:
                    self._braces[waiting.pop()] = match.start()
        return self._braces.get(opening, -1)


InlineHandler = Callable[[InlineParser], bool]
