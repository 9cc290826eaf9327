"""Set up Python-Markdown for one chapter, with our parsers in place of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from xml.etree import ElementTree

import markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.util import ETX, STX, Registry

from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.lines import LineParser
from bookbuilder.trees.markup import VOID


class Engine(markdown.Markdown):
    """Convert one chapter. An engine is used once, so nothing leaks into the next chapter."""

    parser: LineParser

    def __init__(self, extensions: Sequence[type[Extension]], conversion: Conversion) -> None:
        self.conversion = conversion
        super().__init__(extensions=[extension() for extension in extensions])

    def build_parser(self) -> Engine:
        self.preprocessors = Registry()
        self.parser = LineParser(self, self.conversion)
        self.inlinePatterns = Registry()
        self.treeprocessors = Registry()
        self.postprocessors = Registry()
        self.postprocessors.register(_RestoreRaw(self), "raw_html", 30)
        return self

    def set_output_format(self, format: str) -> Engine:
        """Use a serialiser that escapes text like `&amp;`, which Python-Markdown's does not."""
        self.serializer = _serialise
        return self


def _serialise(root: ElementTree.Element) -> str:
    """Return `root` as HTML. ElementTree would look for namespaces, which there are none of."""
    pieces: list[str] = []
    _write(root, pieces.append)
    return "".join(pieces)


def _write(element: ElementTree.Element, write: Callable[[str], object]) -> None:
    tag = element.tag
    write(f"<{tag}")
    for key, value in element.items():
        write(f' {key}="{_escaped(value, quoted=True)}"')
    write(">")
    if element.text:
        write(_escaped(element.text))
    for child in element:
        _write(child, write)
    if tag not in _EMPTY:
        write(f"</{tag}>")
    if element.tail:
        write(_escaped(element.tail))


_EMPTY = VOID | {"basefont", "frame", "isindex"}


def _escaped(text: str, *, quoted: bool = False) -> str:
    if "&" in text:
        text = text.replace("&", "&amp;")
    if quoted:
        return text.replace(">", "&gt;").replace('"', "&quot;")
    return text.replace("<", "&lt;").replace(">", "&gt;")


class _RestoreRaw(Postprocessor):
    def __init__(self, md: Engine) -> None:
        super().__init__(md)
        self.stash = md.conversion.stash

    def run(self, text: str) -> str:
        blocks = self.stash.rawHtmlBlocks
        return re.sub(f"{STX}wzxhzdk:(\\d+){ETX}", lambda m: str(blocks[int(m[1])]), text)
