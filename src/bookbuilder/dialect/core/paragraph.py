"""Hold paragraphs and headings, and take the link definitions off a paragraph's start."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from bookbuilder.dialect.core.attributes import (
    ATTRIBUTES,
    apply_attributes,
    trailing_attributes,
    with_dash_named,
)
from bookbuilder.dialect.core.blocks import BlockState, Text
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.link_options import settle_heading
from bookbuilder.dialect.core.references import take_definitions
from bookbuilder.model.diagnostics import Rule, Severity


class Paragraph(Text):
    """Hold lines of text. A `tight` one, in a list without blank lines, gets no `<p>`."""

    tight = False

    def take_definitions(self, state: BlockState) -> None:
        """Move the link definitions at its start to the chapter's table."""
        if self.lines and self.lines[0].startswith("["):
            taken = take_definitions(state.conversion.definitions, self.lines)
            self.line += taken
            self.lines = self.lines[taken:]

    def finish(self, state: BlockState) -> None:
        self.take_definitions(state)
        if not self.lines and self.parent is not None:
            self.parent.children.remove(self)

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        text, attributes = trailing_attributes("\n".join(self.lines).rstrip())
        if self.tight:
            if len(parent) and (parent[-1].tail or "").strip() == "":
                parent[-1].tail = "\n"
            conversion.inline(parent, text, self.line)
            apply_attributes(parent, attributes)
            return
        paragraph = ElementTree.SubElement(parent, "p")
        paragraph.tail = "\n"
        conversion.inline(paragraph, text, self.line)
        apply_attributes(paragraph, self.attributes)
        if attributes:
            alone = len(paragraph) == 1 and not paragraph.text and not paragraph[0].tail
            apply_attributes(paragraph[0] if alone else paragraph, attributes)
        if not len(paragraph) and not (paragraph.text or "").strip():
            parent.remove(paragraph)


EMPTY_HEADING = Rule(
    "M031",
    "empty-heading",
    Severity.WARNING,
    "A heading without text would be an empty line in the contents, and a silence to those who"
    " listen. It is left out. Write its text, or `***` for a break.",
)
# VitePress' authors put a badge behind the id: `## Title {#id} <Badge text="new" />`.
_BEFORE_TAG = re.compile(r"(?<=[ \t])(\{#[\w:.-]{1,100}\})[ \t]+(<[A-Za-z][^{}]{0,300}>)$")
_CLOSING_HASHES = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
_MDX_ID = re.compile(r"\{/\*[ ]*#?([\w.-]+)[ ]*\*/\}$")


class Heading(Text):
    """Hold a heading of either kind, which is complete when it starts."""

    accepts_lines = False

    def __init__(self, level: int, text: str) -> None:
        super().__init__()
        self.level = level
        self.text = text

    def parts(self) -> tuple[str, str]:
        """Return its inline Markdown, and the inside of the braces after it."""
        text = settle_heading(_MDX_ID.sub(r"{#\1}", self.text.strip()))
        text = _BEFORE_TAG.sub(r"\2 \1", text)
        text = with_dash_named(text)
        text, attributes = trailing_attributes(text, glued=True)
        if not attributes:
            text = with_dash_named(_CLOSING_HASHES.sub("", text))
            text, attributes = trailing_attributes(text, glued=True)
        text = _CLOSING_HASHES.sub("", text).strip()
        if alone := ATTRIBUTES.fullmatch(text):
            return "", alone[1]
        return text, attributes

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        text, attributes = self.parts()
        heading = ElementTree.SubElement(parent, f"h{self.level}")
        heading.tail = "\n"
        conversion.inline(heading, text, self.line)
        if not text:
            hint = "write its text, or delete the line"
            conversion.problems.add(
                EMPTY_HEADING, "a heading without text is left out", self.line, hint=hint
            )
        apply_attributes(heading, self.attributes)
        apply_attributes(heading, attributes)
