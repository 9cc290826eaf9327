"""Laying out trees with WeasyPrint."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from xml.etree import ElementTree as ET

from weasyprint import CSS, HTML, Document
from weasyprint.css.counters import CounterStyle
from weasyprint.html import get_html_metadata
from weasyprint.pdf.metadata import DocumentMetadata
from weasyprint.text.fonts import FontConfiguration

from bookbuilder.book import Asset
from bookbuilder.formats.pdf.compose.elements import classes_of
from bookbuilder.formats.pdf.pages.records import Failure, LaidOutRun
from bookbuilder.formats.pdf.paginate.numbering import numbers_in
from bookbuilder.formats.pdf.paginate.runs import LEAF, Run, with_room_for_notes
from bookbuilder.formats.pdf.weasy.fetcher import BookFetcher
from bookbuilder.formats.pdf.weasy.fragments import close_fragments
from bookbuilder.formats.pdf.weasy.inspection import End, end_of
from bookbuilder.formats.pdf.weasy.laid_out import LaidOut, lay_out
from bookbuilder.formats.pdf.weasy.log import BASE_URL, caught_log
from bookbuilder.formats.pdf.weasy.recording import record
from bookbuilder.runtime.cache import digest_of
from bookbuilder.runtime.limits import limits_in_force, memory_of


def html_of(tree: ET.Element, fetcher: BookFetcher) -> HTML:
    """A document from a tree: parsing text again would undo blocks inside paragraphs."""
    html = HTML(string="<html></html>", base_url=BASE_URL, url_fetcher=fetcher)
    html.wrapper_element = type(html.wrapper_element).from_html_root(tree, content_language=None)
    html.etree_element = html.wrapper_element.etree_element
    return html


# Of the memory that a build may use, what a process may take before it keeps no more pages.
MEMORY_TO_KEEP = 0.25
MEMORY_WITHOUT_LIMIT = 4_000_000_000


@dataclass(slots=True)
class _Kept:
    """The pages of a run, and what was noticed while they were laid out."""

    laid: LaidOut
    tree: ET.Element
    fetcher: BookFetcher
    end: End
    numbers: dict[ET.Element, str]
    messages: dict[str, None] = field(default_factory=dict)

    def serves(self, start: int) -> bool:
        """Whether these are the pages of their tree as it is now, and if they start with `start`.

        They have its numbers in the text then.
        """
        if start % 2 != self.laid.start % 2:
            return False
        before, self.numbers = self.numbers, numbers_in(self.tree)
        changed = [place for place, said in self.numbers.items() if before.get(place) != said]
        return self.laid.rewrite(changed)


class Press:
    """Lays out runs of one book with the same fonts and styles.

    `styles` are names and texts of stylesheets, in order. What WeasyPrint says of them is in
    `style_messages`.
    """

    def __init__(self, assets: Mapping[str, Asset], styles: Sequence[tuple[str, str]]) -> None:
        self._assets = assets
        self._fonts = FontConfiguration()
        self._counters = CounterStyle()
        self._kept: dict[Run, _Kept] = {}
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

    def set_run(self, run: Run, start: int, in_full: bool) -> tuple[LaidOutRun, dict[str, bytes]]:
        """The pages of `run`, the first of which has the number `start`, and its blobs by digest.

        Unless `in_full`, only as much of it as page numbers depend on. Where WeasyPrint
        fails, the result says so.
        """
        kept = self._kept.pop(run, None)
        with caught_log() as messages:
            try:
                tree = run.tree
                if kept is None or not kept.serves(start):
                    kept = self._lay_out_run(run, start)
                    kept.messages = messages
                if in_full:
                    kept.laid.number(start)
                pages = kept.laid.document.pages[:-1] if run.has_leaf else kept.laid.document.pages
                laid_out, blobs = record(kept.laid.document, pages, kept.tree, in_full)
            except MemoryError:
                raise
            except Exception as error:
                return LaidOutRun(failure=self.blame(tree, error)), {}
        if self._has_room():
            self._kept[run] = kept
        return replace(
            laid_out,
            assets=tuple((name, digest_of(data)) for name, data in kept.fetcher.served.items()),
            refused=tuple(kept.fetcher.refused),
            messages=tuple(kept.messages | messages),
            style_messages=tuple(self.style_messages),
            runs_on=kept.end is End.TEXT,
        ), blobs

    def keeps(self, run: Run) -> bool:
        """Whether the pages of `run` need not be laid out to be numbered."""
        return run in self._kept

    def _has_room(self) -> bool:
        """Whether another run's pages may be kept: those of one always are."""
        limits = limits_in_force()
        most = limits.memory * 1_000_000 if limits and limits.memory else MEMORY_WITHOUT_LIMIT
        return not self._kept or memory_of(os.getpid()) < most * MEMORY_TO_KEEP

    def _lay_out_run(self, run: Run, start: int) -> _Kept:
        tree, fetcher = run.tree, BookFetcher(self._assets)
        laid = self.lay_out(tree, start, fetcher)
        end = end_of(laid.document.pages, tree) if run.has_leaf else End.CLEAN
        if end is End.NOTES:
            tree = with_room_for_notes(tree)
            laid = self.lay_out(tree, start, fetcher)
        return _Kept(laid, tree, fetcher, end, numbers_in(tree))

    def lay_out(self, tree: ET.Element, start: int, fetcher: BookFetcher) -> LaidOut:
        """`tree` on pages, the first of which has the number `start`, without heads and folios."""
        side = "recto" if start % 2 else "verso"
        place = f"@page :first {{ counter-reset: page {start} }} html {{ break-before: {side} }}"
        styles = [*self._styles, CSS(string=place)]
        laid = lay_out(html_of(tree, fetcher), start, styles, self._fonts, self._counters)
        close_fragments(laid.document.pages)
        return laid

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
    head = ET.Element(tree.tag, tree.attrib)
    head.extend(tree.findall("head"))
    html = html_of(head, BookFetcher({}))
    metadata = DocumentMetadata(**get_html_metadata(html))
    document = Document(list(pages), metadata, BookFetcher({}), FontConfiguration(), {}, None)
    document.fonts = dict(fonts)
    return document


def _said(error: Exception) -> str:
    return f"WeasyPrint says {type(error).__name__}: {str(error)[:200]}"
