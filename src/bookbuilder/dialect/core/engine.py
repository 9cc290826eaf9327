"""Python-Markdown set up for one chapter: its parser replaced by ours, and what parsers share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from xml.etree import ElementTree

import markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.util import ETX, STX, Registry

from bookbuilder.dialect.core.inline import InlineParser
from bookbuilder.dialect.core.lines import LineParser
from bookbuilder.dialect.core.references import Reference
from bookbuilder.model.diagnostics import Report, Rule
from bookbuilder.model.source import Source

InlineHandler = Callable[[InlineParser], bool]


@dataclass(slots=True)
class Problems:
    """Where the parsers report to. Lines are lines of `source`."""

    source: Source
    report: Report

    def add(self, rule: Rule, message: str, line: int, text: str = "", hint: str = "") -> None:
        """Report at the first `text` in `line`, or at the whole line where it is not there."""
        span = self.source.span_of_line(line)
        text = text.split("\n", 1)[0]
        if text and text in span.excerpt:
            offset = span.excerpt.index(text)
            span = replace(span, column=offset + 1, length=len(text))
        self.report.add(rule, message, span, hint)


@dataclass(slots=True)
class Inlines:
    """What the inline parser tries, by the character that it stands on; `patterns` start anywhere.

    A handler that returns False has left the parser where it was. Later handlers go first.
    """

    handlers: dict[str, list[InlineHandler]] = field(default_factory=dict)
    patterns: list[tuple[str, InlineHandler]] = field(default_factory=list)

    def register(self, characters: str, handler: InlineHandler) -> None:
        for character in characters:
            self.handlers.setdefault(character, []).insert(0, handler)

    def compile(self) -> re.Pattern[str]:
        """A pattern that finds the next place where a handler may have something to do."""
        special = "".join(re.escape(character) for character in self.handlers)
        return re.compile("|".join([f"[{special}]", *(p for p, _ in self.patterns)]))


class Engine(markdown.Markdown):
    """One conversion. Nothing in it outlives the chapter that it was made for."""

    parser: LineParser

    def __init__(
        self, extensions: Sequence[type[Extension]], source: Source, first_line: int, report: Report
    ) -> None:
        self.problems = Problems(source, report)
        self.first_line = first_line
        self.definitions: dict[str, Reference] = {}
        self.inlines = Inlines()
        self.raw_html: list[tuple[int, str]] = []
        super().__init__(extensions=[extension() for extension in extensions])
        self.special = self.inlines.compile()

    def build_parser(self) -> Engine:
        self.preprocessors = Registry()
        self.parser = LineParser(self)
        self.inlinePatterns = Registry()
        self.treeprocessors = Registry()
        self.postprocessors = Registry()
        self.postprocessors.register(_RestoreRaw(self), "raw_html", 30)
        return self

    def set_output_format(self, format: str) -> Engine:
        """Python-Markdown's own serialiser does not escape what looks like an entity."""
        self.serializer = _serialise
        return self

    def raw(self, html: str, line: int = 0) -> str:
        """A stand-in for `html` in a tree's text. `line` is where an author wrote it."""
        if line:
            self.raw_html.append((line, html))
        return self.htmlStash.store(html)

    def inline(self, parent: ElementTree.Element, text: str, line: int) -> None:
        """Append `text`, which starts in `line`, to `parent` as inline Markdown."""
        InlineParser(self, text, line).parse_into(parent)


def _serialise(root: ElementTree.Element) -> str:
    return ElementTree.tostring(root, encoding="unicode", method="html")


class _RestoreRaw(Postprocessor):
    def run(self, text: str) -> str:
        blocks = self.md.htmlStash.rawHtmlBlocks
        return re.sub(f"{STX}wzxhzdk:(\\d+){ETX}", lambda m: str(blocks[int(m[1])]), text)
