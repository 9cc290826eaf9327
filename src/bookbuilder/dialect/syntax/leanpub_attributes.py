"""Read the line of attributes that Leanpub's authors write above code, a picture or a table.

`{title="Greeting", lang=ruby}` gives the listing below its caption and language. Markua separates
names and values by colons.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import ATTRIBUTES, apply_attributes
from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.code import Fence
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.labelled import with_title
from bookbuilder.dialect.core.leaves import IndentedCode
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.text.patterns import rare_pattern

_KEYS = frozenset(
    """
    title caption lang language format line-numbers linenos starting-line-number number-from
    number-start crop-start crop-end crop-start-line crop-end-line width height float align alt
    alt-title class icon id fullbleed size column-widths type random-choice-order attempts points
    crop-query line-length wrap filename footnote theme dir start number sample book points
    case version answers url poster embedded soft-wrap visible insert start-page
    """.split()  # noqa: SIM905 (a list would be a page long)
)
_PAIR = r"""([A-Za-z][\w-]*)[ \t]*[:=][ \t]*("[^"\n]*"|'[^'\n]*'|[^\s,"'{}]+)"""
_ID = r"#[\w:.-]+"
_LINE = rare_pattern(
    rf"\{{[ \t]*(?:{_PAIR}|{_ID})(?:[ \t]*[, ][ \t]*(?:{_PAIR}|{_ID}))*[ \t]*\}}[ \t]*$"
)
_ONE = rare_pattern(_PAIR)
_CODE = rare_pattern(r"`{3,}|~{3,}")
_TARGET = rare_pattern(
    r"`{3,}|~{3,}|!\[|\||<<|>|\{|[A-Z]>[ \t]|#{1,6}[ \t]|(?:[*+-]|\d{1,9}[.)])[ \t]|(?: {4}|\t)\S"
)
_HEADING = rare_pattern(r"#{1,6}[ \t]")
_NUMBER = rare_pattern(r"[0-9]{1,6}")
_NUMBERS = {
    "line-numbers": "line-numbers",
    "linenos": "line-numbers",
    "starting-line-number": "starting-line-number",
    "number-from": "starting-line-number",
    "number-start": "starting-line-number",
}
"""Attributes that number lines, and what a fence says instead."""
_FILMS = frozenset({"video", "audio"})


def read_pairs(text: str) -> dict[str, str]:
    """Return the values in `class: tip, icon=car` by their names."""
    return {match[1]: match[2].strip("\"'") for match in _ONE.finditer(text)}


