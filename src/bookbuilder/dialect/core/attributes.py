"""Read attribute lists: `{#id .class key=value}`, with or without Kramdown's colon."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from bookbuilder.text.patterns import rare_pattern

# Of words without a value only those that no text in braces is.
_SPACED = r"(?:width|height)=\d{1,5}(?:\.\d{1,5})?[ ](?:cm|mm|in|pt|px|em|%)(?=[ \t}])"
_ITEM = rf"""(?:{_SPACED}|"""
_ITEM += r"""[#.][\w:.-]+|data-[\w-]+(?![\w=-])|"""
_ITEM += r"""[A-Za-z][\w:.-]*=(?:"[^"\n]*"|'[^'\n]*'|[^\s"'}=]+))"""
ATTRIBUTES = re.compile(rf"\{{:?[ \t]*({_ITEM}(?:[ \t]+{_ITEM})*)[ \t]*\}}")
_SPACED_SIZE = rare_pattern(_SPACED.replace("}])", "]|$)"))
_WITH_DASH = rare_pattern(rf"\{{[ \t]*((?:(?:{_ITEM}|-)(?:[ \t]+|(?=\}})))+)\}}$")
_DASH = rare_pattern(rf"{_ITEM}|-")
_WORD = r"""(?:[\w:.-]+=(?:"[^"\n]*"|'[^'\n]*'|[^\s"'{}]*)|[#.]?[\w:.-]+)"""
# Svelte's `{#if user}` looks like the start of a list.
_ALMOST = rare_pattern(
    rf"\{{:?[ \t]*(?=[#.][\w-]|[A-Za-z][\w-]{{0,40}}=)(?!#(?:if|each|await|key|snippet)\b)"
    rf"({_WORD}(?:[ \t]+{_WORD})*)[ \t]*\}}"
)
# Attributes by which pandoc and Quarto place a figure on its page.
_OF_FIGURES = frozenset(
    {"fig-align", "fig-env", "fig-pos", "fig-scap", "group", "lightbox", "out-width",
     "short-caption", "layout-align"}
)  # fmt: skip
_TRAILING = rare_pattern(rf"(?P<gap>\s*){ATTRIBUTES.pattern}[ \t]*$")


def trailing_attributes(text: str, *, glued: bool = False) -> tuple[str, str]:
    """Split `text` into the part before a trailing attribute list and the inside of its braces.

    A list that touches the text before it belongs to that text. With `glued`, as in a heading, it
    belongs to the whole, unless it holds only classes and touches a link or code.
    """
    if not text.rstrip().endswith("}"):
        return text, ""
    match = _TRAILING.search(text, len(text[: text.rfind("{")].rstrip()))
    if not match or match.start() == 0:
        return text, ""
    of_element = text[match.start() - 1] in "`)]*_" and "#" not in match[2]
    if not match["gap"] and (of_element or not glued):
        return text, ""
    return text[: match.start()].rstrip(), match[2]


def with_dash_named(text: str) -> str:
    """Write pandoc's `{-}` at the end of a heading as `{.unnumbered}`."""
    match = _WITH_DASH.match(text, text.rfind("{")) if text.endswith("}") else None
    if not match or not text[: match.start()].strip():
        return text
    items = _DASH.sub(lambda m: ".unnumbered" if m[0] == "-" else m[0], match[1])
    return f"{text[: match.start()]}{{{items.strip()}}}"


def find_mistake(text: str, at: int) -> tuple[str, str] | None:
    """Return the braces at `at` and the one entry that keeps them from being an attribute list.

    Look only where a list would have an effect: after an element, or at the end of the text.
    """
    match = _ALMOST.match(text, at)
    if not match or ATTRIBUTES.match(text, at):
        return None
    before = text[at - 1 : at]
    if match[1][0] not in "#." and before != ")":
        return None
    ends_text = (not before or before.isspace()) and not text[match.end() :].strip()
    if not ends_text and (not before or before not in "`)]*_"):
        return None
    words = re.findall(_WORD, match[1])
    return match[0], next(word for word in words if not re.fullmatch(_ITEM, word))


def apply_attributes(element: ElementTree.Element, attributes: str) -> None:
    """Set the attributes that `attributes`, the inside of the braces, lists; classes add up."""
    if not attributes:
        return
    from markdown.extensions.attr_list import get_attrs_and_remainder

    attributes = _SPACED_SIZE.sub(lambda size: size[0].replace(" ", ""), attributes)
    for key, value in get_attrs_and_remainder(" ".join(attributes.split()))[0]:
        if key == ".":
            add_class(element, value or "")
        else:
            element.set(key, value or "")
    if element.tag == "img":
        if alternative := element.attrib.pop("fig-alt", ""):
            element.set("alt", alternative)
        for name in _OF_FIGURES & element.attrib.keys():
            del element.attrib[name]


def add_class(element: ElementTree.Element, name: str) -> None:
    element.set("class", f"{element.get('class', '')} {name}".strip())
