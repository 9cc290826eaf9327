"""Read the captions of pictures: their titles, or their alternative texts with notes.

A title is an attribute, which holds no markup. What it says as Markdown stands before the picture
in a `<span class="picture-caption">`. The pass `furniture` makes a figure's caption of it, or drops
it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from markdown.util import ETX, STX

from bookbuilder.dialect.core.inline import InlineParser
from bookbuilder.dialect.core.nodes import Node, build
from bookbuilder.dialect.core.references import unescape
from bookbuilder.text.patterns import rare_pattern

PICTURE_CAPTION = "picture-caption"
# The figures of pandoc, Quarto and Carpentries, where the words in the brackets are the caption:
# `![…](…){#fig-x}`, `![…](…){alt="…"}`.
_CAPTIONED = rare_pattern(r"\{[^{}\n]{0,300}?(?:#fig[-:]|(?<![\w-])alt=)")
# Obsidian's width and height of a picture: `![words|300x200](…)`.
_SIZE = rare_pattern(r"(?:^|(.*)\|)(\d{1,5})(?:x(\d{1,5}))?$", re.DOTALL)


_PLACEHOLDER = rare_pattern(f"{STX}[^{ETX}]{{0,200}}{ETX}")
_CONDITIONS = frozenset({"only", "except", "content-visible", "content-hidden"})
_HINT = "put a picture for each of them, with the condition behind it"


def is_caption(node: Node) -> bool:
    return node.attributes.get("class") == PICTURE_CAPTION


def add_caption(parser: InlineParser, picture: Node, title: str | None) -> None:
    """Give `picture`, whose children are its alternative text, `alt`, `title` and a caption.

    A note cannot stand in an attribute, so an alternative text with notes is a caption, unless the
    title is one: then the notes follow it.
    """
    _take_size(picture)
    label = _take_label(picture)
    if label:
        picture.attributes["id"] = label
    notes = [child for child in picture if child.tag == "sup" and "id" in child.attributes]
    alternative = _attribute(parser, picture, notes)
    picture.attributes["alt"] = alternative.strip() if notes else alternative
    caption = Node("span")
    caption.attributes = {"class": PICTURE_CAPTION}
    if title is not None:
        content = _parsed(parser, title)
        picture.attributes["title"] = unescape(title)
        if any(node.tag or STX in node.text for node in content):
            caption.take_all(content)
            picture.attributes["title"] = _plain(parser, caption)
        elif notes:
            caption.append(Node(text=unescape(title)))
        for note in notes:
            caption.append(note)
    elif notes or label or _is_captioned(parser):
        caption.take_all(picture)
    picture.clear()
    if caption.first is not None:
        picture.insert_before(caption)


def _is_captioned(parser: InlineParser) -> bool:
    is_everywhere = parser.conversion.alternatives_are_captions
    return is_everywhere or bool(_CAPTIONED.match(parser.text, parser.position))


def _take_size(picture: Node) -> None:
    last = picture.last
    match = _SIZE.match(last.text) if last is not None and not last.tag else None
    if last is None or not match or match[1] is None:
        return
    last.text = match[1]
    picture.attributes["width"] = match[2]
    if match[3]:
        picture.attributes["height"] = match[3]


def _take_label(nodes: Node) -> str:
    """Take the empty element with an id, which is a label, out of `nodes`; return the id."""
    for node in nodes:
        if node.tag == "span" and node.first is None and "id" in node.attributes:
            node.unlink()
            return node.attributes["id"]
    return ""


def _parsed(parser: InlineParser, title: str) -> Node:
    line = parser.line_at(parser.position)
    return InlineParser(parser.conversion, title, line).parse()


def _plain(parser: InlineParser, caption: Node) -> str:
    """Return what a caption says, without notes and tags."""
    without = [c for c in caption if c.tag == "sup" or STX in c.text]
    return " ".join(_attribute(parser, caption, without).split())


def _attribute(parser: InlineParser, nodes: Node, without: Sequence[Node]) -> str:
    """Return what `nodes` say, for an attribute, which has no place for attributes of words.

    An attribute is in every format and edition, so words with a condition are left out of it.
    """
    said = "".join(child.plain_text() for child in nodes if child not in without)
    if "{" not in said:
        return said
    built = ElementTree.Element("span")
    build(built, nodes)
    notes = {child.attributes["id"] for child in without if "id" in child.attributes}
    texts: list[str] = []
    for text in _texts(built, notes):
        if isinstance(text, str):
            texts.append(text)
            continue
        what = "text with a condition, in a picture's alternative text or title"
        line = parser.line_at(parser.position)
        parser.conversion.problems.left_out("".join(text.itertext()), line, what, _HINT)
    return _PLACEHOLDER.sub("", re.sub(" {2,}", " ", "".join(texts)))


def _texts(element: ElementTree.Element, notes: set[str]) -> Iterator[str | ElementTree.Element]:
    """Yield the texts in an element, and the elements that have a condition."""
    yield element.text or element.get("alt") or ""
    for child in element:
        if not _CONDITIONS.isdisjoint(child.get("class", "").split()):
            yield child
        elif child.tag == "br":
            yield "\n"
        elif child.get("id") not in notes:
            yield from _texts(child, notes)
        yield (child.tail or "").removeprefix("\n" if child.tag == "br" else "")
