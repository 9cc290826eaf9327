"""Read components of MDX, Docusaurus, Mintlify, Nextra, Starlight and Vue.

Callouts, tabs, details, cards and steps become what they are in a book. Of all others the tags go,
and what stands between them stays.
"""

from __future__ import annotations

from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Continue, OpenContainer, Started
from bookbuilder.dialect.core.code import Fence
from bookbuilder.dialect.core.components import (
    TRANSPARENT,
    has_jsx,
    is_component,
    replace_tag,
    tags_of,
)
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.html_tags import KNOWN, names_in
from bookbuilder.dialect.core.inline import Conversion, InlineParser
from bookbuilder.dialect.core.jsx import Tag, as_html, read_tag
from bookbuilder.dialect.core.labelled import labelled_part
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.core.raw_html import append_raw
from bookbuilder.dialect.core.tag_map import is_type
from bookbuilder.dialect.syntax.callouts import KINDS, Callout
from bookbuilder.text.patterns import rare_pattern

_CALLOUTS = names_in(
    """
    Note Tip Hint Info Warning Caution Danger Important Success Check Bug Question Abstract Tldr
    Admonition Callout Aside Alert Message Attention
    """
)
_PARTS = names_in(
    """
    TabItem Tab TabPanel Panel CodeTab CodeGroupItem CodeBlockTab Step Card LinkCard Accordion
    AccordionItem Collapse Collapsible Expandable Disclosure
    """
)
_FENCE_LABEL = rare_pattern(
    r"\[([^\]\n]+)\]|(?:title|filename|label)=[\"']([^\"'\n]+)[\"']|^[\w+#-]+[ ]+([\w.+/ -]+)$"
)
_QUOTED = rare_pattern(r"[\"'`]([^\"'`\n]{1,200})[\"'`]")
_PAIR = rare_pattern(
    r"label\s*:\s*[\"'`]([^\"'`\n]*)[\"'`]\s*,\s*value\s*:\s*[\"'`]([^\"'`\n]*)[\"'`]"
    r"|value\s*:\s*[\"'`]([^\"'`\n]*)[\"'`]\s*,\s*label\s*:\s*[\"'`]([^\"'`\n]*)[\"'`]"
)
_ONLY_ENDS = rare_pattern(r"(?:[ \t]*</[\w.:-]{1,100}>){0,20}[ \t]*$")
_LABELS = ("label", "title", "heading", "header", "summary", "name", "value")


