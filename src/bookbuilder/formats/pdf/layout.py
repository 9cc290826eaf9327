"""Laying out trees with WeasyPrint.

Imports WeasyPrint: only to be imported inside `engine.engine`.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from cssselect2 import ElementWrapper
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration

from bookbuilder.book import Book
from bookbuilder.diagnostics import Report
from bookbuilder.formats.pdf.fetcher import BASE_URL, BookFetcher
from bookbuilder.formats.pdf.log import caught_log, report_style_log
from bookbuilder.formats.pdf.styles import author_styles, theme_style
from bookbuilder.formats.pdf.trim import trim_of


class _TreeHTML(HTML):  # type: ignore[misc]
    """A document from a tree: parsing text again would undo blocks inside paragraphs."""

    def __init__(self, tree: ET.Element, fetcher: BookFetcher) -> None:
        self.base_url = BASE_URL
        self.url_fetcher = fetcher
        self.media_type = "print"
        self.wrapper_element = ElementWrapper.from_html_root(tree, content_language=None)
        self.etree_element = self.wrapper_element.etree_element


class Press:
    """Lays out the trees of one book with the same fonts, styles and decoded pictures.

    Sharing the font configuration is what lets pages of several documents be joined in one.
    """

    def __init__(self, book: Book, report: Report) -> None:
        self._fonts = FontConfiguration()
        self._fetcher = BookFetcher(book.assets, report)
        self._pictures: dict[str, Any] = {}
        self._styles = [
            self._parse(theme_style(), "theme.css"),
            self._parse(trim_of(book.config, report).css, "trim.css"),
        ]
        for name, text in author_styles(book.config, report):
            with caught_log() as messages:
                self._styles.append(self._parse(text, name))
            report_style_log(messages, name, report)

    def _parse(self, text: str, name: str) -> CSS:
        return CSS(
            string=text,
            base_url=f"{BASE_URL}{name}",
            url_fetcher=self._fetcher,
            font_config=self._fonts,
        )

    def lay_out(self, tree: ET.Element) -> Document:
        return _TreeHTML(tree, self._fetcher).render(
            font_config=self._fonts, stylesheets=self._styles, cache=self._pictures
        )
