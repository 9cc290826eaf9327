"""Report raw HTML elements that are opened and never closed, at their start tags."""

from __future__ import annotations

from html.parser import HTMLParser
from xml.etree import ElementTree

from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.html_tags import NEVER_CLOSED
from bookbuilder.dialect.core.raw_html import UNCLOSED_HTML


class _OpenElements(HTMLParser):
    """Track which elements are still open, and which another element's end tag closed."""

    def __init__(self) -> None:
        super().__init__()
        self.line = 0
        self.stack: list[tuple[str, int]] = []
        self.unclosed: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in NEVER_CLOSED:
            self.stack.append((tag, self.line + self.getpos()[0]))

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """`<path/>` opens nothing."""

    def handle_endtag(self, tag: str) -> None:
        depth = next((i for i, (name, _) in enumerate(reversed(self.stack)) if name == tag), None)
        if depth is not None:
            self.unclosed += self.stack[len(self.stack) - depth :]
            del self.stack[len(self.stack) - depth - 1 :]


class _ReportUnclosed(Treeprocessor):
    def __init__(self, md: Engine) -> None:
        super().__init__(md)
        self.conversion = md.conversion

    def run(self, root: ElementTree.Element) -> None:
        elements = _OpenElements()
        for line, html in self.conversion.raw_html:
            elements.line = line - elements.getpos()[0]
            elements.feed(html)
        for name, line in sorted(elements.unclosed + elements.stack, key=lambda found: found[1]):
            message = f"`<{name}>` is never closed"
            self.conversion.problems.add(UNCLOSED_HTML, message, line, f"<{name}")


class BalanceExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.treeprocessors.register(_ReportUnclosed(md), "balance", 40)
