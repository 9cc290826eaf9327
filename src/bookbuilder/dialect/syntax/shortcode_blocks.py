"""Hold what shortcodes enclose: callouts, parts with a label, details, quotations, listings."""

from __future__ import annotations

from xml.etree import ElementTree

from bookbuilder.dialect.core.blocks import Block, BlockState, Continue, Started
from bookbuilder.dialect.core.code import code_block
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.labelled import labelled_part, with_title
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.core.raw_html import append_raw
from bookbuilder.dialect.core.shortcodes import Shortcode
from bookbuilder.dialect.core.tag_blocks import LiteralBlock, TagBlock
from bookbuilder.dialect.core.templates import TemplateTag
from bookbuilder.dialect.syntax.callouts import meant_kind
from bookbuilder.dialect.syntax.diagrams import Said, append_diagram, kind_of
from bookbuilder.dialect.syntax.gitbook import Arrangement, Part, TagCallout
from bookbuilder.text.patterns import rare_pattern

_LABELS = ("title", "name", "header", "label", "summary", "tabName", "date", "caption")
_TEXTS = ("text", "content", "description", "subtitle")
OWN_TEXTS = (
    "text", "caption", "label", "title", "content", "header", "heading", "summary", "description",
    "subtitle",
)  # fmt: skip
"""The values that a shortcode shows as text, whatever it is."""
_STATES = frozenset({"true", "false", "open", "closed", "close"})
_LISTINGS = frozenset({"highlight", "codeblock", "code", "code-toggle"})
_OPTION = rare_pattern(r"(\w{1,40})[ \t]*=[ \t]*(\[[^\[\]]*\]|[^,\[\]]*)")
_COLUMN_MARK = rare_pattern(r"<-{3,}>[ \t]*$")


def said_words(tag: TemplateTag) -> list[str]:
    """Return the words in a shortcode that are no switches, such as `open`."""
    return [word for word in tag.words if word.lower() not in _STATES]


def has_text(tag: TemplateTag) -> bool:
    """Return whether the shortcode itself holds what it shows."""
    return bool(tag.value(*_TEXTS))


def append_line(conversion: Conversion, parent: ElementTree.Element, text: str, line: int) -> None:
    paragraph = Paragraph()
    paragraph.lines = text.split("\n")
    paragraph.line = line
    paragraph.render(conversion, parent)


class ShortcodeCallout(TagCallout):
    """Hold a hint. Its first heading is its title, unless the shortcode gives one."""

    def __init__(self, tag: TemplateTag, *, has_end: bool = True) -> None:
        super().__init__(tag, has_end=has_end)
        words = said_words(tag)
        said = tag.value("style", "type", "kind", "level", "color", "class", "variant", "context")
        self.kind = meant_kind(said) or meant_kind(words[0] if words else "")
        if self.kind and not said:
            words = words[1:]
        elif not self.kind:
            self.kind = meant_kind(tag.plain_name) or "note"
            # Some themes name a picture here: `{{< alert "circle-info" >}}`.
            words = [w for w in words if " " in w or w[:1].isupper()]
        title = tag.value("title", "header", "heading", "summary")
        self.title = title or (words[0] if words else "") or None

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        super().render(conversion, parent)
        if (text := self.tag.value(*_TEXTS)) and not self.children:
            append_line(conversion, parent[-1], text, self.line)


class ShortcodePart(Part):
    """Hold a tab, a card, or another part with a label."""

    given = ""

    def label(self) -> str:
        words = said_words(self.tag)
        label = self.tag.value(*_LABELS) or (words[0] if words else "") or self.given
        address = self.tag.value("link", "href", "url")
        return f"[{label}](<{address}>)" if address and label else label or address

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        division = labelled_part(conversion, parent, self.label(), self.line)
        for name in _TEXTS:
            if text := self.tag.value(name):
                append_line(conversion, division, text, self.line)
        self.render_children(conversion, division)


class UnknownPart(Part):
    """Hold what stands between a shortcode that nobody knows and its end."""

    def label(self) -> str:
        return self.tag.value(*OWN_TEXTS)

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        problems, hint = conversion.problems, self.tag.hint or "what stands in it stays"
        problems.left_out(self.tag.shown, self.line, self.tag.named_kind, hint)
        super().render(conversion, parent)


class Frame(Arrangement):
    """Hold parts, whose labels the shortcode may list: `{{< tabs items="One,Two" >}}`."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        listed = [label.strip() for label in self.tag.value("items").split(",")]
        parts = [child for child in self.children if isinstance(child, ShortcodePart)]
        for part, label in zip(parts, listed, strict=False):
            part.given = label
        super().render(conversion, parent)


class Details(Part):
    """Hold what folds away on a screen."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        words = said_words(self.tag)
        append_raw(conversion, parent, "<details>")
        if label := self.tag.value(*_LABELS) or (words[0] if words else ""):
            append_raw(conversion, parent, "<summary>")
            conversion.inline(parent, label, self.line)
            append_raw(conversion, parent, "</summary>")
        self.render_children(conversion, parent)
        append_raw(conversion, parent, "</details>")


