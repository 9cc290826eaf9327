"""Parse HTML into trees: as XML if it is well-formed, else with an HTML5 parser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from bs4 import Tag
from bs4.element import NavigableString

from bookbuilder.text.patterns import rare_pattern
from bookbuilder.trees.markup import NOT_TEXT, PREFIXES, VOID, new_tag, plain_characters, relink

if TYPE_CHECKING:
    from tinyhtml5.parser import HTMLParser

DEEPEST = 512
MOST_ATTRIBUTES = 500
_OVERLONG_TAG = rare_pattern(r"(<[a-zA-Z][\w:-]{0,50})[\s/][^<>]{2000,}")
_SPACES = {uri: prefix for prefix, uri in PREFIXES.items()}

_NUMERIC = rare_pattern(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
# The parser appends to a text once for each reference, which takes quadratic time. So control
# characters, which no text has, stand for the commonest ones.
_ESCAPED = rare_pattern(r"&(amp|lt|gt|quot);", re.IGNORECASE)
_STAND_INS = {"amp": "\x01", "lt": "\x02", "gt": "\x03", "quot": "\x04"}
_STOOD_FOR = {1: "&", 2: "<", 3: ">", 4: '"'}
_SWALLOWING = ("script", "style", "iframe", "noembed", "noframes", "title", "textarea", "xmp")
# Capitals, comments, declarations; elements with special rules; the newline that `pre` drops.
_NOT_LIKE_XML = re.compile(
    rf"<(?![a-z/])|<(?:{'|'.join(_SWALLOWING)}|svg|math|noscript|plaintext|template|pre[^>]*>\n)"
)
_OPEN_VOID = re.compile(rf"<((?:{'|'.join(VOID)})(?:\s[^<>]*?)?)\s*/?>")


def parse_fragment(html: str) -> Tag:
    """Parse `html` as HTML5 into a detached `<section>`, without comments.

    An unclosed element or comment that would hide everything after it (`<script>`, `<!--`) is
    closed at once.
    """
    text = plain_characters(html)
    if (root := _well_formed(text)) is not None:
        return _from_element(root)
    text = _close_swallowing(_NUMERIC.sub(_without_forbidden, text))
    text = _ESCAPED.sub(lambda match: _STAND_INS[match[1].lower()], text)
    # Not with Beautiful Soup's own builder, which takes quadratic time on deep trees.
    # Nor as a fragment, which loses misplaced elements of tables.
    text = _OVERLONG_TAG.sub(_bounded_tag, text)
    page = f"<!DOCTYPE html><html><head></head><body>{text}"
    body = _shallow_parser().parse(page).find("body")
    return new_tag("section") if body is None else _from_element(_with_escaped(body))


def _well_formed(html: str) -> ET.Element | None:
    """Parse `html` as XML if an HTML parser would give the same tree; else return None.

    XML is parsed ten times as fast, and nearly all output of the dialect is well-formed.
    """
    if _NOT_LIKE_XML.search(html):
        return None
    closed = _OPEN_VOID.sub(r"<\1/>", html)
    try:
        return ET.fromstring(f"<section>{closed}</section>")
    except ET.ParseError:
        return None


def _bounded_tag(tag: re.Match[str]) -> str:
    """Drop the attributes of a tag that has too many: the parser compares each with the others."""
    return tag[0] if tag[0].count("=") < MOST_ATTRIBUTES else f"{tag[1]} "


def _shallow_parser() -> HTMLParser:
    """Return a parser that puts elements nested deeper than `DEEPEST` side by side.

    So do browsers (https://html.spec.whatwg.org/#parsing says nothing, Blink stops at 512). The
    parser looks through all open elements at each tag, so this also bounds the time.
    """
    from tinyhtml5.parser import HTMLParser

    parser = HTMLParser(namespace_html_elements=False)
    tree = parser.tree
    insert = tree.insert_element_normal

    def insert_bounded(token: dict[str, Any]) -> Any:
        del tree.open_elements[DEEPEST - 1 :]
        return insert(token)

    tree.insert_element_normal = insert_bounded
    return parser


def _with_escaped(root: ET.Element) -> ET.Element:
    """Put the characters back that control characters stand for."""
    for element in root.iter():
        if element.text:
            element.text = element.text.translate(_STOOD_FOR)
        if element.tail:
            element.tail = element.tail.translate(_STOOD_FOR)
        for key, value in element.attrib.items():
            element.attrib[key] = value.translate(_STOOD_FOR)
    return root


def _from_element(root: ET.Element) -> Tag:
    """Return the parsed tree as a detached section of bs4 tags."""
    section = new_tag("section")
    stack = [(root, section)]
    while stack:
        element, tag = stack.pop()
        contents = tag.contents
        if element.text:
            contents.append(NavigableString(element.text))
        for child in element:
            if isinstance(child.tag, str):
                attrs = {_prefixed(str(key)): value for key, value in child.attrib.items()}
                inner = new_tag(child.tag.rpartition("}")[2], attrs)
                contents.append(inner)
                stack.append((child, inner))
            if child.tail:
                contents.append(NavigableString(child.tail))
    relink(section)
    return section


def _prefixed(key: str) -> str:
    space, brace, local = key.rpartition("}")
    prefix = _SPACES.get(space[1:], "") if brace else ""
    return f"{prefix}:{local}" if prefix else local


def _without_forbidden(reference: re.Match[str]) -> str:
    code = int(reference[1], 16) if reference[1] else int(reference[2][:9])
    # 0x80 to 0x9F stay: the parser reads them as Windows-1252, as browsers do.
    if 0x80 <= code <= 0x9F or (code <= 0x10FFFF and not NOT_TEXT.match(chr(code))):
        return reference[0]
    return ""


def _close_swallowing(html: str) -> str:
    lowered = html.lower()
    for name in _SWALLOWING:
        closed = max(0, lowered.rfind(f"</{name}"))
        if lowered.find(f"<{name}", closed) >= 0:
            start_tag = re.compile(rf"<{name}(?=[\s/>])[^>]*>", re.IGNORECASE)
            html = html[:closed] + start_tag.sub(rf"\g<0></{name}>", html[closed:])
            lowered = html.lower()
    closed = max(0, html.rfind("-->"))
    html = html[:closed] + html[closed:].replace("<!--", "&lt;!--")
    return re.sub(r"<(/?)plaintext(?=[\s/>])", r"<\1pre", html, flags=re.IGNORECASE)
