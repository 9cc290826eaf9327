"""Read verse: between `::: verse` and `:::`, or in `<div class="verse">`, each line is a line.

Blanks at a line's start are kept, as no-break spaces. `passes.verse` makes lines and indents of
all this.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import apply_attributes, trailing_attributes
from bookbuilder.dialect.core.blocks import Block, BlockState, Started, Text
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.html_tags import BLOCK_STARTS
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.raw_html import MarkdownInHtml, clean
from bookbuilder.dialect.syntax.div_blocks import Div
from bookbuilder.dialect.syntax.div_openings import Opening
from bookbuilder.text.patterns import rare_pattern

VERSE_NAMES = frozenset({"verse", "poem", "poetry"})
NBSP = "\N{NO-BREAK SPACE}"
# What is not a line of verse: headings, quotes, fences, breaks, notes, attributes, comments.
_OTHER_BLOCK = rare_pattern(
    r"#{1,6}(?:[ \t]|$)|>|`{3}|~{3}|:{3}|(?:[-*_][ \t]*){3,}$|\[[^\]\n]{1,200}\]:"
    r"|\{[^}]*\}[ \t]*$|%%|\|[ \t]|\\[a-z]+|<!--"
)
_BLOCK_TAG = rare_pattern(r"</?([A-Za-z][A-Za-z0-9]*)(?=[\s/>])")
_VERSE_TAG = rare_pattern(
    r"""<(div|section|blockquote)((?:\s+[A-Za-z-]+="[^"]*")*)\s*>[ \t]*$""", re.IGNORECASE
)
_VERSE_CLASS = rare_pattern(r"""\sclass="(?:[^"]*\s)?verse(?:\s[^"]*)?\"""", re.IGNORECASE)


class Stanza(Text):
    """Hold lines of verse up to a blank line."""

    def add_line(self, state: BlockState) -> None:
        state.line.find()
        indent = NBSP * state.line.indent
        state.line.skip_indent()
        self.lines.append(indent + state.line.remainder())

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        text, attributes = trailing_attributes("\n".join(self.lines).rstrip(" \t"))
        render_stanza(conversion, parent, text, self.line)
        apply_attributes(parent[-1], f"{attributes} {self.attributes}".strip())


def render_stanza(
    conversion: Conversion, parent: ElementTree.Element, text: str, line: int
) -> None:
    """Append one stanza. A backslash may end its last line too."""
    if text.endswith("\\") and not text.endswith("\\\\"):
        text = text[:-1]
    paragraph = ElementTree.SubElement(parent, "p")
    paragraph.tail = "\n"
    conversion.inline(paragraph, text, line)


class VerseDiv(Div):
    """Hold the stanzas of `::: verse`."""

    text_type = Stanza

    def __init__(self, opening: Opening) -> None:
        super().__init__(opening, opening.title or opening.pairs.get("title", ""))
        opening.classes = ["verse", *(c for c in opening.classes if c not in VERSE_NAMES)]


class VerseInHtml(MarkdownInHtml):
    """Hold the stanzas of `<div class="verse">`."""

    text_type = Stanza


def start_verse_in_html(state: BlockState, container: Block) -> Started:
    line = state.line
    match = None if line.indented or line.first != "<" else _VERSE_TAG.match(line.rest)
    if not match or not _VERSE_CLASS.search(match[2]):
        return Started.NOTHING
    name = match[1]
    if not state.comes_later(f"</{name}>"):
        return Started.NOTHING
    state.close_unmatched()
    state.add(VerseInHtml(name, clean(match[0].rstrip())))
    return Started.LEAF


def start_verse_line(state: BlockState, container: Block) -> Started:
    """Take a line of verse that would be code, a list or the like elsewhere."""
    line = state.line
    is_verse = container.text_type is Stanza or isinstance(container, Stanza)
    if not is_verse or (not line.indented and _is_other_block(line.rest)):
        return Started.NOTHING
    state.close_unmatched()
    stanza = container if isinstance(container, Stanza) else state.add(Stanza())
    stanza.add_line(state)
    return Started.LEAF


def _is_other_block(text: str) -> bool:
    if _OTHER_BLOCK.match(text):
        return True
    tag = _BLOCK_TAG.match(text)
    return bool(tag and tag[1].lower() in BLOCK_STARTS)


class VerseExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        starts = md.parser.starts
        starts.register(start_verse_line, 97)
        starts.register(start_verse_in_html, 66, "<")
