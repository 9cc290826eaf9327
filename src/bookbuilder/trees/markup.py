"""Build, copy and walk trees, and read their text.

Trees are Beautiful Soup's; `parsing.py` makes them from HTML, `serializing.py` writes them. We
walk `contents` with a stack of our own: recursion would fail on deep trees, and bs4's event stream
compares siblings by value, which takes quadratic time on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bs4 import Tag
from bs4.element import AttributeValueList, CData, NavigableString, PageElement, PreformattedString

from bookbuilder.trees.formula_text import formula_text

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

NOT_TEXT = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
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
    """Drop characters that XML 1.0 forbids or discourages: controls, surrogates, U+FFFE, U+FFFF."""
    return NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Return `text` on one line, without the characters that XML forbids."""
    return " ".join(plain_characters(text).split())


def new_tag(name: str, attrs: Mapping[str, str] | None = None, *children: PageElement | str) -> Tag:
    """Return a detached element, its `class` split into names as Beautiful Soup's parsers do."""
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
    """Return the elements below `root` in document order, all of them or only the given `names`.

    This is several times faster than bs4's `find_all`, which would take most of a build's time.
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


def nearest(tag: Tag, *names: str) -> Tag | None:
    """Return the innermost element around `tag` that has one of the `names`."""
    found = tag.parent
    while found is not None and found.name not in names:
        found = found.parent
    return found


def texts(root: Tag) -> list[NavigableString]:
    """Return the pieces of text below `root` in document order."""
    found: list[NavigableString] = []
    stack: list[PageElement] = list(reversed(root.contents))
    while stack:
        node = stack.pop()
        if isinstance(node, Tag):
            stack.extend(reversed(node.contents))
        elif isinstance(node, NavigableString):
            found.append(node)
    return found


def is_block(node: object) -> bool:
    """Return whether text before `node` and text in it never stand in one line."""
    return isinstance(node, Tag) and node.name in _BLOCK


def has_class(tag: Tag, name: str) -> bool:
    return name in tag.get_attribute_list("class")


def copy_of(root: Tag) -> Tag:
    """Return a detached copy. bs4's own copying searches the whole tree for every tag."""
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

    Rebuilding all of them once takes linear time; bs4's `insert` and `unwrap` search on every call.
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


def unwrap(root: Tag, tags: Iterable[Tag]) -> None:
    """Put what each of `tags`, which are below `root`, holds in its place.

    All of them at once: bs4's own `unwrap` searches the siblings of every one.
    """
    unwrapped = set(map(id, tags))
    if not unwrapped:
        return
    for tag in [root, *elements(root)]:
        if any(id(child) in unwrapped for child in tag.contents):
            waiting, tag.contents = tag.contents[::-1], []
            while waiting:
                node = waiting.pop()
                if isinstance(node, Tag) and id(node) in unwrapped:
                    waiting += node.contents[::-1]
                else:
                    tag.contents.append(node)
    relink(root)


# Calls of notes and captions of pictures, as the dialect writes them for passes.
_OF_DIALECT = {"a": "footnote-ref", "span": "picture-caption"}


def text_of(tag: Tag) -> str:
    """Return the visible text as one line: no note marks or ruby readings, alt for pictures.

    Formulas are written on the line too.
    """
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
            if node.name in _OF_DIALECT and has_class(node, _OF_DIALECT[node.name]):
                continue
            if node.name == "img":
                pieces.append(text_of_value(node.get("alt")))
            elif node.name == "math":
                pieces.append(formula_text(node))
                continue
            if node.name in _BLOCK:
                pieces.append(" ")
                stack.append(" ")
            stack.extend(reversed(node.contents))
        elif is_text(node):
            pieces.append(str(node))
    return " ".join("".join(pieces).split())


def raw_text(tag: Tag) -> str:
    """Return all text under `tag` unchanged, without comments."""
    pieces: list[str] = []
    stack: list[PageElement] = [tag]
    while stack:
        node = stack.pop()
        if isinstance(node, Tag):
            stack.extend(reversed(node.contents))
        elif is_text(node):
            pieces.append(str(node))
    return "".join(pieces)


def is_text(node: object) -> bool:
    return isinstance(node, NavigableString) and (
        not isinstance(node, PreformattedString) or isinstance(node, CData)
    )


def text_of_value(value: object) -> str:
    if isinstance(value, str):
        return str(value)
    return " ".join(value) if isinstance(value, (list, tuple)) else ""
