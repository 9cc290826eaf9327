"""Trees: made, walked, and written as XHTML5 text, an ElementTree or plain text.

Trees are Beautiful Soup's; `parsing.py` reads them. They are walked through `contents` with a stack
of our own: a chapter may be nested as deep as it likes, and bs4's event stream compares siblings by
value, which is quadratic on deep trees.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from bs4 import Tag
from bs4.element import AttributeValueList, CData, NavigableString, PageElement, PreformattedString

VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
NAMESPACES = {
    "svg": "http://www.w3.org/2000/svg",
    "math": "http://www.w3.org/1998/Math/MathML",
}
XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"
PREFIXES = {"xlink": XLINK, "xml": _XML}

Rewrite = Callable[[Tag, dict[str, str]], Mapping[str, str]]
Contents = Callable[[Tag], Sequence[PageElement]]

NOT_TEXT = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BLOCK = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "caption",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)


def plain_characters(text: str) -> str:
    """`text` without what XML 1.0 forbids or discourages: controls, surrogates, U+FFFE, U+FFFF."""
    return NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Return `text` on one line, without the characters that XML forbids."""
    return " ".join(plain_characters(text).split())


def new_tag(name: str, attrs: Mapping[str, str] | None = None, *children: PageElement | str) -> Tag:
    """A detached element; `class` is split as the parser does it."""
    tag = Tag(
        name=name,
        attrs=dict(attrs or {}),
        can_be_empty_element=name in VOID,
        interesting_string_types=Tag.MAIN_CONTENT_STRING_TYPES,
    )
    if attrs and isinstance(classes := attrs.get("class"), str):
        tag["class"] = AttributeValueList(classes.split())
    for child in children:
        tag.append(child)
    return tag


def elements(root: Tag, *names: str) -> list[Tag]:
    """The elements below `root` in document order, all of them or those of the given names.

    Several times faster than bs4's `find_all`, which most of a build's time would go to.
    """
    found: list[Tag] = []
    stack: list[PageElement] = root.contents[::-1]
    while stack:
        node = stack.pop()
        if isinstance(node, Tag):
            if not names or node.name in names:
                found.append(node)
            stack += node.contents[::-1]
    return found


def texts(root: Tag) -> list[NavigableString]:
    """The pieces of text below `root` in document order."""
    found: list[NavigableString] = []
    stack: list[PageElement] = list(reversed(root.contents))
    while stack:
        node = stack.pop()
        if isinstance(node, Tag):
            stack.extend(reversed(node.contents))
        elif isinstance(node, NavigableString):
            found.append(node)
    return found


def has_class(tag: Tag, name: str) -> bool:
    return name in tag.get_attribute_list("class")


def copy_of(root: Tag) -> Tag:
    """A detached copy. bs4's own looks through the whole tree for every tag that it copies."""
    copied = new_tag(root.name, _copied_attrs(root))
    stack = [(root, copied)]
    while stack:
        tag, copy = stack.pop()
        for child in tag.contents:
            if isinstance(child, Tag):
                inner = new_tag(child.name, _copied_attrs(child))
                copy.contents.append(inner)
                stack.append((child, inner))
            elif isinstance(child, NavigableString):
                copy.contents.append(type(child)(child))
    relink(copied)
    return copied


def _copied_attrs(tag: Tag) -> dict[str, Any]:
    return {
        key: AttributeValueList(value) if isinstance(value, list) else value
        for key, value in tag.attrs.items()
    }


def relink(root: Tag) -> None:
    """Make every parent, sibling and element link of a detached tree agree with `contents`.

    Rebuilding them all once is linear; bs4's own `insert` and `unwrap` search on every call, and
    its html5lib builder leaves wrong ones behind after misnested tags.
    """
    root.parent = None
    root.previous_element = root.next_sibling = root.previous_sibling = None
    last: PageElement = root
    stack: list[PageElement] = [root]
    while stack:
        node = stack.pop()
        if node is not root:
            last.next_element = node
            node.previous_element = last
            last = node
        if isinstance(node, Tag):
            before: PageElement | None = None
            for child in node.contents:
                child.parent = node
                child.previous_sibling = before
                if before is not None:
                    before.next_sibling = child
                before = child
            if before is not None:
                before.next_sibling = None
            stack.extend(reversed(node.contents))
    last.next_element = None