class Component(OpenContainer):
    """Hold what stands between the tags of a component, without its indentation.

    `last` is the line and column where the start tag ends; `end` the line of the end tag, and the
    columns where that starts and ends. All places are in the source.
    """

    hides_blank_lines = True

    def __init__(self, tag: Tag, last: tuple[int, int], end: tuple[int, int, int] | None) -> None:
        OpenContainer.__init__(self)  # Subclasses may have a second base, which sets itself up.
        self.tag = tag
        self.last = last
        self.end = end
        self.is_over = False
        self.indent: int | None = None

    @property
    def name(self) -> str:
        return self.tag.name.rpartition(".")[2]

    def continues(self, state: BlockState) -> Continue:
        line = state.line
        if state.number < self.last[0]:
            line.skip_all()
            return Continue.YES
        if state.number == self.last[0]:
            line.advance_characters(max(0, self.last[1] - line.offset))
            line.find()
        if self.is_over or self.end is None or state.number > self.end[0]:
            if state.number == self.last[0]:
                return Continue.YES
            state.close_down_to(self)
            return Continue.NO
        if state.number == self.end[0] and (verdict := self.reach_end(state)):
            return verdict
        if not line.blank:
            if self.indent is None:
                self.indent = line.indent
            line.advance(min(self.indent, line.indent))
        return Continue.YES

    def reach_end(self, state: BlockState) -> Continue | None:
        """Take the end tag off the line; return None if there is content before it."""
        assert self.end is not None
        _, start, stop = self.end
        line = state.line
        if line.text[line.offset : start].strip():
            line.text = line.text[:start]
            self.is_over = True
            return None
        if not line.text[stop:].strip():
            return Continue.CLOSED_BY_IT
        state.close_down_to(self)
        line.advance_characters(max(0, stop - line.offset))
        return Continue.NO

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        if self.name == "Head":
            kind = "the head of a web page"
            conversion.problems.left_out(f"<{self.tag.name}>", self.line, kind)
            return
        if self.name in ("CodeGroup", "CodeTabs", "Tabs"):
            self._label_parts()
        opening = replace_tag(conversion, self.tag, self.line, f"<{self.tag.name}>")
        if title := self.tag.value("title", "heading") if self.name not in TRANSPARENT else "":
            paragraph = ElementTree.SubElement(parent, "p", {"class": "tab-label"})
            paragraph.tail = "\n"
            conversion.inline(paragraph, title, self.line)
        if opening:
            append_raw(conversion, parent, opening)
        self.render_children(conversion, parent)
        if not self.tag.closes_itself:
            closing = replace_tag(conversion, Tag(self.tag.name, 0, 0, is_end=True), 0, "")
            if closing:
                append_raw(conversion, parent, closing)

    def _label_parts(self) -> None:
        """Give tabs the labels that their frame lists, and fences those in their first lines."""
        listed = _QUOTED.findall(self.tag.expressions.get("items", ""))
        names: dict[str, str] = {}
        for label, value, other, name in _PAIR.findall(self.tag.expressions.get("values", "")):
            names[value or other] = label or name
        number = 0
        for index, child in enumerate(self.children):
            if isinstance(child, Part):
                value = child.tag.value("value")
                label = listed[number] if number < len(listed) else ""
                child.label = child.tag.value("label", "title") or names.get(value) or label
                number += 1
            elif isinstance(child, Fence) and (match := _FENCE_LABEL.search(child.info)):
                label = match[1] or match[2] or match[3]
                self.children[index] = LabelledFence(child, label.strip())


class LabelledFence(Block):
    """Hold a fence that is a tab."""

    def __init__(self, fence: Fence, label: str) -> None:
        super().__init__()
        self.fence, self.label, self.line = fence, label, fence.line

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        division = labelled_part(conversion, parent, self.label, self.line)
        self.fence.render(conversion, division)


class Part(Component):
    """Hold a tab, a step, a card or what folds away, with its label."""

    label = ""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        label = self.label or self.tag.value(*_LABELS)
        if label and (address := self.tag.value("href", "to", "link")):
            label = f"[{label}](<{address}>)"
        division = labelled_part(conversion, parent, label, self.line)
        if text := self.tag.value("description"):
            paragraph = ElementTree.SubElement(division, "p")
            paragraph.tail = "\n"
            conversion.inline(paragraph, text, self.line)
        self.render_children(conversion, division)


class Details(Component):
    """Hold `<Details>`, which is HTML's element with a summary that may be an attribute."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        append_raw(conversion, parent, "<details>")
        if summary := self.tag.value("summary", "title", "label"):
            append_raw(conversion, parent, "<summary>")
            conversion.inline(parent, summary, self.line)
            append_raw(conversion, parent, "</summary>")
        self.render_children(conversion, parent)
        append_raw(conversion, parent, "</details>")


class ComponentCallout(Component, Callout):
    """Hold `<Note>`, or `<Admonition type="tip" title="…">`."""

    def __init__(self, tag: Tag, last: tuple[int, int], end: tuple[int, int, int] | None) -> None:
        Component.__init__(self, tag, last, end)
        said = tag.value("type", "kind", "variant", "severity", "intent").lower()
        own = self.name.lower()
        self.kind = next((kind for kind in (said, own) if kind in KINDS), "note")
        self.title = tag.value("title", "heading", "label") or None
        self.classes = ""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        Callout.render(self, conversion, parent)


class LoneTag(Component):
    """Hold a component without content, such as a picture or a badge."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        html = replace_tag(conversion, self.tag, self.line, f"<{self.tag.name} … />")
        if html:
            paragraph = ElementTree.SubElement(parent, "p")
            paragraph.tail = "\n"
            paragraph.text = conversion.raw(html, self.line)