class AttributeLine(Block):
    """Hold attributes for the block below, which it renders in its own place."""

    def __init__(self, pairs: dict[str, str], identifier: str) -> None:
        super().__init__()
        self.pairs = pairs
        self.identifier = identifier

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        following = self._take_following()
        if following is None:
            return
        if unknown := [name for name in self.pairs if name not in _KEYS]:
            kind = "an attribute of Leanpub that says nothing to a book"
            conversion.problems.left_out(f"{{{unknown[0]}: …}}", self.line, kind)
        language = self._first("lang", "language", "format")
        if isinstance(following, Fence):
            self._crop(following)
            following.info = following.info or language
            for name, option in _NUMBERS.items():
                if value := self.pairs.get(name):
                    following.info += f' {option}="{value}"'
        before = len(parent)
        following.render(conversion, parent)
        if len(parent) != before + 1:
            return
        element = parent[-1]
        if isinstance(following, IndentedCode) and language and len(element):
            element[0].set("class", f"language-{language}")
        picture = element.find("img") if element.tag == "p" else None
        if picture is not None:
            self._settle_picture(picture)
            return
        if title := self._first("title", "caption"):
            element = self._caption(conversion, parent, element, title)
        if self.identifier:
            element.set("id", self.identifier)

    def _first(self, *names: str) -> str:
        return next(filter(None, (self.pairs.get(name) for name in names)), "")

    def _settle_picture(self, picture: ElementTree.Element) -> None:
        title = self._first("title", "caption")
        if self.pairs.get("type") in _FILMS:
            address = picture.get("src", "")
            text = title or picture.get("title") or picture.get("alt") or address
            picture.tag, picture.attrib, picture.text = "a", {"href": address}, text
            del picture[:]
            return
        sizes = [f"{k}={self.pairs[k]}" for k in ("width", "height") if _is_size(self.pairs, k)]
        apply_attributes(picture, " ".join(sizes))
        if alt := self.pairs.get("alt"):
            picture.set("alt", alt)
        if title and not picture.get("title"):
            picture.set("title", title)
        if self.identifier:
            picture.set("id", self.identifier)

    def _caption(
        self,
        conversion: Conversion,
        parent: ElementTree.Element,
        element: ElementTree.Element,
        title: str,
    ) -> ElementTree.Element:
        if element.tag == "table":
            caption = ElementTree.Element("caption")
            element.insert(0, caption)
        elif element.tag == "pre":
            return with_title(conversion, parent, title, self.line)
        else:
            return element
        conversion.inline(caption, title, self.line)
        return element

    def _crop(self, fence: Fence) -> None:
        """Leave of a listing the lines from `crop-start` to `crop-end`."""
        first = self.pairs.get("crop-start") or self.pairs.get("crop-start-line") or ""
        last = self.pairs.get("crop-end") or self.pairs.get("crop-end-line") or ""
        start = int(first) - 1 if _NUMBER.fullmatch(first) else 0
        fence.lines = fence.lines[max(0, start) : int(last) if _NUMBER.fullmatch(last) else None]

    def _take_following(self) -> Block | None:
        """Take the next block out of the parent's, so that it is not rendered again."""
        assert self.parent is not None
        siblings = self.parent.children
        at = next(i for i, block in enumerate(siblings) if block is self) + 1
        if at >= len(siblings):
            return None
        following = siblings[at]
        if isinstance(following, AttributeLine):
            following.pairs = self.pairs | following.pairs
            following.identifier = following.identifier or self.identifier
            return None
        siblings[at] = Block()
        return following


def _is_size(pairs: dict[str, str], name: str) -> bool:
    return bool(re.fullmatch(r"[\d.]+(?:%|[a-z]{2,3})?", pairs.get(name, "")))


def start_attribute_line(state: BlockState, container: Block) -> Started:
    line = state.line
    if line.indented or line.first != "{":
        return Started.NOTHING
    match = _LINE.match(line.rest)
    if not match or isinstance(container, Paragraph) or isinstance(state.tip, Paragraph):
        return Started.NOTHING
    below = next(state.lines_ahead(1), "")
    pairs = read_pairs(match[0])
    found = re.search(rf"(?<![\w\"']){_ID}", match[0])
    identifier = found[0][1:] if found else pairs.pop("id", "")
    is_above = bool(_TARGET.match(below))
    is_ours = bool(pairs) and (is_above or pairs.keys() <= _KEYS)
    if not is_ours and not (identifier and not pairs and below):
        return Started.NOTHING
    previous = container.last_child
    is_first = not isinstance(previous, AttributeLine)
    touches = is_first and previous is not None and not previous.ends_blank
    if touches and ATTRIBUTES.fullmatch(line.rest.rstrip()):
        return Started.NOTHING
    state.close_unmatched()
    if pairs and not is_above:
        kind = "a list of attributes of Leanpub with nothing below it"
        state.problems.left_out(match[0].strip(), state.number, kind)
    elif _HEADING.match(below) or not is_above:
        classes = pairs.get("class", "").split()
        if pairs.get("number") == "false":
            classes.append("unnumbered")
        marks = [f"#{identifier}"] if identifier else []
        state.pending_attributes = " ".join([*marks, *(f".{name}" for name in classes)])
    elif re.match(r"[A-Z]>", below):
        shown = f"#{identifier} " if identifier else ""
        state.pending_attributes = shown + " ".join(f'{k}="{v}"' for k, v in pairs.items())
    else:
        state.close(state.add(AttributeLine(pairs, identifier)))
    return Started.LEAF


class LeanpubAttributeExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_attribute_line, 97.5, "{")
