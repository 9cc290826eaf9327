"""Read footnotes: `[^label]` with its definition, and `^[notes written in place]`."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from msgspec import Struct, field

from bookbuilder.dialect.core.blocks import (
    Block,
    BlockState,
    Container,
    Continue,
    Started,
    continue_indented,
)
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion, InlineParser
from bookbuilder.dialect.core.links import open_bracket
from bookbuilder.dialect.core.nodes import Node, build
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.core.references import normalise_label
from bookbuilder.model.diagnostics import Rule, Severity

UNDEFINED_NOTE = Rule(
    "M001",
    "undefined-footnote",
    Severity.WARNING,
    "A reference `[^label]` needs a line `[^label]: The note.` in the same chapter. Without one,"
    " the reference is printed as typed.",
)
UNUSED_NOTE = Rule(
    "M002",
    "unused-footnote",
    Severity.WARNING,
    "A footnote without a reference `[^label]` in the text does not appear in the book.",
)
_UNUSED_HINT = "refer to it in the text, or delete it"
DUPLICATE_NOTE = Rule(
    "M003",
    "duplicate-footnote",
    Severity.WARNING,
    "Two footnotes in one chapter have the same label. The first one is used.",
)

_DEFINITION = re.compile(r"\[\^([^\]\s][^\]\n]*)\]:[ \t]*")
_LINK_DEFINITION = re.compile(r"\[[^\]^\n][^\]\n]*\]:[ \t]+\S")
_REFERENCE = re.compile(r"\[\^([^\]\s][^\]\n]*)\]")


class Note(Struct, eq=False):
    """Hold a footnote: a block if it has a definition, a node if it was written in place."""

    label: str
    content: FootnoteDefinition | Node
    references: int = 0


class Notes(Struct):
    """Hold the chapter's footnotes by label, and those with references in order of reference."""

    defined: dict[str, Note] = field(default_factory=dict)
    used: list[Note] = field(default_factory=list)

    def refer(self, note: Note) -> Node:
        """Return a reference to `note`, in the form of Python-Markdown's footnotes extension."""
        note.references += 1
        if note.references == 1:
            self.used.append(note)
            self._numbers[id(note)] = len(self.used)
        label = _id(note.label)
        count = "" if note.references == 1 else str(note.references)
        sup, link = Node("sup"), Node("a")
        sup.attributes = {"id": f"fnref{count}:{label}"}
        link.attributes = {"class": "footnote-ref", "href": f"#fn:{label}"}
        link.append(Node(text=str(self._numbers[id(note)])))
        sup.append(link)
        return sup

    _numbers: dict[int, int] = field(default_factory=dict)


def _id(label: str) -> str:
    return "-".join(label.split())


INLINE = "inline-"
"""The labels of notes that are written in their place begin so."""


class FootnoteDefinition(Container):
    hides_blank_lines = True

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label

    def continues(self, state: BlockState) -> Continue:
        return continue_indented(state.line)

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        """Render nothing here: the notes come after the text."""


class FootnoteExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        self.notes = Notes()
        md.parser.starts.register(self.start_definition, 85, "[")
        md.parser.starts.register(end_note_before_link_definition, 84, "[")
        md.conversion.inlines.register("[", self.handle_reference)
        md.conversion.inlines.register("^", handle_inline_note)
        md.conversion.inlines.register("]", self.handle_inline_note_end)
        md.treeprocessors.register(_AppendNotes(md, self.notes), "footnotes", 50)

    def start_definition(self, state: BlockState, container: Block) -> Started:
        line = state.line
        match = None if line.indented else _DEFINITION.match(line.rest)
        if not match:
            return Started.NOTHING
        state.close_unmatched()
        label = match[1].strip()
        definition = FootnoteDefinition(label)
        line.skip_indent()
        line.advance_characters(match.end())
        state.add(definition)
        key = normalise_label(label)
        if key in self.notes.defined:
            message = f"the footnote `[^{label}]` is defined a second time"
            text = match[0].rstrip()
            problems = state.problems
            problems.add(DUPLICATE_NOTE, message, state.number, text, "rename one of them")
        else:
            self.notes.defined[key] = Note(label, definition)
        return Started.CONTAINER

    def handle_reference(self, parser: InlineParser) -> bool:
        match = _REFERENCE.match(parser.text, parser.position)
        if not match:
            return False
        note = self.notes.defined.get(normalise_label(match[1]))
        if note is None:
            message = f"the footnote `{match[0]}` is not defined in this chapter"
            hint = f"write `[^{match[1][:80]}]: …` on a line of its own"
            parser.report(UNDEFINED_NOTE, message, match.start(), len(match[0]), hint)
            parser.add_text(match[0], literal=True)
        else:
            parser.root.append(self.notes.refer(note))
        parser.position = match.end()
        return True

    def handle_inline_note_end(self, parser: InlineParser) -> bool:
        if not parser.brackets or parser.brackets[-1].kind != "^[":
            return False
        opener = parser.brackets.pop()
        parser.delimiters.resolve(opener.delimiter)
        content = Node("p")
        content.take(opener.node, None)
        opener.node.unlink()
        label = f"{INLINE}{sum(isinstance(n.content, Node) for n in self.notes.used) + 1}"
        parser.root.append(self.notes.refer(Note(label, content)))
        parser.position += 1
        return True


def end_note_before_link_definition(state: BlockState, container: Block) -> Started:
    """End a note at a link definition, which is not a lazy line of the note's last paragraph."""
    if state.line.indented or not _LINK_DEFINITION.match(state.line.rest):
        return Started.NOTHING
    block = state.tip if isinstance(state.tip, Paragraph) else None
    if block and block is not container and isinstance(block.parent, FootnoteDefinition):
        state.close_unmatched()
    return Started.NOTHING


def handle_inline_note(parser: InlineParser) -> bool:
    if not parser.text.startswith("^[", parser.position):
        return False
    open_bracket(parser, "^[")
    return True


class _AppendNotes(Treeprocessor):
    """Append the notes that have references, as Python-Markdown's own extension does."""

    def __init__(self, md: Engine, notes: Notes) -> None:
        super().__init__(md)
        self.conversion = md.conversion
        self.notes = notes

    def run(self, root: ElementTree.Element) -> None:
        if self.notes.used:
            division = ElementTree.SubElement(root, "div", {"class": "footnote"})
            ElementTree.SubElement(division, "hr")
            items = ElementTree.SubElement(division, "ol")
            # Notes may refer to further notes, so this list grows while it is read.
            rendered = [(note, self._render(items, note)) for note in self.notes.used]
            for note, item in rendered:
                _add_backlinks(item, note)
        for note in self.notes.defined.values():
            if not note.references and isinstance(note.content, FootnoteDefinition):
                message = f"nothing refers to the footnote `[^{note.label}]`"
                line = note.content.line
                self.conversion.problems.add(
                    UNUSED_NOTE, message, line, f"[^{note.label}]", _UNUSED_HINT
                )

    def _render(self, items: ElementTree.Element, note: Note) -> ElementTree.Element:
        item = ElementTree.SubElement(items, "li", {"id": f"fn:{_id(note.label)}"})
        item.tail = "\n"
        if isinstance(note.content, Node):
            build(ElementTree.SubElement(item, "p"), note.content)
        else:
            note.content.render_children(self.conversion, item)
        return item


def _add_backlinks(item: ElementTree.Element, note: Note) -> None:
    last = item[-1] if len(item) and item[-1].tag == "p" else ElementTree.SubElement(item, "p")
    for count in range(1, note.references + 1):
        number = "" if count == 1 else str(count)
        link = ElementTree.SubElement(last, "a", {"class": "footnote-backref"})
        link.set("href", f"#fnref{number}:{_id(note.label)}")
        link.text = "↩"
        before = last[-2] if len(last) > 1 else None
        if before is None:
            last.text = (last.text or "") + "\xa0"
        else:
            before.tail = (before.tail or "") + "\xa0"
