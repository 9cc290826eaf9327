"""Write trees as XHTML5 text, as HTML5 text or as an ElementTree."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from xml.etree import ElementTree as ET

from bs4 import Tag
from bs4.element import PageElement

from bookbuilder.trees.markup import (
    NAMESPACES,
    PREFIXES,
    VOID,
    XLINK,
    is_text,
    plain_characters,
    text_of_value,
)

Rewrite = Callable[[Tag, dict[str, str]], dict[str, str]]
Contents = Callable[[Tag], Sequence[PageElement]]


def serialize(
    tag: Tag,
    rewrite: Rewrite | None = None,
    contents: Contents | None = None,
    *,
    also: Container[int] = (),
    as_xml: bool = True,
) -> str:
    """Return a cleaned tree as XHTML5 text, without declarations of the HTML namespace.

    `rewrite` gets each element that has attributes, and those whose `id()` is in `also`, with a
    copy of the attributes, and returns the attributes to write; `contents` gets each element that
    may hold something and returns what to write inside it. `lang` is written as `xml:lang` too.
    Comments are left out. Not `as_xml`, it is the HTML5 text that browsers read as the same tree.
    """
    pieces: list[str] = []
    write = pieces.append
    stack: list[PageElement | str] = [tag]
    while stack:
        node = stack.pop()
        if node.__class__ is str:
            write(node)
        elif isinstance(node, Tag):
            name = node.name
            shown = ""
            if node.attrs or name in NAMESPACES or id(node) in also:
                shown = _attributes(node, name, rewrite, as_xml)
            if name in VOID:
                write(f"<{name}{shown}/>" if as_xml else f"<{name}{shown}>")
                continue
            write(f"<{name}{shown}>")
            stack.append(f"</{name}>")
            inside = node.contents if contents is None else contents(node)
            stack += inside[::-1]
            if name == "pre" and not as_xml and _first_text(inside).startswith("\n"):
                write("\n")  # browsers drop the first one
        elif is_text(node):
            write(_escape(str(node)))
    return plain_characters("".join(pieces))


def to_element(tag: Tag) -> ET.Element:
    """Return the tree as an ElementTree: HTML names bare, SVG and MathML in their namespaces.

    tinyhtml5 with `namespace_html_elements=False` gives the same, but repairs the tree: here,
    blocks inside a paragraph stay there.
    """
    root: ET.Element | None = None
    last: dict[ET.Element, ET.Element] = {}
    stack: list[tuple[PageElement, ET.Element | None, str]] = [(tag, None, "")]
    while stack:
        node, parent, space = stack.pop()
        if isinstance(node, Tag):
            space = NAMESPACES.get(node.name, space)
            name = f"{{{space}}}{node.name}" if space else node.name
            attrs = {
                _expanded(key) if space else key: text_of_value(value)
                for key, value in node.attrs.items()
                if not key.startswith("xmlns")
            }
            if parent is None:
                element = root = ET.Element(name, attrs)
            else:
                element = last[parent] = ET.SubElement(parent, name, attrs)
            stack.extend((child, element, space) for child in reversed(node.contents))
        elif parent is not None and is_text(node):
            if (before := last.get(parent)) is not None:
                before.tail = (before.tail or "") + str(node)
            else:
                parent.text = (parent.text or "") + str(node)
    assert root is not None
    return root


def _first_text(nodes: Sequence[PageElement]) -> str:
    """Return the text that `nodes` begin with, if it is not inside an element."""
    return str(nodes[0]) if nodes and is_text(nodes[0]) else ""


def _attributes(tag: Tag, name: str, rewrite: Rewrite | None, as_xml: bool) -> str:
    attrs = {
        str(key): value if value.__class__ is str else text_of_value(value)
        for key, value in tag.attrs.items()
        if not key.startswith("xmlns")
    }
    if rewrite is not None:
        attrs = rewrite(tag, attrs)
    pieces = []
    if name in NAMESPACES and as_xml:
        pieces.append(f' xmlns="{NAMESPACES[name]}"')
        if name == "svg":
            pieces.append(f' xmlns:xlink="{XLINK}"')
    for key, value in attrs.items():
        if key == "xml:lang" and not as_xml:
            continue
        said = _escape(value).replace('"', "&quot;")
        pieces.append(f' {key}="{said}"')
        if key == "lang" and as_xml and "xml:lang" not in attrs:
            pieces.append(f' xml:lang="{said}"')
    return "".join(pieces)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _expanded(key: str) -> str:
    prefix, colon, local = key.partition(":")
    return f"{{{PREFIXES[prefix]}}}{local}" if colon and prefix in PREFIXES else str(key)
