"""Lay out a book in rounds, until all page numbers in its text are right.

Page numbers can move the text, and so change themselves. Everything is laid out once for a measure,
then with the numbers that follow from it, until nothing changes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from bookbuilder.book import Book, Chapter
from bookbuilder.formats.pdf.compose.assembly import print_trees
from bookbuilder.formats.pdf.compose.foot_notes import long_notes, report_notes_at_end
from bookbuilder.formats.pdf.paginate.cutting import body_runs
from bookbuilder.formats.pdf.paginate.layout_cache import LayoutCache
from bookbuilder.formats.pdf.paginate.page_numbers import (
    estimate,
    expected_starts,
    guess_pages,
    is_doubtful,
    labels_of,
    pages_of,
    placeholder,
    quoted_in,
    roman,
    starts_of,
    write_numbers,
)
from bookbuilder.formats.pdf.paginate.run_layouter import (
    LayoutEngine,
    RunLayouter,
    run_layouter,
)
from bookbuilder.formats.pdf.run_data.records import LaidOutRun
from bookbuilder.formats.pdf.run_data.runs import Run
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
# A run that quotes more page numbers is the index, the contents or the like.
MANY_NUMBERS = 12


@dataclass(frozen=True, slots=True)
class LaidOutBook:
    """The runs of a book and what came of each, the front first; `body` is the body's tree.

    `at_end` are the notes that are printed at the ends of their chapters, for want of room.
    """

    body: ET.Element
    runs: list[Run]
    laid_out_runs: list[LaidOutRun]
    at_end: list[str] = field(default_factory=list)


def lay_out_book(
    book: Book,
    cache: LayoutCache,
    start_engine: Callable[[], LayoutEngine],
    whole: bool,
    report: Report,
) -> LaidOutBook:
    """Lay out front and body of `book`, the body in one run if `whole`.

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
    layouter = None
    laid_out_runs: list[LaidOutRun] = []
    with contextlib.ExitStack() as open_layouters:
        for is_last in (*[False] * ROUNDS, True):
            trees, runs = make_runs(book, at_end, whole)
            if layouter is None or not layouter.try_reuse_for(runs):
                open_layouters.close()
                layouter = open_layouters.enter_context(run_layouter(runs, cache, start_engine))
                laid_out_runs = []
            laid_out_runs = _measure(trees, runs, layouter, laid_out_runs)
            misplaced_notes = _misplaced_notes(laid_out_runs, at_end)
            runs_on = not whole and any(laid_out.runs_on for laid_out in laid_out_runs)
            if is_last or not (misplaced_notes or runs_on):
                laid_out_runs = _settle(trees, layouter, laid_out_runs, report)
                misplaced_notes = _misplaced_notes(laid_out_runs, at_end)
                if is_last or not misplaced_notes:
                    break
            whole = whole or runs_on
            at_end |= {note: owners[note] for note in misplaced_notes}
    report_notes_at_end(at_end, report)
    return LaidOutBook(trees[1], runs, laid_out_runs, list(at_end))


def make_runs(
    book: Book, at_end: Mapping[str, Chapter], whole: bool
) -> tuple[tuple[ET.Element, ET.Element], list[Run]]:
    """Return the trees of front and body, and their runs, the front first."""
    front, body = print_trees(book, at_end)
    return (front, body), [
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


def _measure(
    trees: Sequence[ET.Element],
    runs: Sequence[Run],
    layouter: RunLayouter,
    before: Sequence[LaidOutRun],
) -> list[LaidOutRun]:
    """Lay out every run as if it began on page 1, to count its pages.

    The numbers that they quote are those found `before`, or else guesses. Runs that quote many, or
    one whose guess is doubtful, come last, when most are known, so that they too need not be laid
    out again.
    """
    guesses = {} if before else guess_pages([run.tree for run in runs[1:]])
    doubtful = {name for name, page in guesses.items() if is_doubtful(page)}
    labels = {name: placeholder(page) for name, page in guesses.items()} | _labels(before)
    stages: list[list[int]] = [[], [], []]
    for number, run in enumerate(runs):
        quoted = quoted_in(run.tree)
        stage = 2 if len(quoted) > MANY_NUMBERS else int(not doubtful.isdisjoint(quoted))
        stages[stage].append(number)
    found: dict[int, LaidOutRun] = {}
    for numbers in filter(None, stages):
        known = {runs[number]: laid_out for number, laid_out in found.items() if number}
        if known:
            laid_out_runs = [known.get(run) or estimate(run, known) for run in runs[1:]]
            labels |= labels_of(pages_of(laid_out_runs))
        for tree in trees:
            write_numbers(tree, labels)
        found |= layouter.lay_out(dict.fromkeys(numbers, 1), labels, in_full=False)
    return [found[number] for number in range(len(runs))]


def _settle(
    trees: Sequence[ET.Element],
    layouter: RunLayouter,
    laid_out_runs: list[LaidOutRun],
    report: Report,
) -> list[LaidOutRun]:
    """Lay out runs until their first pages and the numbers that their text quotes stay the same."""
    starts: list[int] = []
    for _ in range(ROUNDS + 1):
        labels = _labels(laid_out_runs)
        changed = [write_numbers(tree, labels) for tree in trees]
        if starts == [1, *starts_of(laid_out_runs[1:])] and not any(changed):
            return laid_out_runs
        starts = [1, *expected_starts(laid_out_runs[1:])]
        found = layouter.lay_out(dict(enumerate(starts)), labels, in_full=True)
        laid_out_runs = [found[number] for number in range(len(starts))]
    report.add(UNSETTLED, f"page numbers in the text still changed after {ROUNDS} layouts")
    return laid_out_runs


def _labels(laid_out_runs: Sequence[LaidOutRun]) -> dict[str, str]:
    """Return the numbers of the pages of all anchors, in front and body."""
    front, body = laid_out_runs[:1], laid_out_runs[1:]
    return labels_of(pages_of(front), roman) | labels_of(pages_of(body))
