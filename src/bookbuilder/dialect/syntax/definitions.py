"""Read definition lists and abbreviations of Markdown Extra."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension
from markdown.extensions.abbr import AbbrTreeprocessor

from bookbuilder.dialect.core.attributes import apply_attributes, trailing_attributes
from bookbuilder.dialect.core.blocks import Block, BlockState, Container, Continue, Started
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.line import CODE_INDENT
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.syntax.tables import table_follows

_ABBREVIATION = re.compile(r"\*\[([^\]\\\n]+)\][ ]?:[ \t]*(.*?)[ \t]*$")


class DefinitionList(Container):
    """Hold terms and definitions in turn."""

    def continues(self, state: BlockState) -> Continue:
        return Continue.YES

    def can_hold(self, child: Block) -> bool:
        return isinstance(child, Term | Definition)

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        element = ElementTree.SubElement(parent, "dl")
        element.text = element.tail = "\n"
        apply_attributes(element, self.attributes)
        self.render_children(conversion, element)


class Term(Block):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        term = ElementTree.SubElement(parent, "dt")
        term.tail = "\n"
        text, attributes = trailing_attributes(self.text.strip())
        conversion.inline(term, text, self.line)
        apply_attributes(term, attributes)


class Definition(Container):
    """Hold the text after `:`. A blank line before it or in it makes paragraphs."""

    def __init__(self, offset: int, *, loose: bool) -> None:
        super().__init__()
        self.offset = offset
        self.loose = loose

    def continues(self, state: BlockState) -> Continue:
        line = state.line
        if line.blank:
            return Continue.YES
        if line.indent < self.offset:
            return Continue.NO
        line.advance(self.offset)
        return Continue.YES

    def finish(self, state: BlockState) -> None:
        paragraphs = [child for child in self.children if isinstance(child, Paragraph)]
        if not self.loose and len(paragraphs) == 1:
            paragraphs[0].tight = True

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        definition = ElementTree.SubElement(parent, "dd")
        definition.tail = "\n"
        self.render_children(conversion, definition)


def _is_pandocs(indent: int, container: Block) -> bool:
    """Return whether `~` begins a definition, as in pandoc: indented, below a term or another."""
    if isinstance(container, DefinitionList):
        return True
    term = container if isinstance(container, Paragraph) else container.last_child
    is_term = isinstance(term, Paragraph) and len(term.lines) == 1
    return is_term and indent > 0


def start_definition(state: BlockState, container: Block) -> Started:
    line = state.line
    if line.indented or line.first not in ":~" or line.rest[1:2] not in (" ", "\t"):
        return Started.NOTHING
    if line.first == "~" and not _is_pandocs(line.indent, container):
        return Started.NOTHING
    holder = container.parent if isinstance(container, Paragraph) else container
    before = holder.last_child if holder is not None else None
    if isinstance(container, DefinitionList):
        holder, before = container.parent, container
    if holder is None or not _takes_definition(before):
        return Started.NOTHING
    if isinstance(before, Paragraph) and before.ends_blank and table_follows(state):
        return Started.NOTHING
    loose = before is not None and before.ends_blank
    state.close_unmatched()
    if isinstance(before, Paragraph):
        if before.open:
            state.close(before)
        if holder.last_child is not before:
            return Started.NOTHING
        _make_terms(state, holder, before)
    elif isinstance(before, DefinitionList):
        loose = loose or bool(before.last_child and before.last_child.ends_blank)
        _reopen(state, before)
    indent = line.indent
    line.skip_indent()
    line.advance_characters(1)
    line.find()
    padding = min(line.indent, CODE_INDENT - 1)
    line.advance(padding)
    state.add(Definition(max(2, min(CODE_INDENT, indent + 1 + padding)), loose=loose))
    return Started.CONTAINER


def _takes_definition(block: Block | None) -> bool:
    if isinstance(block, DefinitionList):
        return True
    return isinstance(block, Paragraph) and bool(block.lines) and not block.lines[0].startswith("|")


def _reopen(state: BlockState, block: Block) -> None:
    block.open = True
    state.tip = block


def _make_terms(state: BlockState, holder: Block, paragraph: Paragraph) -> None:
    """Turn the lines of `paragraph` into terms, in the list before it if there is one."""
    holder.children.pop()
    before = holder.last_child
    if isinstance(before, DefinitionList):
        _reopen(state, before)
    else:
        state.tip = holder
        state.add(DefinitionList()).line = paragraph.line
    for number, text in enumerate(paragraph.lines, paragraph.line):
        term = state.add(Term(text))
        state.close(term)
        term.line = number


class DefinitionExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_definition, 35, ":~")


class AbbreviationExtension(Extension):
    """Collect `*[HTML]: HyperText Markup Language`; Python-Markdown marks the uses."""

    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        self.abbreviations: dict[str, str] = {}
        md.parser.starts.register(self.start_abbreviation, 86, "*")
        md.treeprocessors.register(AbbrTreeprocessor(md, self.abbreviations), "abbr", 7)

    def start_abbreviation(self, state: BlockState, container: Block) -> Started:
        match = None if state.line.indented else _ABBREVIATION.match(state.line.rest)
        if not match or not match[2]:
            return Started.NOTHING
        state.close_unmatched()
        if isinstance(state.tip, Paragraph):
            state.close(state.tip)
        self.abbreviations[match[1].strip()] = match[2]
        return Started.LEAF
