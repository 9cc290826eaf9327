"""Parse an SVG file with expat, without reading anything outside the file."""

from __future__ import annotations

from xml.parsers import expat

from bs4 import Tag
from bs4.element import NavigableString

from bookbuilder.trees.markup import NAMESPACES, XLINK, new_tag, plain_characters

_XHTML = "http://www.w3.org/1999/xhtml"
_PREFIXES = {XLINK: "xlink", "http://www.w3.org/XML/1998/namespace": "xml"}


def parse_svg(data: bytes) -> tuple[Tag, list[str]]:
    builder = _Builder()
    try:
        builder.parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise ValueError(f"not well-formed XML in line {error.lineno}: {reason}") from None
    except LookupError:
        raise ValueError("its encoding is unknown") from None
    if builder.root is None or builder.root.name != "svg":
        raise ValueError("it is not an SVG drawing")
    return builder.root, builder.removed


class _Builder:
    """Build a bs4 tree from expat's events, and refuse entities inside entities."""

    def __init__(self) -> None:
        self.root: Tag | None = None
        self.removed: list[str] = []
        self._open: list[Tag] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.EntityDeclHandler = self._entity
        self.parser.ProcessingInstructionHandler = self._instruction

    def _start(self, name: str, attrs: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        tag = new_tag(local if space in (NAMESPACES["svg"], _XHTML, "") else "metadata")
        for key, value in attrs.items():
            prefix, _, bare = key.rpartition(" ")
            if not prefix or prefix in _PREFIXES:
                tag.attrs[f"{_PREFIXES[prefix]}:{bare}" if prefix else bare] = value
        if self._open:
            self._open[-1].contents.append(tag)
            tag.parent = self._open[-1]
        elif self.root is None:
            self.root = tag
        self._open.append(tag)

    def _end(self, name: str) -> None:
        self._open.pop()

    def _characters(self, text: str) -> None:
        self._open[-1].contents.append(NavigableString(plain_characters(text)))

    def _entity(
        self,
        name: str,
        is_parameter: bool,
        value: str | None,
        base: str | None,
        system_id: str | None,
        public_id: str | None,
        notation: str | None,
    ) -> None:
        if value is None:
            self.removed.append("an entity from elsewhere")
        elif "&" in value or "%" in value or len(value) > 200:
            raise ValueError("it defines entities inside each other")

    def _instruction(self, target: str, data: str) -> None:
        if target == "xml-stylesheet":
            self.removed.append("a style sheet from elsewhere")
