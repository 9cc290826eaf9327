"""Inline structure, by the algorithm of CommonMark's appendix: one pass, two stacks."""

from __future__ import annotations

import bisect
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import MAX_INLINE_DEPTH, TOO_DEEP
from bookbuilder.dialect.core.emphasis import Delimiters, scan_run
from bookbuilder.dialect.core.nodes import Node, build
from bookbuilder.dialect.core.references import ENTITY, ESCAPABLE, decode_entity
from bookbuilder.model.diagnostics import Rule

if TYPE_CHECKING:
    from bookbuilder.dialect.core.engine import Engine
    from bookbuilder.dialect.core.links import Bracket

_ESCAPED = re.compile(ESCAPABLE)
_BACKTICKS = re.compile(r"`+")


class InlineParser:
    """Parses one block's text. Handlers look at `text` from `position` on and move `position`."""

    def __init__(self, md: Engine, text: str, line: int) -> None:
        self.md = md
        self.text = text
        self.line = line
        self.position = 0
        self.root = Node()
        self.delimiters = Delimiters()
        self.brackets: list[Bracket] = []
        self._backticks: dict[int, list[int]] | None = None
        self._absent: dict[str, int] = {}

    def parse_into(self, parent: ElementTree.Element) -> None:
        text, special, handlers = self.text, self.md.special, self.md.inlines
        plain_from = 0
        while match := special.search(text, self.position):
            start = self.position = match.start()
            candidates = handlers.handlers.get(text[start], ())
            if start > plain_from:
                self.add_text(text[plain_from:start])
            used = any(handler(self) for handler in candidates) or any(
                handler(self)
                for pattern, handler in handlers.patterns
                if match[0] != text[start] and re.compile(pattern).match(text, start)
            )
            if not used:
                self.add_text(text[start])
                self.position = start + 1
            plain_from = self.position
        if plain_from < len(text):
            self.add_text(text[plain_from:])
        self.delimiters.resolve(None)
        if not build(parent, self.root):
            message = f"emphasis and links nest more than {MAX_INLINE_DEPTH} deep; the rest is text"
            self.report(TOO_DEEP, message, 0, 0)

    def add_text(self, text: str, *, literal: bool = False) -> Node:
        node = Node(text=text, literal=literal)
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

    def add_raw(self, html: str) -> None:
        line = self.line + self.text.count("\n", 0, self.position)
        self.add_text(self.md.raw(html, line), literal=True)

    def find(self, text: str, start: int) -> int:
        """`str.find` in the text, but told once that there is no more, it does not look again."""
        if start >= self._absent.get(text, len(self.text) + 1):
            return -1
        index = self.text.find(text, start)
        if index < 0:
            self._absent[text] = start
        return index

    def report(self, rule: Rule, message: str, at: int, length: int, hint: str = "") -> None:
        line = self.line + self.text.count("\n", 0, at)
        self.md.problems.add(rule, message, line, self.text[at : at + length], hint)

    def closing_backticks(self, length: int, start: int) -> int:
        """Where the next run of exactly `length` backticks stands; -1 where there is none."""
        if self._backticks is None:
            self._backticks = {}
            for match in _BACKTICKS.finditer(self.text):
                self._backticks.setdefault(len(match[0]), []).append(match.start())
        runs = self._backticks.get(length, [])
        index = bisect.bisect_left(runs, start)
        return runs[index] if index < len(runs) else -1


def handle_newline(parser: InlineParser) -> bool:
    """A line end, hard after two spaces (spec 6.7); blanks around it go."""
    last = parser.root.last
    hard = False
    if last is not None and not last.tag and not last.literal:
        hard = last.text.endswith("  ")
        last.text = last.text.rstrip(" ")
    if hard:
        parser.add_element("br")
    else:
        parser.add_text("\n")
    parser.position += 1
    while parser.text[parser.position : parser.position + 1] in (" ", "\t"):
        parser.position += 1
    return True


def handle_backslash(parser: InlineParser) -> bool:
    following = parser.text[parser.position + 1 : parser.position + 2]
    if following == "\n":
        parser.add_element("br")
        parser.position += 2
        while parser.text[parser.position : parser.position + 1] in (" ", "\t"):
            parser.position += 1
        return True
    if not _ESCAPED.match(following):
        return False
    parser.add_text(following, literal=True)
    parser.position += 2
    return True


def handle_backticks(parser: InlineParser) -> bool:
    match = _BACKTICKS.match(parser.text, parser.position)
    if not match:
        return False
    close = parser.closing_backticks(len(match[0]), match.end())
    if close < 0:
        parser.add_text(match[0])
        parser.position = match.end()
        return True
    content = parser.text[match.end() : close].replace("\n", " ")
    if content.strip(" ") and content[0] == content[-1] == " ":
        content = content[1:-1]
    parser.add_element("code", content)
    parser.position = close + len(match[0])
    return True


def handle_entity(parser: InlineParser) -> bool:
    match = ENTITY.match(parser.text, parser.position)
    if not match:
        return False
    parser.add_text(decode_entity(match[0]), literal=True)
    parser.position = match.end()
    return True


def handle_emphasis(parser: InlineParser) -> bool:
    run = scan_run(parser.text, parser.position)
    node = parser.add_text(parser.text[run.start : run.end])
    parser.position = run.end
    parser.delimiters.push(run, node)
    return True


class InlineExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        inlines = md.inlines
        inlines.register("\n", handle_newline)
        inlines.register("\\", handle_backslash)
        inlines.register("`", handle_backticks)
        inlines.register("&", handle_entity)
        inlines.register("*_", handle_emphasis)
