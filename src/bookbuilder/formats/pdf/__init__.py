"""The print PDF: a linked book laid out on pages by WeasyPrint."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from bookbuilder.book import Book, Chapter
from bookbuilder.cache import Cache, users_cache
from bookbuilder.diagnostics import Report, Rule, Severity
from bookbuilder.formats import Output, deliver
from bookbuilder.formats.pdf.arrangement import arranged
from bookbuilder.formats.pdf.assembly import make_body, make_front
from bookbuilder.formats.pdf.booklet import impose
from bookbuilder.formats.pdf.cover import with_picture
from bookbuilder.formats.pdf.engine import engine
from bookbuilder.formats.pdf.fingerprint import fingerprint
from bookbuilder.formats.pdf.finishing import finish
from bookbuilder.formats.pdf.inspection import report_wide
from bookbuilder.formats.pdf.log import (
    caught_log,
    report_failures,
    report_layout_log,
    report_refused,
)
from bookbuilder.formats.pdf.notes import long_notes, report_notes_at_end
from bookbuilder.formats.pdf.numbering import (
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
from bookbuilder.formats.pdf.pagestarts import pagination_of
from bookbuilder.formats.pdf.records import Setting
from bookbuilder.formats.pdf.runs import Run, body_runs, needs_the_whole
from bookbuilder.formats.pdf.shop import Shop, Staff
from bookbuilder.formats.pdf.stylelog import report_style_log
from bookbuilder.formats.pdf.styles import author_styles, built_in_styles
from bookbuilder.formats.pdf.weblinks import report_many_links
from bookbuilder.markup import elements
from bookbuilder.words import direction

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
        from bookbuilder.formats.pdf.press.joining import join

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
        shop = Shop(book.assets, styles, fonts, cache)
        whole = needs_the_whole(text for _, text in own)
        tree, runs, settings = _lay_out(book, shop, whole, report)
        with caught_log() as messages:
            data = join(tree, settings, [run.part for run in runs], shop.blobs)
        report_style_log(settings[0].style_messages, styles, report)
        _report_settings(settings, messages, book, report)
        cache.trim()
    data = finish(data, len(settings[0].pages), book, digest)
    if book.config.pdf.booklet:
        data = impose(data, direction(book.metadata.language) == "rtl")
    deliver(path, data, report)
    pages = sum(len(setting.pages) for setting in settings)
    new = sum(run in shop.laid_out for run in runs)
    done = f"Laid out {new} of {len(runs)} runs of pages" + "; the others were remembered" * (
        new < len(runs)
    )
    pagination = pagination_of(settings, book)
    return Output(path, path.stat().st_size, pages, "pages", (done,), pagination=pagination)


def _lay_out(
    book: Book, shop: Shop, whole: bool, report: Report
) -> tuple[ET.Element, list[Run], list[Setting]]:
    """The body's tree, and front and body as runs and settings with the right page numbers.

    First everything is laid out for a measure, then with the numbers that follow from it. Where
    notes turn out to have no room at the foot of their pages, they go to the ends of their
    chapters, and all begins anew; where a chapter starts no page, the body is laid out as one.
    """
    owners = {
        str(aside.get("id")): chapter
        for chapter in book.chapters
        for aside in elements(chapter.tree, "aside")
    }
    at_end = {note: chapter for chapter in book.chapters for note in long_notes(chapter)}
    staff = None
    settings: list[Setting] = []
    with contextlib.ExitStack() as open_shops:
        for is_last in (*[False] * ROUNDS, True):
            trees, runs = _make(book, at_end, whole)
            if staff is None or not staff.takes(runs):
                open_shops.close()
                staff = open_shops.enter_context(shop.staffed(runs))
                settings = []
            settings = _measure(trees, runs, staff, settings, book, report)
            homeless = _homeless(settings, at_end)
            runs_on = not whole and any(setting.runs_on for setting in settings)
            if is_last or not (homeless or runs_on):
                settings = _settle(trees, staff, settings, book, report)
                homeless = _homeless(settings, at_end)
                if is_last or not homeless:
                    break
            whole = whole or runs_on
            at_end |= {note: owners[note] for note in homeless}
    report_notes_at_end(at_end, report)
    return trees[1], runs, settings


def _homeless(settings: Sequence[Setting], at_end: Collection[str]) -> list[str]:
    return [note for setting in settings for note in setting.homeless if note not in at_end]


def _make(
    book: Book, at_end: dict[str, Chapter], whole: bool
) -> tuple[tuple[ET.Element, ET.Element], list[Run]]:
    """The trees of front and body, and their runs, the front first."""
    front, body = make_front(book, at_end), make_body(book, at_end)
    return (front, body), [Run(front, part=-1, has_leaf=True), *body_runs(book, body, whole)]


def _measure(
    trees: Sequence[ET.Element],
    runs: Sequence[Run],
    staff: Staff,
    before: Sequence[Setting],
    book: Book,
    report: Report,
) -> list[Setting]:
    """Settings that say how many pages each run has, as if all began on page 1.

    The numbers that they quote are those of the settings `before`, or else guesses. Runs that quote
    many, or one whose guess is doubtful, come last, when most are known, so that they too need not
    be laid out again.
    """
    guesses = {} if before else guessed([run.tree for run in runs[1:]])
    doubtful = {name for name, page in guesses.items() if is_doubtful(page)}
    labels = {name: placeholder(page) for name, page in guesses.items()} | _labels(before)
    stages: list[list[int]] = [[], [], []]
    for number, run in enumerate(runs):
        quoted = quoted_in(run.tree)
        stage = 2 if len(quoted) > MANY_NUMBERS else int(not doubtful.isdisjoint(quoted))
        stages[stage].append(number)
    found: dict[int, Setting] = {}
    for numbers in filter(None, stages):
        known = {runs[number]: setting for number, setting in found.items() if number}
        if known:
            settings = [known.get(run) or about(run, known) for run in runs[1:]]
            labels |= labels_of(pages_of(settings))
        for tree in trees:
            bake(tree, labels)
        found |= _set(staff, dict.fromkeys(numbers, 1), labels, book, report, in_full=False)
    return [found[number] for number in range(len(runs))]


def _settle(
    trees: Sequence[ET.Element], staff: Staff, settings: list[Setting], book: Book, report: Report
) -> list[Setting]:
    """Set runs until neither the numbers of their pages nor those that their text quotes change."""
    starts: list[int] = []
    for _ in range(ROUNDS + 1):
        labels = _labels(settings)
        changed = [bake(tree, labels) for tree in trees]
        before, starts = starts, [1, *starts_of(settings[1:])]
        if starts == before and not any(changed):
            return settings
        found = _set(staff, dict(enumerate(starts)), labels, book, report, in_full=True)
        settings = [found[number] for number in range(len(starts))]
    report.add(UNSETTLED, f"page numbers in the text still changed after {ROUNDS} layouts")
    return settings


def _labels(settings: Sequence[Setting]) -> dict[str, str]:
    """The numbers of the pages of all anchors, in front and body."""
    front, body = settings[:1], settings[1:]
    return labels_of(pages_of(front), roman) | labels_of(pages_of(body))


def _set(
    staff: Staff,
    starts: Mapping[int, int],
    labels: Mapping[str, str],
    book: Book,
    report: Report,
    in_full: bool,
) -> dict[int, Setting]:
    """Settings of runs. Raises `BookError` where WeasyPrint fails, naming the chapters."""
    found = staff.set(starts, labels, in_full)
    report_failures([s.failure for s in found.values() if s.failure is not None], book, report)
    report.raise_for_errors()
    return found


def _report_settings(
    settings: Sequence[Setting], joining: Iterable[str], book: Book, report: Report
) -> None:
    """What was noticed while pages were laid out, and while they were joined."""
    for setting in settings:
        report_refused(setting.refused, report)
    for setting, start in zip(settings[1:], starts_of(settings[1:]), strict=True):
        report_wide(setting.wide, start, book, report)
    found = [message for setting in settings for message in setting.messages]
    report_layout_log(dict.fromkeys([*found, *joining]), book, report)
