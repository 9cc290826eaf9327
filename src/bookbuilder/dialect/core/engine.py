"""Set up Python-Markdown for one chapter, with our parsers in place of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

import markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.util import ETX, STX, Registry

from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.lines import LineParser


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
        """Use ElementTree's serialiser: Python-Markdown's does not escape text like `&amp;`."""
        self.serializer = _serialise
        return self


def _serialise(root: ElementTree.Element) -> str:
    return ElementTree.tostring(root, encoding="unicode", method="html")


class _RestoreRaw(Postprocessor):
    def __init__(self, md: Engine) -> None:
        super().__init__(md)
        self.stash = md.conversion.stash

    def run(self, text: str) -> str:
        blocks = self.stash.rawHtmlBlocks
        return re.sub(f"{STX}wzxhzdk:(\\d+){ETX}", lambda m: str(blocks[int(m[1])]), text)
