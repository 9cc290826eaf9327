"""Guesses of where runs will stand, and what of them is certain."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from bookbuilder.formats.pdf.paginate.outlook import Guess, Outlook
from bookbuilder.formats.pdf.run_data.records import LaidOutRun, PageRecord, Side
from bookbuilder.formats.pdf.run_data.runs import LEAF, Run
from bookbuilder.runtime.progress import THE_BUILD

FRONT = """\
<html><head/><body><section class="half-title"/><section class="title-page"/>
<section class="copyright-page"/><nav class="contents">{}</nav>
<section class="chapter" id="preface">{}<p id="late"/></section></body></html>"""


def run(name: str, characters: int, text: str = "", following: str = "chapter") -> Run:
    leaf = f"<section id='{LEAF}' class='{following}'>\N{NO-BREAK SPACE}</section>"
    words = f"<p>{'x' * characters}</p><p id='{name}-2'/>{text}"
    return Run(ET.fromstring(f"<html><body id='{name}'>{words}{leaf}</body></html>"), THE_BUILD)


def front(entries: int = 3, characters: int = 0) -> Run:
    lines = "<a>Title</a>" * entries
    return Run(ET.fromstring(FRONT.format(lines, "x" * characters)), THE_BUILD, part=-1)


def pages(*names: str, side: Side = "recto", ends_blank: bool = False) -> LaidOutRun:
    records = (PageRecord(0, 0, (0, 0, 0, 0), {n: (0, 0, 0, 0)}) for n in names)
    return LaidOutRun(tuple(records), next_side=side, ends_blank=ends_blank)


def quoting(*names: str) -> str:
    return "".join(f"<span data-page-of='#{name}'/>" for name in names)


@pytest.mark.parametrize(
    ("page", "slack", "doubtful"),
    [
        (8, 1, False),
        (8, 2, True),
        (11, 2, True),
        (88, 12, True),
        (112, 13, True),
        (112, 12, False),
    ],
)
def test_a_guess_near_another_number_of_figures_is_doubtful(
    page: int, slack: int, doubtful: bool
) -> None:
    assert Guess(page, slack).is_doubtful() == doubtful


def test_pages_are_guessed_from_lengths_and_counted_where_they_are_known() -> None:
    names = ["a", "a-2", "b", "b-2", "c", "c-2"]
    runs = [run("a", 4000), run("b", 100), run("c", 9000, quoting(*names))]
    outlook = Outlook([front(), *runs])
    assert [outlook.start_of(run) for run in runs] == [1, 5, 7]
    assert [int(outlook.labels_for(runs[2])[name]) for name in names] == [1, 4, 5, 5, 7, 14]
    outlook.keep(runs[0], pages("a", "a", "a-2", "a-2", "a-2"))
    assert [outlook.start_of(run) for run in runs] == [1, 7, 9]
    assert outlook.labels_for(runs[2])["a-2"] == "3"
    # The book holds fewer characters on a page than most do.
    assert int(outlook.labels_for(runs[2])["c-2"]) > 9 + 9000 // 1250


def test_what_follows_a_run_on_either_side_waits_for_its_pages() -> None:
    runs = [run("a", 100, following="chapter nested"), run("b", 100), run("c", 100)]
    outlook = Outlook([front(), *runs])
    assert [outlook.knows_side(run) for run in runs] == [True, False, True]
    outlook.keep(runs[0], pages("a", "a", side=""))
    assert [outlook.knows_side(run) for run in runs] == [True, True, True]
    assert [outlook.start_of(run) for run in runs] == [1, 3, 5]


def test_styles_that_open_chapters_elsewhere_are_learned() -> None:
    runs = [run("a", 100), run("b", 100), run("c", 100)]
    outlook = Outlook([front(), *runs])
    assert outlook.knows_side(runs[2])
    outlook.keep(runs[0], pages("a", side=""))
    assert [outlook.knows_side(run) for run in runs] == [True, True, False]


def test_a_run_that_has_others_wait_for_its_side_counts_as_long_as_they() -> None:
    runs = [run("a", 100, following="chapter nested"), run("b", 900), run("c", 300)]
    outlook = Outlook([front(), *runs])
    assert outlook.characters_from(runs[0]) > 1000 > outlook.characters_from(runs[1])


def test_numbers_are_doubtful_only_where_their_figures_may_change() -> None:
    runs = [run("a", 9000), run("b", 4000, quoting("a", "a-2", "b", "unknown")), run("c", 100)]
    outlook = Outlook([front(), *runs])
    assert outlook.doubts(runs[1]) == 2
    assert outlook.doubts(runs[1], are_exact=True) == 2
    outlook.keep(runs[0], pages(*["a"] * 12))
    assert outlook.doubts(runs[1]) == 0


def test_the_index_needs_exact_pages() -> None:
    index = run("c", 10, "<span data-pages-of='#a #b'/>")
    runs = [run("a", 10), run("b", 10), index]
    outlook = Outlook([front(), *runs])
    assert outlook.doubts(index) == 1
    outlook.keep(runs[0], pages("a"))
    assert outlook.doubts(index) == 0


def test_the_front_is_guessed_by_its_sections() -> None:
    body = run("a", 10, quoting("preface"))
    for entries, page in ((3, "vii"), (40, "vii"), (75, "ix")):
        first = front(entries)
        outlook = Outlook([first, body])
        assert outlook.labels_for(first)["preface"] == page
        assert outlook.doubts(body) == 1
    # The opening of a chapter has less room.
    for characters, page in ((900, "vii"), (1000, "viii"), (2400, "ix")):
        chapters = front(characters=characters)
        assert Outlook([chapters, body]).labels_for(chapters)["late"] == page
    outlook.keep(first, pages("half-title", "preface"))
    assert outlook.labels_for(body)["preface"] == "ii"
    assert outlook.doubts(body) == 0
