"""Numbers written on pages that are laid out already are where a new layout would have them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bookbuilder import Report, load
from bookbuilder.formats.pdf.compose.assembly import print_trees
from bookbuilder.formats.pdf.compose.print_notes import arrange_notes
from bookbuilder.formats.pdf.compose.styles import built_in_styles
from bookbuilder.formats.pdf.paginate.cutting import body_runs
from bookbuilder.formats.pdf.paginate.page_numbers import (
    estimate,
    is_doubtful,
    roman,
    write_numbers,
)
from bookbuilder.formats.pdf.run_data.records import LaidOutRun, PageRecord
from bookbuilder.formats.pdf.run_data.runs import Run
from bookbuilder.formats.pdf.weasy.setup import weasyprint_with_fonts
from bookbuilder.runtime.progress import THE_BUILD
from books import write_files
from pdf_books import SENTENCE, a_book, numbered, outline_of, pages_of, written

FILLER = "Some words that fill a line and then another one, so that lines are justified. "
CHAPTER = f"""\
# One

{FILLER * 9}See [Two](two.md), and [an end](two.md#end) of it. {FILLER * 3}[^n]

[^n]: A note, which says to see [Two](two.md) for more. {FILLER}

| a | see |
|---|-----|
| 1 | [Two](two.md) |

{f"- {FILLER}" * 60}
"""


@pytest.fixture
def layouter_and_runs(tmp_path: Path) -> Iterator[tuple[Any, list[Run]]]:
    write_files(tmp_path, {"one.md": CHAPTER, "two.md": f"# Two\n\n{FILLER}\n\n## End\n"})
    book, report = arrange_notes(load(tmp_path)), Report()
    front, body = print_trees(book)
    runs = [*body_runs(book, body, whole=False), Run(front, book.place, part=-1, has_leaf=True)]
    with weasyprint_with_fonts(book.config.folders, report):
        from bookbuilder.formats.pdf.weasy.layout import TreeLayouter

        styles = list(built_in_styles(book, report))
        yield lambda: CountingLayouter(TreeLayouter(book.assets, styles)), runs


class CountingLayouter:
    """Counts how often a layouter lays out."""

    def __init__(self, layouter: Any) -> None:
        self.layouts = 0
        self._layouter, self._lay_out = layouter, layouter.lay_out
        layouter.lay_out = self._counted

    def _counted(self, *arguments: Any) -> Any:
        self.layouts += 1
        return self._lay_out(*arguments)

    def set(self, run: Run, start: int, in_full: bool, **labels: str) -> LaidOutRun:
        write_numbers(run.tree, labels)
        laid_out: LaidOutRun = self._layouter.lay_out_run(run, start, in_full)[0]
        assert laid_out.failure is None
        return laid_out


@pytest.mark.slow
def test_numbers_of_as_many_figures_are_written_on_the_same_pages(layouter_and_runs: Any) -> None:
    new_layouter, (run, *_) = layouter_and_runs
    layouter = new_layouter()
    layouter.set(run, 1, False, two="00", **{"two--end": "00"})
    for start, label in ((7, "11"), (9, "99")):
        again = layouter.set(run, start, True, two=label, **{"two--end": "98"})
        assert layouter.layouts == 1
        assert again == new_layouter().set(run, start, True, two=label, **{"two--end": "98"})
        assert len(again.pages) > 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "labels"),
    [
        (3, {"two": "100", "two--end": "98"}),
        (3, {"two": "9", "two--end": "98"}),
        # Roman figures are not all as wide.
        (3, {"two": "ix", "two--end": "98"}),
        # A verso: the other margins.
        (2, {"two": "00", "two--end": "00"}),
    ],
)
def test_what_would_move_is_laid_out_again(
    layouter_and_runs: Any, start: int, labels: dict[str, str]
) -> None:
    new_layouter, (run, *_) = layouter_and_runs
    layouter = new_layouter()
    layouter.set(run, 1, False, two="00", **{"two--end": "00"})
    again = layouter.set(run, start, True, **labels)
    assert layouter.layouts == 2
    assert again == new_layouter().set(run, start, True, **labels)


@pytest.mark.slow
@pytest.mark.parametrize(("label", "layouts"), [("ix", 1), ("1", 1), ("1000", 1), ("0" * 30, 2)])
def test_a_number_alone_in_its_column_may_have_any_width_that_fits(
    layouter_and_runs: Any, label: str, layouts: int
) -> None:
    new_layouter, (*_, front) = layouter_and_runs
    layouter = new_layouter()
    layouter.set(front, 1, False, one="00", two="00")
    again = layouter.set(front, 1, True, one="1", two=label)
    assert layouter.layouts == layouts
    assert again == new_layouter().set(front, 1, True, one="1", two=label)


@pytest.mark.parametrize(
    ("page", "doubtful"),
    [
        (1, False),
        (7, False),
        (8, True),
        (11, True),
        (13, False),
        (80, False),
        (88, True),
        (112, True),
    ],
)
def test_a_guess_near_another_number_of_figures_is_doubtful(page: int, doubtful: bool) -> None:
    assert is_doubtful(page) == doubtful


def test_a_run_is_guessed_to_be_like_those_that_are_known() -> None:
    def run(characters: int) -> Run:
        tree = ET.Element("html")
        tree.text = "x" * characters
        return Run(tree, THE_BUILD)

    def pages(count: int) -> LaidOutRun:
        return LaidOutRun(tuple([PageRecord(0, 0, (0, 0, 0, 0), {})] * count))

    leaves = {run(7900): pages(8), run(4100): pages(4), run(10): pages(2)}
    assert [len(estimate(run(n), leaves).pages) for n in (0, 4000, 5500)] == [2, 4, 6]
    single = {run(5000): pages(5), run(3000): pages(3)}
    assert [len(estimate(run(n), single).pages) for n in (0, 4900)] == [1, 5]


@pytest.mark.slow
def test_a_quoted_page_number_is_right(tmp_path: Path) -> None:
    text = f'<p>See page <span data-page-of="#c2"></span>.</p><p>{SENTENCE * 120}</p>'
    path, found = written(
        a_book(tmp_path, numbered(1, "One", text), numbered(2, "Two", "<p>x</p>")),
        tmp_path / "b.pdf",
    )
    pages = pages_of(path)
    label = next(label for _, title, label in outline_of(path) if title == "2 Two")
    assert any(f"See page {label}." in page for page in pages)
    assert found == []


@pytest.mark.parametrize(
    ("number", "numeral"), [(1, "i"), (4, "iv"), (19, "xix"), (1994, "mcmxciv")]
)
def test_roman(number: int, numeral: str) -> None:
    assert roman(number) == numeral


def test_writing_numbers_says_whether_anything_changed() -> None:
    tree = ET.fromstring('<p><b data-page-of="#a"/><b data-page-of="#gone"/></p>')
    assert write_numbers(tree, {"a": "7"})
    assert [b.text for b in tree] == ["7", "000"]
    assert not write_numbers(tree, {"a": "7"})
