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
        can_be_empty_element=name in VOID,
        interesting_string_types=Tag.MAIN_CONTENT_STRING_TYPES,
    )
    if attrs:
        # At once: bs4 looks at the type of each value, and these are texts.
        tag.attrs.update(attrs)
        if isinstance(classes := attrs.get("class"), str):
            tag.attrs["class"] = AttributeValueList(classes.split())
    for child in children:
        tag.append(child)
    return tag


def elements(root: Tag, *names: str) -> list[Tag]:
    """Return the elements below `root` in document order, all of them or only the given `names`.

    This is several times faster than bs4's `find_all`, which would take most of a build's time.
    """
    found: list[Tag] = []
    nodes, outer = iter(root.contents), []
    while True:
        for node in nodes:
            if isinstance(node, Tag):
                found.append(node)
                inner = node.contents
                # Most elements hold a single text.
                if len(inner) > 1 or (inner and isinstance(inner[0], Tag)):
                    outer.append(nodes)
                    nodes = iter(inner)
                    break
        else:
            if not outer:
                return [tag for tag in found if tag.name in names] if names else found
            nodes = outer.pop()


def names_and_classes(tags: Iterable[Tag]) -> set[str]:
    """Return which elements there are among `tags`, and which classes: `table`, `.task-box`."""
    found: set[str] = set()
    for tag in tags:
        found.add(tag.name)
        if "class" in tag.attrs:
            found.update([f".{name}" for name in tag.get_attribute_list("class")])
    return found


def first_element(root: Tag, name: str) -> Tag | None:
    """Return the first element `name` below `root`, and walk no further."""
    waiting = root.contents[::-1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Tag):
            if node.name == name:
                return node
            waiting += node.contents[::-1]
    return None


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
    classes = tag.attrs.get("class")
    return name in classes if isinstance(classes, list) else name == classes


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
    root.parent = root.previous_sibling = root.next_sibling = None
    last: PageElement | None = None
    waiting: list[PageElement] = [root]
    while waiting:
        node = waiting.pop()
        node.previous_element = last
        if last is not None:
            last.next_element = node
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
                waiting += node.contents[::-1]
    if last is not None:
        last.next_element = None


def unwrap(root: Tag, tags: Iterable[Tag]) -> None:
    """Put what each of `tags`, which are below `root`, holds in its place.

    All of them at once: bs4's own `unwrap` searches the siblings of every one.
    """
    unwrapped = set(map(id, tags))
    if not unwrapped:
        return
    for tag in [root, *elements(root)]:
        if not unwrapped.isdisjoint(map(id, tag.contents)):
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