def _class_for(tag: Tag) -> type[Component]:
    name = tag.name.rpartition(".")[2]
    if name in _CALLOUTS:
        return ComponentCallout
    if name in _PARTS:
        return Part
    if name == "Details":
        return Details
    return LoneTag if tag.closes_itself else Component


def start_component(state: BlockState, container: Block) -> Started:
    line = state.line
    if line.first != "<" or (line.indented and not isinstance(container, Component)):
        return Started.NOTHING
    tags = tags_of(state.conversion)
    tag = tags.by_place.get((state.number, line.start))
    if tag is None:
        return Started.NOTHING
    in_text = isinstance(container, Paragraph) or isinstance(state.tip, Paragraph)
    kind = _class_for(tag)
    last = tags.place(tag.end)
    has_meaning = kind not in (Component, LoneTag) or tag.name in TRANSPARENT
    if in_text and (tag.is_end or not has_meaning):
        return Started.NOTHING
    if tag.is_end:
        return _skip_tag(state, last[1])
    end_tag = tags.ends.get(tag.start)
    end = (*tags.place(end_tag.start), tags.place(end_tag.end)[1]) if end_tag else None
    after = end if end is not None else (last[0], last[1], last[1])
    if not _stands_alone(state, last, after, has_meaning=has_meaning):
        return Started.NOTHING
    state.close_unmatched()
    block = kind(tag, last, end)
    state.add(block)
    if last[0] > state.number:
        return Started.LEAF
    line.advance_characters(last[1] - line.offset)
    if end is None or end[0] == state.number:
        block.is_over = True
        if end is not None:
            line.text = line.text[: end[1]]
    line.find()
    return Started.LEAF if line.blank else Started.CONTAINER


def _skip_tag(state: BlockState, column: int) -> Started:
    """Drop an end tag whose start tag was dropped, if it is alone in its line."""
    if state.line.text[column:].strip():
        return Started.NOTHING
    state.close_unmatched()
    return Started.LEAF


def _stands_alone(
    state: BlockState, last: tuple[int, int], end: tuple[int, int, int], *, has_meaning: bool
) -> bool:
    """Return whether the element is a block, and not a part of the paragraph around it."""
    here = state.number
    source = (
        state.line.text if end[0] == here else state.lines[end[0] - state.conversion.first_line]
    )
    if not _ONLY_ENDS.match(source, end[2]):
        # Text follows. Only an end tag on a line of its own still ends a block.
        return end[0] > last[0] and not source[: end[1]].strip(" \t>")
    if has_meaning or end[0] > here:
        return True
    is_empty = end[1] == end[2]
    following = state.lines[state.index + 1] if state.index + 1 < len(state.lines) else ""
    return is_empty and not following.strip()


def handle_component(parser: InlineParser) -> bool:
    """Replace a component's tag within text, and JSX in the tags of HTML's elements."""
    text, start = parser.text, parser.position
    tag = read_tag(text, start)
    if tag is None:
        return False
    conversion = parser.conversion
    if is_component(conversion, text[start : tag.end]):
        if is_type(tag, text):
            return False
        html = replace_tag(conversion, tag, parser.line_at(start), text[start : tag.end])
    elif has_jsx(tag) and tag.name.lower() in KNOWN:
        html = as_html(tag, tags_of(conversion).imports)
    else:
        return False
    if html:
        parser.add_raw(html)
    parser.position = tag.end
    return True


class ComponentExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_component, 66, "<")
        md.conversion.inlines.register("<", handle_component)
