"""The print PDF: a linked book laid out on pages by WeasyPrint."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from bookbuilder.book import Book, Chapter
from bookbuilder.formats.format import Output, deliver
from bookbuilder.formats.pdf.compose.assembly import make_body, make_front
from bookbuilder.formats.pdf.compose.foot_notes import long_notes, report_notes_at_end
from bookbuilder.formats.pdf.compose.front_cover import with_picture
from bookbuilder.formats.pdf.compose.print_notes import arranged
from bookbuilder.formats.pdf.compose.styles import author_styles, built_in_styles
from bookbuilder.formats.pdf.compose.web_links import report_many_links
from bookbuilder.formats.pdf.fingerprint import fingerprint
from bookbuilder.formats.pdf.finish.finishing import finish
from bookbuilder.formats.pdf.finish.imposition import impose
from bookbuilder.formats.pdf.pages.records import LaidOutRun
from bookbuilder.formats.pdf.paginate.layout_cache import LayoutCache, RunLayouter
from bookbuilder.formats.pdf.paginate.numbering import (
    about,
    bake,
    guessed,
    is_doubtful,
    labels_of,
    pages_of,
    placeholder,
    quoted_in,
    roman,
    starts_of,
)
from bookbuilder.formats.pdf.paginate.runs import Run, body_runs, needs_the_whole
from bookbuilder.formats.pdf.weasy.engine import engine
from bookbuilder.formats.pdf.weasy.inspection import report_wide
from bookbuilder.formats.pdf.weasy.log import (
    caught_log,
    report_failures,
    report_layout_log,
    report_refused,
)
from bookbuilder.formats.pdf.weasy.page_starts import pagination_of
from bookbuilder.formats.pdf.weasy.style_log import report_style_log
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.runtime.cache import Cache, users_cache
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.words import direction
from bookbuilder.trees.markup import elements

UNSETTLED = Rule(
    "P009",
    "page-numbers-unsettled",
    Severity.WARNING,
    "Page numbers in the text can move the text and so change themselves. They were still changing"
    " after several layouts, so some may be off by one. A small change in the wording helps.",
)

ROUNDS = 4
# More are the index, the contents and the like.
MANY_NUMBERS = 12


def write_pdf(book: Book, path: Path, report: Report) -> Output:
    """Lay out `book` and write it to `path`.

    What does not print as the author may expect goes to `report`. Raises `BookError` where Pango
    is missing or a stylesheet cannot be read; nothing is written then.
    """
    with engine(book.config.folders, report) as fonts:
        from bookbuilder.formats.pdf.weasy.joining import join

        if book.config.pdf.edition == "screen":
            book = with_picture(book, report)
        else:
            report_many_links(book, report)
        digest = fingerprint(book)
        book = arranged(book)
        own = list(author_styles(book.config, report))
        styles = [*built_in_styles(book.config, report), *own]
        report.raise_for_errors()
        cache = users_cache("pages") if book.config.pdf.cache else Cache(None)
        layouts = LayoutCache(book.assets, styles, fonts, cache)
        whole = needs_the_whole(text for _, text in own)
        tree, runs, laid_out_runs = _lay_out(book, layouts, whole, report)
        with caught_log() as messages:
            data = join(tree, laid_out_runs, [run.part for run in runs], layouts.blobs)
        report_style_log(laid_out_runs[0].style_messages, styles, report)
        _report_settings(laid_out_runs, messages, book, report)
        cache.trim()
    data = finish(data, len(laid_out_runs[0].pages), book, digest)
    if book.config.pdf.booklet:
        data = impose(data, direction(book.metadata.language) == "rtl")
    deliver(path, data, report)
    pages = sum(len(laid_out.pages) for laid_out in laid_out_runs)
    new = sum(run in layouts.laid_out for run in runs)
    done = f"Laid out {new} of {len(runs)} runs of pages" + "; the others were remembered" * (
        new < len(runs)
    )
    pagination = pagination_of(laid_out_runs, book)
    return Output(path, path.stat().st_size, pages, "pages", (done,), pagination=pagination)


def _lay_out(
    book: Book, layouts: LayoutCache, whole: bool, report: Report
) -> tuple[ET.Element, list[Run], list[LaidOutRun]]:
    """The body's tree, and front and body as runs, each laid out with the right page numbers.

    First everything is laid out for a measure, then with the numbers that follow from it. Where
    notes turn out to have no room at the foot of their pages, they go to the ends of their
    chapters, and all begins anew; where a chapter starts no page, the body is laid out as one.
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
            trees, runs = _make(book, at_end, whole)
            if layouter is None or not layouter.try_reuse_for(runs):
                open_layouters.close()
                layouter = open_layouters.enter_context(layouts.layouter(runs))
                laid_out_runs = []
            laid_out_runs = _measure(trees, runs, layouter, laid_out_runs, book, report)
            misplaced_notes = _misplaced_notes(laid_out_runs, at_end)
            runs_on = not whole and any(laid_out.runs_on for laid_out in laid_out_runs)
            if is_last or not (misplaced_notes or runs_on):
                laid_out_runs = _settle(trees, layouter, laid_out_runs, book, report)
                misplaced_notes = _misplaced_notes(laid_out_runs, at_end)
                if is_last or not misplaced_notes:
                    break
            whole = whole or runs_on
            at_end |= {note: owners[note] for note in misplaced_notes}
    report_notes_at_end(at_end, report)
    return trees[1], runs, laid_out_runs


