"""Render MyST's `{figure}` and `{image}`: the picture, its size and place, caption and legend."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from bookbuilder.dialect.core.attributes import trailing_attributes
from bookbuilder.dialect.core.blocks import Block
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.syntax.myst_blocks import DirectiveBlock, add_label, with_class
from bookbuilder.dialect.syntax.myst_options import Directive
from bookbuilder.text.patterns import rare_pattern

_SCALE = rare_pattern(r"(\d{1,3})[ \t]*%?$")
_PLAIN_NUMBER = rare_pattern(r"\d+(?:\.\d+)?$")
_PICTURE = rare_pattern(r"!\[|<img\b|<svg\b|!\[\[", re.IGNORECASE)
_SIDES = frozenset({"left", "right"})


class Figure(DirectiveBlock):
    """Hold a picture; the first paragraph is its caption, and what follows is its legend."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        directive = self.directive
        source = directive.argument
        is_label = directive.name == "figure-md" or source.startswith("#")
        add_label(parent, directive.label or (source.lstrip("#") if is_label else ""))
        figure = ElementTree.SubElement(parent, "figure")
        figure.text = figure.tail = "\n"
        with_class(figure, directive)
        align = directive.option("align", "figclass")
        if align in _SIDES:
            figure.set("style", f"text-align: {align}")
        children = self.children
        if source and not is_label:
            add_picture(figure, directive)
        else:
            content = [child for child in children if _is_picture(child)] or children[:1]
            children = [child for child in children if child not in content]
            for child in content:
                child.render(conversion, figure)
            _free_pictures(figure)
        if not children:
            return
        first, *legend = children
        if isinstance(first, Paragraph):
            caption = ElementTree.SubElement(figure, "figcaption")
            caption.tail = "\n"
            if align in _SIDES:
                caption.set("style", f"text-align: {align}")
            text, _ = trailing_attributes("\n".join(first.lines).rstrip())
            conversion.inline(caption, text, first.line)
        else:
            legend = children
        if legend:
            below = ElementTree.SubElement(parent, "div", {"class": "legend"})
            below.text = below.tail = "\n"
            for child in legend:
                child.render(conversion, below)


def _free_pictures(figure: ElementTree.Element) -> None:
    """Take pictures that stand alone in their paragraphs out of these."""
    for index, child in enumerate(list(figure)):
        inner = child[0] if child.tag == "p" and len(child) == 1 else None
        text = f"{child.text or ''}{inner.tail or ''}" if inner is not None else ""
        if inner is not None and inner.tag in ("img", "a") and not text.strip():
            inner.tail = "\n"
            figure[index] = inner


def _is_picture(block: Block) -> bool:
    if isinstance(block, Paragraph):
        return bool(block.lines) and bool(_PICTURE.match(block.lines[0]))
    return not isinstance(block, DirectiveBlock) or isinstance(block, Image | Figure)


class Image(DirectiveBlock):
    """Hold a picture without a caption."""

    def render_content(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        paragraph = ElementTree.SubElement(parent, "p")
        paragraph.tail = "\n"
        add_picture(paragraph, self.directive)
        with_class(paragraph[0], self.directive)
        self.render_children(conversion, parent)


def add_picture(parent: ElementTree.Element, directive: Directive) -> None:
    """Append the picture that the argument names, in the size that the options give it."""
    target = directive.option("target")
    if target:
        parent = ElementTree.SubElement(parent, "a", {"href": target})
    image = ElementTree.SubElement(parent, "img")
    image.set("src", directive.argument.strip().strip("<>"))
    image.set("alt", directive.option("alt"))
    width = directive.option("width", "w", "figwidth")
    scale = _SCALE.match(directive.option("scale"))
    if not width and scale and 0 < int(scale[1]) < 100:
        width = f"{scale[1]}%"
    for key, said in (("width", width), ("height", directive.option("height", "h"))):
        value = said.replace(" ", "")
        if value and value != "image":
            image.set(key, value.removesuffix("px") if _PLAIN_NUMBER.match(value[:-2]) else value)
