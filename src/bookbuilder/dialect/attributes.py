"""Attribute lists: `{#id .class key=value}`, with Kramdown's colon or without it."""

from __future__ import annotations

import re
from xml.etree import ElementTree as etree

from markdown.extensions.attr_list import get_attrs_and_remainder

_ITEM = r"""(?:[#.][\w:.-]+|[A-Za-z][\w:.-]*=(?:"[^"\n]*"|'[^'\n]*'|[^\s"'}=]+))"""
ATTRIBUTES = re.compile(rf"\{{:?[ \t]*({_ITEM}(?:[ \t]+{_ITEM})*)[ \t]*\}}")
_TRAILING = re.compile(rf"(?:^|(?P<gap>\s)|(?<=[^\s`)\]*_])){ATTRIBUTES.pattern}[ \t]*$")


def trailing_attributes(text: str, *, glued: bool = False) -> tuple[str, str]:
    """`text` without the attribute list at its end, and what stood between the braces.

    A list that touches a word is the word's own business, unless `glued`: headings often have it so.
    """
    if not text.rstrip().endswith("}"):
        return text, ""
    match = _TRAILING.search(text, text.rfind("{") - 1 if text.rfind("{") else 0)
    if not match or match.start() == 0 or not (glued or match["gap"]):
        return text, ""
    return text[: match.start()].rstrip(), match[2]


def apply_attributes(element: etree.Element, attributes: str) -> None:
    """Set what `attributes` (the inside of the braces) says; classes add up."""
    if not attributes:
        return
    for key, value in get_attrs_and_remainder(" ".join(attributes.split()))[0]:
        if key == ".":
            add_class(element, value or "")
        else:
            element.set(key, value or "")


def add_class(element: etree.Element, name: str) -> None:
    element.set("class", f"{element.get('class', '')} {name}".strip())