class Quotation(TagBlock):
    """Hold a quotation, with its source below it."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        quote = ElementTree.SubElement(parent, "blockquote")
        quote.text = quote.tail = "\n"
        self.render_children(conversion, quote)
        words = ", ".join(word.strip(",") for word in self.tag.words)
        author = self.tag.value("author", "by", "cite", "caption") or words
        source = self.tag.value("source", "title", "link", "url")
        if said := ", ".join(filter(None, (author, source))):
            append_line(conversion, quote, f"— {said}", self.line)


class ShortcodeListing(LiteralBlock):
    """Hold code, or with another name a drawing or a formula that a program would make."""

    def __init__(self, tag: Shortcode, indent: int) -> None:
        super().__init__(tag.end_pattern, indent)
        self.tag = tag

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        tag = self.tag
        is_code = tag.plain_name in _LISTINGS
        words = tag.words
        language = tag.value("lang", "language", "type") or (words[0] if is_code and words else "")
        if tag.plain_name in DIAGRAMS:
            said = {k: tag.value(k) for k in ("id", "caption", "title", "alt", "role")}
            line = self.first_line or self.line + 1
            kind, text = kind_of(tag.plain_name), f"{self.text}\n"
            append_diagram(conversion, parent, kind, text, line, Said.of_options(said))
            return
        if not is_code:
            report_drawing(conversion, tag, self.line)
            language = language or tag.plain_name
        options = ", ".join(words[1:]) if is_code else ""
        for name, value in _OPTION.findall(options):
            language += f' {name}="{value.strip().strip("[]").replace(chr(34), "")}"'
        code_block(conversion, parent, f"{self.text}\n", language, "")
        if title := tag.value("title", "caption", "filename", "file", "name"):
            with_title(conversion, parent, title, self.line)


DIAGRAMS = frozenset({"mermaid", "plantuml", "uml", "graphviz", "dot", "ditaa"})
"""Shortcodes and tags that hold the source of a diagram, which may be drawn."""


def report_drawing(conversion: Conversion, tag: Shortcode, line: int) -> None:
    kind, hint = "a diagram of another tool", "put a picture in its place"
    conversion.problems.kept_as_text(tag.shown, line, kind, hint)


class CodeTab(ShortcodeListing):
    """Hold a tab of Docsy's with code in it."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        pane = self.parent.tag if isinstance(self.parent, Frame) else self.tag
        header = self.tag.said("header", "title", at=0)
        language = self.tag.value("lang") or pane.value("lang")
        if not language and pane.value("langEqualsHeader") == "true":
            language = header.lower()
        division = labelled_part(conversion, parent, header, self.line)
        code_block(conversion, division, f"{self.text}\n", language, "")


def has_code(tag: Shortcode, container: Block | None) -> bool:
    """Return whether a tab is one of Docsy's with code in it, and not with Markdown."""
    pane = container.tag if isinstance(container, Frame) else None
    is_text = pane is None or "true" in (pane.value("text"), tag.value("text"))
    return pane is not None and pane.name == "tabpane" and not tag.is_markdown and not is_text


class FormulaBlock(LiteralBlock):
    """Hold `{{< katex >}}`, a formula."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        if text := self.text.strip().strip("$").strip():
            append_line(conversion, parent, f"$${text}$$", self.line)


class JoinedTag(Paragraph):
    """Hold a paragraph that starts with a shortcode of several lines, which it reads as one."""

    def __init__(self, tag: str, rows: int, column: int) -> None:
        super().__init__()
        self.lines.append(tag)
        self.rows = rows
        self.column = column

    def continues(self, state: BlockState) -> Continue:
        if not self.rows:
            return super().continues(state)
        self.rows -= 1
        if self.rows:
            state.line.skip_all()
        else:
            state.line.advance_characters(self.column)
            state.line.find()
        return Continue.YES

    def add_line(self, state: BlockState) -> None:
        if state.line.remainder().strip():
            super().add_line(state)


def start_column(state: BlockState, container: Block) -> Started:
    """Drop the line `<--->` between the columns of Hugo's theme Book."""
    if state.line.first != "<" or not _COLUMN_MARK.match(state.line.rest):
        return Started.NOTHING
    block: Block | None = state.tip
    while block is not None:
        if isinstance(block, Frame) and block.tag.name == "columns":
            state.close_unmatched()
            if state.tip is not block:
                state.close_down_to(block.children[-1])
            return Started.LEAF
        block = block.parent
    return Started.NOTHING
