"""Lay out a book in rounds, until all page numbers in its text are right.

A page number can move the text if it has more or fewer figures than before, and so change itself.
So runs are laid out with the numbers that follow from the last round, until nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from bookbuilder.book import Book, Chapter
from bookbuilder.formats.pdf.compose.assembly import Printed, print_trees
from bookbuilder.formats.pdf.compose.foot_notes import long_notes, report_notes_at_end
from bookbuilder.formats.pdf.joining.fonts import joined_fonts
from bookbuilder.formats.pdf.paginate.cutting import body_runs, needs_the_whole, repeats_text
from bookbuilder.formats.pdf.paginate.layout_cache import LayoutCache
from bookbuilder.formats.pdf.paginate.outlook import Outlook
from bookbuilder.formats.pdf.paginate.page_numbers import (
    expected_starts,
    labels_of,
    pages_of,
    roman,
    stand_ins_in,
    starts_of,
    text_with,
    write_numbers,
)
from bookbuilder.formats.pdf.paginate.run_layouter import (
    LayoutEngine,
    LayoutRequest,
    RunLayouter,
    run_layouter,
)
from bookbuilder.formats.pdf.run_data.numbering import numbered
from bookbuilder.formats.pdf.run_data.records import LaidOutRun, WrittenFonts
from bookbuilder.formats.pdf.run_data.runs import Run, numbers_in
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.runtime.progress import tracked
from bookbuilder.trees.markup import elements

UNSETTLED = Rule(
    "P009",
    "page-numbers-unsettled",
    Severity.WARNING,
    "A page number in the text can move the text, and so change itself. Here numbers were still"
    " changing after several layouts, so some may be off by one. A small change in the wording"
    " helps.",
)

ROUNDS = 4
# Where chapters begin on any page, each that gets longer moves the next to the other side.
NUMBERING_ROUNDS = 40
# How many runs have to wait for their sides until an idle processor guesses one.
UNSIDED_TO_GUESS = 8


@dataclass(frozen=True, slots=True)
class LaidOutBook:
    """The runs of a book and what came of each, the front first; `body` is the body's tree.

    `fonts` are those of all runs, and `font_names` their names in each.
    `at_end` are the notes that are printed at the ends of their chapters, for want of room.
    """

    body: ET.Element
    runs: list[Run]
    laid_out_runs: list[LaidOutRun]
    fonts: WrittenFonts
    font_names: list[dict[str, str]]
    at_end: list[str] = field(default_factory=list)


def lay_out_book(
    book: Book,
    cache: LayoutCache,
    start_engine: Callable[[], LayoutEngine],
    styles: Iterable[str],
    report: Report,
) -> LaidOutBook:
    """Lay out front and body of `book`; `styles` are the texts of the author's stylesheets.

    If notes turn out to have no room at the foot of their pages, they go to the ends of their
    chapters, and layout starts again. If a chapter starts no page, the body is laid out as one run.
    Raises `LayoutFailedError`.
    """
    owners = {
        str(aside.get("id")): chapter
        for chapter in book.chapters
        for aside in elements(chapter.tree, "aside")
    }
    at_end = {note: chapter for chapter in tracked(book.chapters) for note in long_notes(chapter)}
    styles = list(styles)
    whole = book.config.pdf.openings == "any" or needs_the_whole(styles)
    laid_out_runs: list[LaidOutRun] = []
    printed: Printed = {}
    with run_layouter(cache, start_engine) as layouter:
        for is_last in (*[False] * ROUNDS, True):
            body, runs = make_runs(book, at_end, whole, printed)
            pages = _Rounds(runs, layouter, set(runs) if repeats_text(styles) else set())
            if len(laid_out_runs) != len(runs):
                laid_out_runs = pages.lay_out_once()
            laid_out_runs, is_settled = pages.settle(laid_out_runs)
            misplaced_notes = _misplaced_notes(laid_out_runs, at_end)
            runs_on = not whole and any(laid_out.runs_on for laid_out in laid_out_runs)
            if is_last or not (misplaced_notes or runs_on):
                break
            whole = whole or runs_on
            at_end |= {note: owners[note] for note in misplaced_notes}
        uses, names = joined_fonts(laid_out_runs)
        fonts = layouter.write_fonts(uses, book.place)
    if not is_settled:
        report.add(
            UNSETTLED, f"page numbers in the text still changed after {NUMBERING_ROUNDS} rounds"
        )
    report_notes_at_end(at_end, report)
    return LaidOutBook(body, runs, pages.numbered(laid_out_runs), fonts, names, list(at_end))


def make_runs(
    book: Book, at_end: Mapping[str, Chapter], whole: bool, printed: Printed | None = None
) -> tuple[ET.Element, list[Run]]:
    """Return the tree of the body, and all runs, the front first.

    `printed` are the chapters as they were made for the last runs, and are to be made for the next.
    """
    front, body = print_trees(book, at_end, printed)
    return body, [
        Run(front, book.place, part=-1, has_leaf=True),
        *body_runs(book, body, whole),
    ]


def _misplaced_notes(laid_out_runs: Sequence[LaidOutRun], at_end: Collection[str]) -> list[str]:
    return [
        note
        for laid_out in laid_out_runs
        for note in laid_out.misplaced_notes
        if note not in at_end
    ]


@dataclass(slots=True)
class _Rounds:
    """Lays out `runs`; those in `spelled` and `counted` with their numbers, not with stand-ins.

    The trees hold the numbers with which they were last laid out.
    """

    runs: list[Run]
    layouter: RunLayouter
    spelled: set[Run]
    counted: set[Run] = field(default_factory=set)
    _texts: dict[Run, tuple[list[tuple[str, str]], bytes]] = field(default_factory=dict)

    def lay_out_once(self) -> list[LaidOutRun]:
        """Lay out every run, each as soon as what its layout depends on is certain.

        If nothing can be certain any more, the run is next that is the least risk.
        """
        outlook = Outlook(self.runs)
        found: dict[Run, LaidOutRun] = {}
        begun: set[Run] = set()

        def choose() -> LayoutRequest | None:
            waiting = [run for run in self.runs if run not in begun]
            run = self._next_of(waiting, outlook, is_any_in_work=len(found) < len(begun))
            if run is None:
                return None
            begun.add(run)
            start = outlook.start_of(run) if outlook.knows_side(run) else 1
            return self._request(run, start, outlook.labels_for(run))

        def keep(request: LayoutRequest, laid_out: LaidOutRun) -> None:
            found[request.run] = laid_out
            outlook.keep(request.run, laid_out)

        self.layouter.lay_out_in_turn(choose, keep, len(self.runs))
        return [found[run] for run in self.runs]

    def _next_of(
        self, waiting: Sequence[Run], outlook: Outlook, is_any_in_work: bool
    ) -> Run | None:
        """Return the run to lay out next; None if it is better to wait, or if none is left."""

        def doubts(run: Run) -> int:
            return outlook.doubts(run, run in self.spelled)

        def risk(run: Run) -> int:
            return outlook.length_of(run) * doubts(run)

        sided = [run for run in waiting if outlook.knows_side(run)]
        # Those first on which most others wait.
        for run in sorted(sided, key=outlook.characters_from, reverse=True):
            if not doubts(run):
                return run
        # A whole book may wait for the side of one run, and many processors with it.
        unsided = [run for run in waiting if run not in sided]
        if is_any_in_work and len(unsided) < UNSIDED_TO_GUESS:
            return None
        return min(sided, key=risk) if sided else unsided[-1] if unsided else None

    def settle(self, laid_out_runs: list[LaidOutRun]) -> tuple[list[LaidOutRun], bool]:
        """Lay out runs until neither their sides nor the figures that they quote change.

        Return whether that happened.
        """
        before: list[LayoutRequest] = []
        known_before: object = None
        for _ in range(NUMBERING_ROUNDS):
            front, *body = laid_out_runs
            for run, laid_out in zip(self.runs, laid_out_runs, strict=True):
                self.spelled |= {run} if laid_out.spells else set()
                self.counted |= {run} if laid_out.counts else set()
            labels = labels_of(front.pages, roman) | labels_of(pages_of(body))
            starts = [1, *expected_starts(body)]
            known = labels, starts, set(self.spelled), set(self.counted)
            if known == known_before:
                return laid_out_runs, True
            known_before = known
            requests = [
                self._request(run, start, labels)
                for run, start in zip(self.runs, starts, strict=True)
            ]
            if requests == before:
                return laid_out_runs, True
            before, laid_out_runs = requests, self.layouter.lay_out(requests)
        return laid_out_runs, False

    def _request(self, run: Run, start: int, labels: Mapping[str, str]) -> LayoutRequest:
        write_numbers(run.tree, labels)
        if run in self.spelled:
            text = ET.tostring(run.tree, "unicode").encode()
        else:
            numbers = stand_ins_in(run.tree)
            if run not in self._texts or self._texts[run][0] != numbers:
                self._texts[run] = numbers, text_with(run.tree, numbers)
            text = self._texts[run][1]
        return LayoutRequest(run, text, start if run in self.counted else 2 - start % 2)

    def numbered(self, laid_out_runs: Sequence[LaidOutRun]) -> list[LaidOutRun]:
        """Return the runs with the numbers that their trees hold, as they stand in the book."""
        starts = [1, *starts_of(laid_out_runs[1:])]
        return [
            numbered(laid_out, start, [number.text or "" for number in numbers_in(run.tree)])
            for run, laid_out, start in zip(self.runs, laid_out_runs, starts, strict=True)
        ]
