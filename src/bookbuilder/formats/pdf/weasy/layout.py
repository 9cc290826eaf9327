"""Lay out the trees of one book with WeasyPrint, and keep their pages to be numbered anew."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from xml.etree import ElementTree as ET

from bookbuilder.book import Asset
from bookbuilder.formats.pdf.run_data.records import Failure, LaidOutRun
from bookbuilder.formats.pdf.run_data.runs import (
    LEAF,
    Run,
    classes_of,
    numbers_in,
    with_room_for_notes,
)
from bookbuilder.formats.pdf.weasy.contract import CSS, CounterStyle, FontConfiguration
from bookbuilder.formats.pdf.weasy.documents import BookFetcher, html_of
from bookbuilder.formats.pdf.weasy.findings import caught_log
from bookbuilder.formats.pdf.weasy.inspection import End, end_of
from bookbuilder.formats.pdf.weasy.laid_out import LaidOut, lay_out
from bookbuilder.formats.pdf.weasy.line_ends import blanks_may_hang
from bookbuilder.formats.pdf.weasy.recording import record
from bookbuilder.formats.pdf.weasy.stylesheets import parse_style
from bookbuilder.runtime.cache import digest_of
from bookbuilder.runtime.limits import limits_in_force, memory_of

# Of the memory that a build may use, what a process may take before it keeps no more pages.
MEMORY_TO_KEEP = 0.25
MEMORY_WITHOUT_LIMIT = 4_000_000_000


@dataclass(slots=True)
class _Kept:
    """Keeps the pages of a run, and what was noticed while they were laid out."""

    laid: LaidOut
    tree: ET.Element
    fetcher: BookFetcher
    end: End
    numbers: dict[ET.Element, str]
    messages: dict[str, None] = field(default_factory=dict)

    def try_renumber(self, start: int) -> bool:
        """Write the tree's present numbers into these pages.

        Return False, and write none, if they or `start` would move text.
        """
        if start % 2 != self.laid.start % 2:
            return False
        before, self.numbers = self.numbers, numbers_in(self.tree)
        changed = [place for place, said in self.numbers.items() if before.get(place) != said]
        return self.laid.rewrite(changed)


class TreeLayouter:
    """Lays out trees of one book with the same fonts and styles.

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
        self._styles: list[CSS] = []
        for name, text in styles:
            style, messages = parse_style(text, name, fetcher, self._fonts, self._counters)
            self._styles.append(style)
            self.style_messages += [(name, message) for message in messages]

    def lay_out_run(
        self, run: Run, start: int, in_full: bool
    ) -> tuple[LaidOutRun, dict[str, bytes]]:
        """Return the pages of `run`, numbered from `start`, and its blobs by digest.

        Without `in_full`, the result holds only what page numbers depend on. If WeasyPrint fails,
        the result says so.
        """
        kept = self._kept.pop(run, None)
        with caught_log() as messages:
            try:
                tree = run.tree
                if kept is None or not kept.try_renumber(start):
                    kept = self._lay_out_run(run, start)
                    kept.messages = messages
                if in_full:
                    kept.laid.number(start, int(run.has_leaf))
                laid_out, blobs = record(kept.laid, kept.tree, in_full, run.has_leaf)
            except MemoryError:
                raise
            except Exception as error:
                return LaidOutRun(failure=self.failure_of(tree, error)), {}
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
        """Say whether the pages of `run` need not be laid out to be numbered."""
        return run in self._kept

    def forget(self, run: Run) -> None:
        """Let go of the pages of `run`, which will not be laid out again."""
        self._kept.pop(run, None)

    def _has_room(self) -> bool:
        """Say whether another run's pages may be kept: those of one always are."""
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
        """Put `tree` on pages that are numbered from `start`, without heads and folios."""
        side = "recto" if start % 2 else "verso"
        place = f"@page :first {{ counter-reset: page {start} }} html {{ break-before: {side} }}"
        styles = [*self._styles, CSS(string=place)]
        with blanks_may_hang():
            return lay_out(html_of(tree, fetcher), start, styles, self._fonts, self._counters)

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


def _said(error: Exception) -> str:
    return f"WeasyPrint says {type(error).__name__}: {str(error)[:200]}"