def serialize(tag: Tag, rewrite: Rewrite | None = None, contents: Contents | None = None) -> str:
    """A cleaned tree as XHTML5 text, without declarations of the HTML namespace.

    `rewrite` gets each element and a copy of its attributes and returns the attributes to write;
    `contents` gets each element that may hold something and returns what to write inside it.
    `lang` is written as `xml:lang` too. Comments are left out.
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
            write(f"<{name}{_attributes(node, name, rewrite)}")
            if name in VOID:
                write("/>")
                continue
            write(">")
            stack.append(f"</{name}>")
            stack.extend(reversed(node.contents if contents is None else contents(node)))
        elif _is_text(node):
            write(_escape(str(node)))
    return plain_characters("".join(pieces))


def to_element(tag: Tag) -> ET.Element:
    """The tree as an ElementTree: HTML names bare, SVG and MathML in their namespaces.

    It is what tinyhtml5 with `namespace_html_elements=False` yields, without its repairs: blocks
    inside a paragraph stay there.
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
                _expanded(key) if space else key: _text_of_value(value)
                for key, value in node.attrs.items()
                if not key.startswith("xmlns")
            }
            if parent is None:
                element = root = ET.Element(name, attrs)
            else:
                element = last[parent] = ET.SubElement(parent, name, attrs)
            stack.extend((child, element, space) for child in reversed(node.contents))
        elif parent is not None and _is_text(node):
            if (before := last.get(parent)) is not None:
                before.tail = (before.tail or "") + str(node)
            else:
                parent.text = (parent.text or "") + str(node)
    assert root is not None
    return root


def text_of(tag: Tag) -> str:
    """One line of what a reader sees: no note references, no ruby readings, alt for pictures."""
    pieces: list[str] = []
    stack: list[PageElement | str] = [tag]
    while stack:
        node = stack.pop()
        if node.__class__ is str:
            pieces.append(node)
        elif isinstance(node, Tag):
            role = node.get("role")
            if node.name in ("rt", "rp", "annotation") or role in ("doc-noteref", "doc-backlink"):
                continue
            if node.name == "img":
                pieces.append(_text_of_value(node.get("alt")))
            if node.name in _BLOCK:
                pieces.append(" ")
                stack.append(" ")
            stack.extend(reversed(node.contents))
        elif _is_text(node):
            pieces.append(str(node))
    return " ".join("".join(pieces).split())


def raw_text(tag: Tag) -> str:
    """Every character of text under `tag`, as it stands; no comments."""
    pieces: list[str] = []
    stack: list[PageElement] = [tag]
    while stack:
        node = stack.pop()
        if isinstance(node, Tag):
            stack.extend(reversed(node.contents))
        elif _is_text(node):
            pieces.append(str(node))
    return "".join(pieces)


def _is_text(node: object) -> bool:
    return isinstance(node, NavigableString) and (
        not isinstance(node, PreformattedString) or isinstance(node, CData)
    )


def _text_of_value(value: object) -> str:
    if isinstance(value, str):
        return str(value)
    return " ".join(value) if isinstance(value, (list, tuple)) else ""


def _attributes(tag: Tag, name: str, rewrite: Rewrite | None) -> str:
    if not tag.attrs and rewrite is None and name not in NAMESPACES:
        return ""
    attrs: Mapping[str, str] = {
        str(key): _text_of_value(value)
        for key, value in tag.attrs.items()
        if not key.startswith("xmlns")
    }
    if rewrite is not None:
        attrs = rewrite(tag, dict(attrs))
    pieces = []
    if name in NAMESPACES:
        pieces.append(f' xmlns="{NAMESPACES[name]}"')
        if name == "svg":
            pieces.append(f' xmlns:xlink="{XLINK}"')
    for key, value in attrs.items():
        pieces.append(f' {key}="{_escape(value, quote=True)}"')
        if key == "lang" and "xml:lang" not in attrs:
            pieces.append(f' xml:lang="{_escape(value, quote=True)}"')
    return "".join(pieces)


def _escape(text: str, quote: bool = False) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;") if quote else text


def _expanded(key: str) -> str:
    prefix, colon, local = key.partition(":")
    return f"{{{PREFIXES[prefix]}}}{local}" if colon and prefix in PREFIXES else str(key)
