"""Laying out trees with WeasyPrint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

from weasyprint import CSS, HTML, Document
from weasyprint.css.counters import CounterStyle
from weasyprint.html import get_html_metadata
from weasyprint.pdf.metadata import DocumentMetadata
from weasyprint.text.fonts import FontConfiguration

from bookbuilder.book import Asset
from bookbuilder.cache import digest_of
from bookbuilder.formats.pdf.elements import classes_of
from bookbuilder.formats.pdf.fragments import close_fragments
from bookbuilder.formats.pdf.inspection import End, end_of
from bookbuilder.formats.pdf.log import BASE_URL, caught_log
from bookbuilder.formats.pdf.press.fetcher import BookFetcher
from bookbuilder.formats.pdf.press.recording import record
from bookbuilder.formats.pdf.records import Failure, Setting
from bookbuilder.formats.pdf.runs import LEAF, Run, with_room_for_notes

_MARGIN_BOXES = {
    "top": ("left-corner", "left", "center", "right", "right-corner"),
    "bottom": ("left-corner", "left", "center", "right", "right-corner"),
    "left": ("top", "middle", "bottom"),
    "right": ("top", "middle", "bottom"),
}
# Heads and folios have no part in where text comes to stand, and take a seventh of the time.
_BARE_MARGINS = "".join(
    f"@{edge}-{place} {{ content: none !important }}"
    for edge, places in _MARGIN_BOXES.items()
    for place in places
)


def html_of(tree: ET.Element, fetcher: BookFetcher) -> HTML:
    """A document from a tree: parsing text again would undo blocks inside paragraphs."""
    html = HTML(string="<html></html>", base_url=BASE_URL, url_fetcher=fetcher)
    html.wrapper_element = type(html.wrapper_element).from_html_root(tree, content_language=None)
    html.etree_element = html.wrapper_element.etree_element
    return html


class Press:
    """Lays out runs of one book with the same fonts and styles.

    `styles` are names and texts of stylesheets, in order. What WeasyPrint says of them is in
    `style_messages`.
    """

    def __init__(self, assets: Mapping[str, Asset], styles: Sequence[tuple[str, str]]) -> None:
        self._assets = assets
        self._fonts = FontConfiguration()
        self._counters = CounterStyle()
        self.style_messages: list[tuple[str, str]] = []
        fetcher = BookFetcher(assets)
        self._styles = [self._parse(text, name, fetcher) for name, text in styles]

    def _parse(self, text: str, name: str, fetcher: BookFetcher) -> CSS:
        with caught_log() as messages:
            style = CSS(
                string=text,
                base_url=f"{BASE_URL}{name}",
                url_fetcher=fetcher,
                font_config=self._fonts,
                counter_style=self._counters,
            )
        self.style_messages += [(name, message) for message in messages]
        return style

    def set_run(self, run: Run, start: int, in_full: bool) -> tuple[Setting, dict[str, bytes]]:
        """The pages of `run`, the first of which has the number `start`, and its blobs by digest.

        Unless `in_full`, only as much of the setting as page numbers depend on. Where WeasyPrint
        fails, the setting says so.
        """
        fetcher = BookFetcher(self._assets)
        with caught_log() as messages:
            try:
                tree = run.tree
                document = self.lay_out(tree, start, fetcher, in_full)
                end = end_of(document.pages, tree) if run.has_leaf else End.CLEAN
                if end is End.NOTES:
                    tree = with_room_for_notes(tree)
                    document = self.lay_out(tree, start, fetcher, in_full)
                pages = document.pages[:-1] if run.has_leaf else document.pages
                setting, blobs = record(document, pages, tree, in_full)
            except MemoryError:
                raise
            except Exception as error:
                return Setting(failure=self.blame(run.tree, error)), {}
        return replace(
            setting,
            assets=tuple((name, digest_of(data)) for name, data in fetcher.served.items()),
            refused=tuple(fetcher.refused),
            messages=tuple(messages),
            style_messages=tuple(self.style_messages),
            runs_on=end is End.TEXT,
        ), blobs

    def lay_out(
        self, tree: ET.Element, start: int, fetcher: BookFetcher, in_full: bool = True
    ) -> Document:
        """`tree` on pages, the first of which has the number `start`.

        Unless `in_full`, without what stands in the margins.
        """
        side = "recto" if start % 2 else "verso"
        place = f"@page :first {{ counter-reset: page {start} }} html {{ break-before: {side} }}"
        if not in_full:
            place += f"@page {{ {_BARE_MARGINS} }}"
        document = html_of(tree, fetcher).render(
            font_config=self._fonts,
            counter_style=self._counters,
            stylesheets=[*self._styles, CSS(string=place)],
        )
        close_fragments(document.pages)
        return document

    def blame(self, tree: ET.Element, error: Exception) -> Failure:
        """The chapters that cannot be laid out even alone; the only one is to blame in any case."""
        sections = [e for e in tree.iter("section") if "chapter" in classes_of(e)]
        chapters = [section for section in sections if section.get("id") != LEAF]
        if len(chapters) == 1:
            return Failure(_said(error), ((chapters[0].get("id", ""), _said(error)),))
        culprits = []
        for section in chapters:
            alone = ET.Element("html", tree.attrib)
            alone.append(section)
            try:
                self.lay_out(alone, 1, BookFetcher(self._assets))
            except Exception as chapter_error:
                culprits.append((section.get("id", ""), _said(chapter_error)))
        return Failure(_said(error), tuple(culprits))


def document_of(tree: ET.Element, pages: Sequence[Any], fonts: Mapping[str, Any]) -> Document:
    """A document of `pages`, with the metadata of `tree` and `fonts` by their names in the PDF."""
    html = html_of(tree, BookFetcher({}))
    metadata = DocumentMetadata(**get_html_metadata(html))
    document = Document(list(pages), metadata, BookFetcher({}), FontConfiguration(), {}, None)
    document.fonts = dict(fonts)
    return document


def _said(error: Exception) -> str:
    return f"WeasyPrint says {type(error).__name__}: {str(error)[:200]}"