def _misplaced_notes(laid_out_runs: Sequence[LaidOutRun], at_end: Collection[str]) -> list[str]:
    return [
        note
        for laid_out in laid_out_runs
        for note in laid_out.misplaced_notes
        if note not in at_end
    ]


def _make(
    book: Book, at_end: dict[str, Chapter], whole: bool
) -> tuple[tuple[ET.Element, ET.Element], list[Run]]:
    """The trees of front and body, and their runs, the front first."""
    front, body = make_front(book, at_end), make_body(book, at_end)
    return (front, body), [
        Run(front, book.place, part=-1, has_leaf=True),
        *body_runs(book, body, whole),
    ]


def _measure(
    trees: Sequence[ET.Element],
    runs: Sequence[Run],
    layouter: RunLayouter,
    before: Sequence[LaidOutRun],
    book: Book,
    report: Report,
) -> list[LaidOutRun]:
    """Lay out every run as if it began on page 1, to learn how many pages it has.

    The numbers that they quote are those found `before`, or else guesses. Runs that quote many, or
    one whose guess is doubtful, come last, when most are known, so that they too need not be laid
    out again.
    """
    guesses = {} if before else guessed([run.tree for run in runs[1:]])
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
            laid_out_runs = [known.get(run) or about(run, known) for run in runs[1:]]
            labels |= labels_of(pages_of(laid_out_runs))
        for tree in trees:
            bake(tree, labels)
        found |= _set(layouter, dict.fromkeys(numbers, 1), labels, book, report, in_full=False)
    return [found[number] for number in range(len(runs))]


def _settle(
    trees: Sequence[ET.Element],
    layouter: RunLayouter,
    laid_out_runs: list[LaidOutRun],
    book: Book,
    report: Report,
) -> list[LaidOutRun]:
    """Set runs until neither the numbers of their pages nor those that their text quotes change."""
    starts: list[int] = []
    for _ in range(ROUNDS + 1):
        labels = _labels(laid_out_runs)
        changed = [bake(tree, labels) for tree in trees]
        before, starts = starts, [1, *starts_of(laid_out_runs[1:])]
        if starts == before and not any(changed):
            return laid_out_runs
        found = _set(layouter, dict(enumerate(starts)), labels, book, report, in_full=True)
        laid_out_runs = [found[number] for number in range(len(starts))]
    report.add(UNSETTLED, f"page numbers in the text still changed after {ROUNDS} layouts")
    return laid_out_runs


def _labels(laid_out_runs: Sequence[LaidOutRun]) -> dict[str, str]:
    """The numbers of the pages of all anchors, in front and body."""
    front, body = laid_out_runs[:1], laid_out_runs[1:]
    return labels_of(pages_of(front), roman) | labels_of(pages_of(body))


def _set(
    layouter: RunLayouter,
    starts: Mapping[int, int],
    labels: Mapping[str, str],
    book: Book,
    report: Report,
    in_full: bool,
) -> dict[int, LaidOutRun]:
    """Settings of runs. Raises `BookError` where WeasyPrint fails, naming the chapters."""
    found = layouter.set(starts, labels, in_full)
    report_failures([s.failure for s in found.values() if s.failure is not None], book, report)
    report.raise_for_errors()
    return found


def _report_settings(
    laid_out_runs: Sequence[LaidOutRun], joining: Iterable[str], book: Book, report: Report
) -> None:
    """What was noticed while pages were laid out, and while they were joined."""
    for laid_out in laid_out_runs:
        report_refused(laid_out.refused, report)
    for laid_out, start in zip(laid_out_runs[1:], starts_of(laid_out_runs[1:]), strict=True):
        report_wide(laid_out.wide, start, book, report)
    found = [message for laid_out in laid_out_runs for message in laid_out.messages]
    report_layout_log(dict.fromkeys([*found, *joining]), book, report)
