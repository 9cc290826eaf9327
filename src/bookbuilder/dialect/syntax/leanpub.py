"""Read Leanpub's and Markua's blocks: `A> text`, `{aside}…{/aside}`, `-# Part`, and other marks.

The attributes that stand above code, pictures and tables are read in `leanpub_attributes.py`.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import (
    Block,
    BlockState,
    Container,
    Continue,
    OpenContainer,
    Started,
)
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion, InlineParser
from bookbuilder.dialect.core.page_breaks import PageBreak
from bookbuilder.dialect.core.paragraph import Heading, Paragraph
from bookbuilder.dialect.core.starts import LETTER
from bookbuilder.dialect.syntax.callouts import Callout, meant_kind
from bookbuilder.dialect.syntax.formulas import add_formula
from bookbuilder.dialect.syntax.leanpub_attributes import read_pairs
from bookbuilder.text.patterns import rare_pattern

_KINDS = {
    "A": "", "B": "", "G": "",
    "D": "discussion", "E": "error", "I": "info", "Q": "question", "T": "tip", "W": "warning",
    "X": "exercise",
}  # fmt: skip
"""The letters of blocks, and the callout that each is; an aside is a callout without a title."""
_MARK = re.compile(r"([ABCDEGIQTWX])>(?:[ \t]|$)")
_FENCED = rare_pattern(
    r"\{(aside|blurb|quiz|exercise)(?:[ \t]*[,:][ \t]*([^{}\n]*)|[ \t]+[^{}\n]*)?\}[ \t]*$"
)
_LONE = rare_pattern(
    r"\{(?:(pagebreak)|(mainmatter|frontmatter|backmatter)"
    r"|(?:(?:sample|book)[ \t]*[:=][ \t]*[\"']?(?:true|false)[\"']?[ \t,]{0,9}){1,2})\}[ \t]*$"
)
_PART = re.compile(r"-#[ \t]+(\S.*?)[ \t#]*$")
_COMMENT = re.compile(r"%%[ \t]+\S")
_INDEX = rare_pattern(r"\{i:[ \t]*(?:\"([^\"\n{}]{1,200})\"|([^\"\n{}]{1,200}))\}")
_TEX_BLOCK = rare_pattern(r"\{\$\$\}(.{1,2000}?)\{/\$\$\}", re.DOTALL)


class Titled(Callout):
    """Hold a callout whose first heading is its title. An aside without one has no title."""

    def finish(self, state: BlockState) -> None:
        super().finish(state)
        first = self.children[0] if self.children else None
        if isinstance(first, Heading) and first.parts()[0] and not self.title:
            self.title, attributes = first.parts()
            self.attributes = f"{attributes} {self.attributes}".strip()
            del self.children[0]


class MarkedBlock(Titled):
    """Hold lines that all start with the same letter, such as `W> text`."""

    def __init__(self, letter: str, kind: str) -> None:
        super().__init__(kind or "note", None if kind else "", "" if kind else "aside")
        self.letter = letter

    def continues(self, state: BlockState) -> Continue:
        return Continue.YES if _skip_mark(state, self.letter) else Continue.NO


class Centred(Container):
    """Hold the lines of `C> text`."""

    hides_blank_lines = True
    letter = "C"

    def continues(self, state: BlockState) -> Continue:
        return Continue.YES if _skip_mark(state, self.letter) else Continue.NO

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        style = {"class": "centred", "style": "text-align: center"}
        division = ElementTree.SubElement(parent, "div", style)
        division.text = division.tail = "\n"
        self.render_children(conversion, division)


def _skip_mark(state: BlockState, letter: str) -> bool:
    line = state.line
    match = None if line.indented else _MARK.match(line.rest)
    if not match or match[1] != letter:
        return False
    line.skip_indent()
    line.advance_characters(2)
    if line.text[line.offset : line.offset + 1] in (" ", "\t"):
        line.advance(1)
    return True


def start_marked(state: BlockState, container: Block) -> Started:
    match = None if state.line.indented else _MARK.match(state.line.rest)
    if not match or isinstance(container, Paragraph) or isinstance(state.tip, Paragraph):
        return Started.NOTHING
    letter = match[1]
    attributes = read_pairs(state.pending_attributes)
    state.close_unmatched()
    _skip_mark(state, letter)
    if letter == "C":
        state.add(Centred())
        return Started.CONTAINER
    said = attributes.get("class", "") or attributes.get("icon", "")
    title = attributes.get("title") or None
    state.pending_attributes = " ".join(
        word for word in state.pending_attributes.split() if word.startswith("#")
    )
    block = MarkedBlock(letter, _KINDS[letter] or meant_kind(said))
    block.title = title or block.title
    state.add(block)
    return Started.CONTAINER


class BracedBlock(OpenContainer, Titled):
    """Hold what stands between `{aside}` and `{/aside}`."""

    def __init__(self, name: str, attributes: str) -> None:
        OpenContainer.__init__(self)
        self.name = name
        pairs = read_pairs(attributes)
        self.kind = meant_kind(pairs.get("class", "")) or meant_kind(pairs.get("icon", ""))
        self.kind = self.kind or ("exercise" if name in ("quiz", "exercise") else "")
        self.title: str | None = pairs.get("title") or (None if self.kind else "")
        self.classes = "" if self.kind else "aside"
        self.kind = self.kind or "note"

    def continues(self, state: BlockState) -> Continue:
        is_end = state.line.rest.rstrip() == f"{{/{self.name}}}"
        return Continue.CLOSED_BY_IT if is_end else Continue.YES

    def finish(self, state: BlockState) -> None:
        super().finish(state)
        if self.name == "quiz":
            kind, hint = "a quiz of Leanpub", "its questions stay, and nothing counts the answers"
            state.problems.left_out("{quiz}", self.line, kind, hint)


def start_braced(state: BlockState, container: Block) -> Started:
    rest = state.line.rest
    if state.line.indented or not rest.startswith("{"):
        return Started.NOTHING
    if match := _LONE.match(rest):
        state.close_unmatched()
        if isinstance(state.tip, Paragraph):
            state.close(state.tip)
        if match[1]:
            state.close(state.add(PageBreak()))
        else:
            kind = "a mark of Leanpub"
            hint = "list the chapters in book.toml, with `front` and `back`" if match[2] else ""
            state.problems.left_out(match[0].strip(), state.number, kind, hint)
        return Started.LEAF
    match = _FENCED.match(rest)
    if match and state.comes_later(f"{{/{match[1]}}}"):
        state.close_unmatched()
        state.add(BracedBlock(match[1], match[2] or ""))
        return Started.LEAF
    return Started.NOTHING


def start_part(state: BlockState, container: Block) -> Started:
    match = _PART.match(state.line.rest) if state.line.first == "-" else None
    if not match or state.line.indented:
        return Started.NOTHING
    state.close_unmatched()
    state.close(state.add(Heading(1, match[1])))
    return Started.LEAF


def start_comment_line(state: BlockState, container: Block) -> Started:
    """Skip a line `%% comment`; a comment of Obsidian goes on to the next `%%`."""
    rest = state.line.rest
    if state.line.indented or not _COMMENT.match(rest) or "%%" in rest[2:]:
        return Started.NOTHING
    if state.comes_later("%%"):
        following = next(line for line in state.lines[state.index + 1 :] if "%%" in line)
        if not _COMMENT.match(following):
            return Started.NOTHING
    state.close_unmatched()
    return Started.LEAF


def _has_entries(parser: InlineParser) -> bool:
    """Return whether the chapter has entries in quotes; without, `{i: n}` may be a program's."""
    return '{i: "' in parser.conversion.problems.source.text


def handle_index(parser: InlineParser) -> bool:
    """Read `{i: "term"}`, an entry of the index, and `{$$}…{/$$}`, a formula."""
    match = _INDEX.match(parser.text, parser.position)
    if match and (match[1] or _has_entries(parser)):
        entry = (match[1] or match[2]).strip()
        parser.add_element("span", **{"class": "index", "entry": entry})
    elif match := _TEX_BLOCK.match(parser.text, parser.position):
        add_formula(parser, match[1].strip())
    else:
        return False
    parser.position = match.end()
    return True


class LeanpubExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        starts = md.parser.starts
        starts.register(start_comment_line, 100, "%")
        starts.register(start_braced, 98.5, "{")
        starts.register(start_marked, 84, LETTER)
        starts.register(start_part, 81, "-")
        md.conversion.inlines.register("{", handle_index)
