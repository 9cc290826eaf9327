"""Read the blocks of pymdown-extensions that are no callouts: `/// tab | Title` and its kin."""

from __future__ import annotations

from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import add_class
from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.fenced import FencedContainer
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.labelled import labelled_part
from bookbuilder.text.patterns import rare_pattern

_OPEN = rare_pattern(
    r"(/{3,})[ \t]*(tab|caption|figure-caption|table-caption|define|html)\b[ \t]*"
    r"(?:\|[ \t]*(.*?))?[ \t]*$"
)
_OPTION = rare_pattern(r"[\w-]+:(?:[ \t]|$)")
_ID = rare_pattern(r"#([\w.:-]+)")
_CLASS = rare_pattern(r"\.([\w-]+)")


class SlashBlock(FencedContainer):
    """Hold everything up to the closing slashes. `argument` stood after the bar."""

    def __init__(self, marks: str, name: str, argument: str) -> None:
        super().__init__(marks, name)
        self.argument = argument
        self.takes_options = True


class TabBlock(SlashBlock):
    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        division = labelled_part(conversion, parent, self.argument, self.line)
        self.render_children(conversion, division)


class HtmlElementBlock(SlashBlock):
    """Hold `/// html | div.class#id`; whatever element it names, it becomes a `div`."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        division = ElementTree.SubElement(parent, "div")
        division.text = division.tail = "\n"
        for name in _CLASS.findall(self.argument):
            add_class(division, name)
        if match := _ID.search(self.argument):
            division.set("id", match[1])
        self.render_children(conversion, division)


class CaptionBlock(SlashBlock):
    """Hold the caption of the block before it: of a table, or else of a figure around that."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        before = parent[-1] if len(parent) else None
        if before is None or (before.tail or "").strip():
            self.render_children(conversion, parent)
            return
        if before.tag == "table":
            holder, caption = before, ElementTree.Element("caption")
            holder.insert(0, caption)
        else:
            holder = _figure_around(parent, before)
            caption = ElementTree.SubElement(holder, "figcaption")
        if (match := _ID.search(self.argument)) and not holder.get("id"):
            holder.set("id", match[1])
        self.render_children(conversion, caption)
        if len(caption) == 1 and caption[0].tag == "p":
            (paragraph,) = caption
            caption.remove(paragraph)
            caption.text = paragraph.text
            caption.extend(paragraph)


def _figure_around(
    parent: ElementTree.Element, content: ElementTree.Element
) -> ElementTree.Element:
    """Put `content`, the last child of `parent`, into a figure, a lone picture without its `p`."""
    parent.remove(content)
    figure = ElementTree.SubElement(parent, "figure")
    figure.tail = "\n"
    is_lone = content.tag == "p" and len(content) == 1 and not (content.text or "").strip()
    if is_lone and content[0].tag == "img" and not (content[0].tail or "").strip():
        content = content[0]
        if name := content.attrib.pop("id", ""):
            figure.set("id", name)
    content.tail = "\n"
    figure.append(content)
    return figure


class DefinitionBlock(SlashBlock):
    """Hold paragraphs, which are terms, and lists, whose items define them."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        definitions = ElementTree.SubElement(parent, "dl")
        definitions.text = definitions.tail = "\n"
        self.render_children(conversion, definitions)
        for child in list(definitions):
            if child.tag == "p":
                child.tag = "dt"
            elif child.tag in ("ul", "ol"):
                at = list(definitions).index(child)
                definitions.remove(child)
                for offset, item in enumerate(list(child)):
                    item.tag = "dd"
                    definitions.insert(at + offset, item)


_KINDS: dict[str, type[SlashBlock]] = {
    "tab": TabBlock,
    "html": HtmlElementBlock,
    "define": DefinitionBlock,
}


def start_slash_block(state: BlockState, container: Block) -> Started:
    if state.line.indented or state.line.first != "/":
        return Started.NOTHING
    match = _OPEN.match(state.line.rest)
    if not match:
        return Started.NOTHING
    state.close_unmatched()
    kind = _KINDS.get(match[2], CaptionBlock)
    state.add(kind(match[1], match[2], match[3] or ""))
    return Started.LEAF


def start_option(state: BlockState, container: Block) -> Started:
    """Skip the indented options right below the opening line."""
    if not isinstance(container, SlashBlock) or not container.takes_options:
        return Started.NOTHING
    is_option = state.line.indented and _OPTION.match(state.line.rest)
    if container.children or container.ends_blank or not is_option:
        container.takes_options = False
        return Started.NOTHING
    state.close_unmatched()
    return Started.LEAF


class SlashBlockExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_option, 99)
        md.parser.starts.register(start_slash_block, 85, "/")
