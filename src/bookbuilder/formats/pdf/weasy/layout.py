"""Lay out the trees of one book with WeasyPrint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.run_data.records import Failure, FontUse, LaidOutRun, WrittenFonts
from bookbuilder.formats.pdf.run_data.runs import LEAF, classes_of, with_room_for_notes
from bookbuilder.formats.pdf.weasy.contract import (
    CSS,
    CounterStyle,
    Document,
    FontConfiguration,
    last_pages_uncounted,
    render,
)
from bookbuilder.formats.pdf.weasy.contract_styles import MARGINS_OF_THEME, spare_styles
from bookbuilder.formats.pdf.weasy.contract_text import lines_justified_by
from bookbuilder.formats.pdf.weasy.documents import BookFetcher, html_of
from bookbuilder.formats.pdf.weasy.findings import caught_log
from bookbuilder.formats.pdf.weasy.fonts import write_fonts
from bookbuilder.formats.pdf.weasy.fragments import close_fragments
from bookbuilder.formats.pdf.weasy.inspection import End, end_of
from bookbuilder.formats.pdf.weasy.line_ends import blanks_may_hang
from bookbuilder.formats.pdf.weasy.recording import record
from bookbuilder.formats.pdf.weasy.right_to_left import settling
from bookbuilder.formats.pdf.weasy.stylesheets import (
    has_other_pseudo_elements,
    margins_in,
    parse_style,
)
from bookbuilder.formats.pdf.weasy.wide_letters import spread_wide
from bookbuilder.model.assets import Asset
from bookbuilder.runtime.cache import digest_of


class TreeLayouter:
    """Lays out trees of one book with the same fonts and styles.

    `styles` are names and texts of stylesheets, in order. What WeasyPrint says of them is in
    `style_messages`.
    """

    def __init__(self, assets: Mapping[str, Asset], styles: Sequence[tuple[str, str]]) -> None:
        self._assets = assets
        self._fonts = FontConfiguration()
        self._counters = CounterStyle()
        self.style_messages: list[tuple[str, str]] = []
        fetcher = BookFetcher(assets)
        self._styles: list[CSS] = []
        self._is_sparing = not any(has_other_pseudo_elements(text) for _, text in styles)
        self._margins = MARGINS_OF_THEME.union(*(margins_in(text) for _, text in styles))
        for name, text in styles:
            style, messages = parse_style(text, name, fetcher, self._fonts, self._counters)
            self._styles.append(style)
            self.style_messages += [(name, message) for message in messages]

    def lay_out_run(
        self, tree: ET.Element, start: int, has_leaf: bool
    ) -> tuple[LaidOutRun, dict[str, bytes]]:
        """Return the pages of a run, numbered from `start`, and its blobs by digest.

        If WeasyPrint fails, the result says so.
        """
        fetcher = BookFetcher(self._assets)
        with caught_log() as messages:
            try:
                document = self.lay_out(tree, start, fetcher, int(has_leaf))
                end = end_of(document.pages, tree) if has_leaf else End.CLEAN
                if end is End.NOTES:
                    tree = with_room_for_notes(tree)
                    document = self.lay_out(tree, start, fetcher, int(has_leaf))
                laid_out, blobs = record(document, tree, start, has_leaf)
            except MemoryError:
                raise
            except Exception as error:
                return LaidOutRun(failure=self.failure_of(tree, error)), {}
        return replace(
            laid_out,
            assets=tuple((name, digest_of(data)) for name, data in fetcher.served.items()),
            refused=tuple(fetcher.refused),
            messages=tuple(messages),
            style_messages=tuple(self.style_messages),
            runs_on=end is End.TEXT,
        ), blobs

    def lay_out(
        self, tree: ET.Element, start: int, fetcher: BookFetcher, unprinted: int = 0
    ) -> Document:
        """Put `tree` on pages that are numbered from `start`; do not count the `unprinted` last."""
        styles = [*self._styles, _starting_on(start)]
        html = html_of(tree, fetcher)
        own = (style for element in tree.iter() if (style := element.get("style")))
        if self._is_sparing and not any(map(has_other_pseudo_elements, own)):
            spare_styles(html, self._margins)
        justified = lines_justified_by(spread_wide)
        with blanks_may_hang(), justified, last_pages_uncounted(unprinted):
            document = render(html, styles, self._fonts, self._counters, settling(tree))
        close_fragments(document.pages)
        return document

    def write_fonts(self, uses: Sequence[FontUse], blobs: Mapping[str, bytes]) -> WrittenFonts:
        return write_fonts(uses, blobs)

    def failure_of(self, tree: ET.Element, error: Exception) -> Failure:
        """Find the chapters that cannot be laid out even alone; a single one is not tried again."""
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


@cache
def _starting_on(page: int) -> CSS:
    side = "recto" if page % 2 else "verso"
    return CSS(
        string=f"@page :first {{ counter-reset: page {page} }} html {{ break-before: {side} }}"
    )


def _said(error: Exception) -> str:
    return f"WeasyPrint says {type(error).__name__}: {str(error)[:200]}"
