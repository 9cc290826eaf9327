"""Laying out trees with WeasyPrint.

Imports WeasyPrint: only to be imported inside `engine.engine`.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from weasyprint import CSS, HTML, Document
from weasyprint.css.counters import CounterStyle
from weasyprint.text.fonts import FontConfiguration

from bookbuilder.book import Book
from bookbuilder.diagnostics import BookError, Report
from bookbuilder.formats.pdf.fetcher import BASE_URL, BookFetcher
from bookbuilder.formats.pdf.log import caught_log, report_style_log
from bookbuilder.formats.pdf.rules import LAYOUT_FAILED
from bookbuilder.formats.pdf.styles import EDITION_THEMES, author_styles, theme_style
from bookbuilder.formats.pdf.trim import edition_of, trim_of


def _html(tree: ET.Element, fetcher: BookFetcher) -> HTML:
    """A document from a tree: parsing text again would undo blocks inside paragraphs."""
    html = HTML(string="<html></html>", base_url=BASE_URL, url_fetcher=fetcher)
    html.wrapper_element = type(html.wrapper_element).from_html_root(tree, content_language=None)
    html.etree_element = html.wrapper_element.etree_element
    return html


class Press:
    """Lays out the trees of one book with the same fonts, styles and decoded pictures.

    Sharing the font configuration is what lets pages of several documents be joined in one.
    """

    def __init__(self, book: Book, report: Report, themes: tuple[str, ...] = ()) -> None:
        """`themes` names the stylesheets to use instead of those of the book's edition."""
        self._book = book
        self._report = report
        self._fonts = FontConfiguration()
        self._counters = CounterStyle()
        self._fetcher = BookFetcher(book.assets, report)
        self._pictures: dict[str, Any] = {}
        edition = edition_of(book.config, report)
        self._styles = [
            self._parse(
                trim_of(book.config, report).css(edition, book.config.pdf.marks), "trim.css"
            ),
            *(
                self._parse(theme_style(name), f"{name}.css")
                for name in themes or EDITION_THEMES[edition]
            ),
            *(self._parse(text, name) for name, text in author_styles(book.config, report)),
        ]

    def _parse(self, text: str, name: str) -> CSS:
        with caught_log() as messages:
            style = CSS(
                string=text,
                base_url=f"{BASE_URL}{name}",
                url_fetcher=self._fetcher,
                font_config=self._fonts,
                counter_style=self._counters,
            )
        report_style_log(messages, name, self._report)
        return style

    def lay_out(self, tree: ET.Element) -> Document:
        """The pages of `tree`. Raises `BookError` where WeasyPrint fails, naming the chapter."""
        try:
            return self._render(tree)
        except MemoryError:
            raise
        except Exception as error:
            self._blame(tree, error)
            raise BookError(self._report.diagnostics) from error

    def _render(self, tree: ET.Element) -> Document:
        return _html(tree, self._fetcher).render(
            font_config=self._fonts,
            counter_style=self._counters,
            stylesheets=self._styles,
            cache=self._pictures,
        )

    def _blame(self, tree: ET.Element, error: Exception) -> None:
        """Report the chapters that cannot be laid out even alone; else the whole."""
        sections = {e.get("id"): e for e in tree.iter("section")}
        culprits = []
        for chapter in self._book.chapters:
            section = sections.get(chapter.slug)
            if section is None:
                continue
            alone = ET.Element("html", tree.attrib)
            alone.append(section)
            try:
                self._render(alone)
            except Exception as chapter_error:
                culprits.append((chapter, chapter_error))
        for chapter, failure in culprits:
            message = f"“{chapter.title}” cannot be laid out: {_said(failure)}"
            self._report.add(LAYOUT_FAILED, message, chapter.source.span_of_file())
        if not culprits:
            self._report.add(LAYOUT_FAILED, f"the book cannot be laid out: {_said(error)}")


def _said(error: Exception) -> str:
    return f"WeasyPrint says {type(error).__name__}: {str(error)[:200]}"
