"""Numbers painted on pages that are laid out already are where a layout with them has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bookbuilder import Report, load
from bookbuilder.formats.pdf.compose.assembly import print_trees
from bookbuilder.formats.pdf.compose.print_notes import arrange_notes
from bookbuilder.formats.pdf.compose.styles import built_in_styles
from bookbuilder.formats.pdf.paginate.cutting import body_runs, repeats_text
from bookbuilder.formats.pdf.paginate.page_numbers import (
    roman,
    stand_ins_in,
    text_with,
    write_numbers,
)
from bookbuilder.formats.pdf.run_data.numbering import numbered, stand_in
from bookbuilder.formats.pdf.run_data.records import LaidOutRun
from bookbuilder.formats.pdf.run_data.runs import Run, numbers_in
from bookbuilder.formats.pdf.weasy.figures import OWN
from bookbuilder.formats.pdf.weasy.setup import weasyprint_with_fonts
from books import write_files
from pdf_books import SENTENCE, a_book, a_chapter, outline_of, pages_of, written

FILLER = "Some words that fill a line and then another one, so that lines are justified. "
CHAPTER = f"""\
# One

{FILLER * 9}See [Two](two.md), and [an end](two.md#end) of it. {FILLER * 3}[^n]

[^n]: A note, which says to see [Two](two.md) for more. {FILLER}

| a | see |
|---|-----|
| 1 | [Two](two.md) |

Some [word]{{.index}}, and [a link on page](two.md#end).

{f"- {FILLER}" * 60}

Another [word]{{.index}}.
"""
TWO = f"# Two\n\n{FILLER} One more [word]{{.index}}.\n\n## End\n"


class Layouts:
    """Lays out the runs of a book: its front, its chapters."""

    def __init__(self, runs: list[Run], new_layouter: Callable[[str], Any]) -> None:
        self.runs = runs
        self._new_layouter = new_layouter

    def laid_out(
        self, run: Run, start: int, labels: dict[str, str], style: str = "", stands_in: bool = True
    ) -> LaidOutRun:
        """Lay out a run with stand-ins or with its numbers; return it with its numbers."""
        write_numbers(run.tree, labels)
        text = (
            text_with(run.tree, stand_ins_in(run.tree))
            if stands_in
            else ET.tostring(run.tree, "utf-8")
        )
        first = 2 - start % 2 if stands_in else start
        layouter = self._new_layouter(style)
        found: LaidOutRun = layouter.lay_out_run(ET.fromstring(text), first, run.has_leaf)[0]
        assert found.failure is None
        return numbered(found, start, [number.text or "" for number in numbers_in(run.tree)])


def seen(laid_out: LaidOutRun) -> tuple[object, ...]:
    """Return what a reader has of a run: what is painted, and what links say."""
    return (
        b"\n\n".join(page.content for page in laid_out.pages).decode().splitlines(),
        [page.links for page in laid_out.pages],
        [(e.kind, e.attributes, e.text, e.kids) for e in laid_out.elements],
    )


@pytest.fixture
def layouts(tmp_path: Path) -> Iterator[Layouts]:
    toml = '[book]\ntitle = "T"\nlanguage = "en"\nchapters = ["one.md", "two.md"]\n'
    write_files(tmp_path, {"book.toml": toml, "one.md": CHAPTER, "two.md": TWO})
    book, report = arrange_notes(load(tmp_path)), Report()
    front, body = print_trees(book)
    runs = [Run(front, book.place, part=-1, has_leaf=True), *body_runs(book, body, whole=False)]
    with weasyprint_with_fonts(book.config.folders, report):
        from bookbuilder.formats.pdf.weasy.layout import TreeLayouter

        styles = list(built_in_styles(book, report))
        yield Layouts(runs, lambda own: TreeLayouter(book.assets, [*styles, ("own.css", own)]))


def labels_with(layouts: Layouts, page: int) -> dict[str, str]:
    """Return a page for each anchor that is quoted, all with as many figures as `page`."""
    text = b"".join(ET.tostring(run.tree) for run in layouts.runs).decode()
    names = sorted(set(re.findall(r'(?:id=|#)"?([\w-]+)', text)))
    return {name: str(page + at % 5) for at, name in enumerate(names)}


@pytest.mark.slow
@pytest.mark.parametrize(("start", "page"), [(1, 2), (7, 94), (10, 73), (97, 105), (998, 1234)])
def test_numbers_are_painted_where_a_layout_has_them(
    layouts: Layouts, start: int, page: int
) -> None:
    labels = labels_with(layouts, page)
    front, *body = layouts.runs
    for run, first in ((front, 1), *((run, start) for run in body)):
        painted = layouts.laid_out(run, first, labels)
        true = layouts.laid_out(run, first, labels, stands_in=False)
        assert seen(painted) == seen(true)
        assert not painted.spells
        # Roman figures differ, but the front always begins on page i.
        assert painted.counts == (run is front)
        wanted = numbers_in(run.tree)
        found = {place.number for page in painted.pages for place in page.quoted}
        found |= {place.number for page in painted.pages for place in page.aligned} - {OWN}
        assert found == set(range(len(wanted)))
        assert wanted or "Two" in "".join(run.tree.itertext())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("style", "spells", "counts"),
    [
        ("", False, False),
        # Figures that are not equally wide.
        ("html { font-variant-numeric: proportional-nums }", True, False),
        (".page-reference { font-variant-numeric: proportional-nums }", True, False),
        ("@page :right { @bottom-right { font-variant-numeric: proportional-nums } }", False, True),
        # A group is painted on its own.
        (".page-reference { opacity: .5 }", True, False),
        (".page-reference { display: none }", False, False),
        (".page-reference { text-decoration: underline }", False, False),
        (".page-reference > span { overflow-wrap: anywhere; display: inline-block; width: 2pt }",
         False, False),
        ("td > .page-reference::before { content: '00 ' }", False, False),
    ]
    + [
        (f"@page :right {{ @bottom-right {{ content: none }} {rule} }}", False, counts)
        for rule, counts in [
            ("@bottom-center { content: counter(page) }", False),
            ("@bottom-left { content: counter(page); color: gray }", False),
            ("@top-left { content: counter(page) }", False),
            ("@bottom-right-corner { content: counter(page) }", False),
            ("@right-middle { content: counter(page); text-align: right }", False),
            ("@bottom-left { content: counter(page); width: 60mm; text-align: right }", False),
            ("@bottom-left { content: counter(page); width: 60mm; text-align: center;"
             " border: 1pt solid; background: #eee }", False),
            ("@bottom-center { content: counter(page); background: #eee }", True),
            ("@bottom-center { content: counter(page); border: 1pt solid }", True),
            ("@bottom-center { content: counter(page); text-decoration: underline }", True),
            ("@bottom-center { content: '– ' counter(page) ' –' }", True),
            ("@bottom-center { content: counter(page, lower-roman) }", True),
            ("@bottom-center { content: counter(page, decimal-leading-zero) }", True),
            ("@bottom-center { content: counter(page); opacity: .5 }", True),
            ("@bottom-left { content: counter(page) }"
             f" @bottom-right {{ content: '{FILLER}' }}", True),
        ]
    ],
)  # fmt: skip
def test_what_cannot_be_painted_is_told(
    layouts: Layouts, style: str, spells: bool, counts: bool
) -> None:
    labels = labels_with(layouts, 105)
    _, run, *_ = layouts.runs
    found = layouts.laid_out(run, 97, labels, style)
    assert (found.spells, found.counts) == (spells, counts)
    if not (spells or counts):
        assert seen(found) == seen(layouts.laid_out(run, 97, labels, style, stands_in=False))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("style", "spells"),
    [
        ("", False),
        (".contents .toc-page { text-align: left }", False),
        (".contents .toc-page { display: inline }", True),
        (".contents .toc-page { min-width: 0 }", True),
        (".contents .toc-page { text-decoration: underline }", True),
    ],
)
def test_numbers_in_a_column_may_have_more_figures(
    layouts: Layouts, style: str, spells: bool
) -> None:
    front, *_ = layouts.runs
    found = []
    for page in (2, 12, 123):
        labels = labels_with(layouts, page)
        painted = layouts.laid_out(front, 1, labels, style)
        assert painted.spells == spells
        if not spells:
            assert seen(painted) == seen(layouts.laid_out(front, 1, labels, style, stands_in=False))
        found.append(text_with(front.tree, stand_ins_in(front.tree)))
    assert len(set(found)) == 1


@pytest.mark.slow
def test_a_number_in_a_picture_is_told(layouts: Layouts) -> None:
    _, run, *_ = layouts.runs
    paragraph = run.tree.find(".//p")
    assert paragraph is not None
    svg = "{http://www.w3.org/2000/svg}"
    picture = ET.SubElement(paragraph, f"{svg}svg", {"width": "20", "height": "20"})
    ET.SubElement(picture, f"{svg}text", {"data-page-of": "#two", "y": "9"})
    assert layouts.laid_out(run, 1, labels_with(layouts, 12)).spells


@pytest.mark.slow
def test_what_links_say_has_the_number(layouts: Layouts) -> None:
    front, run, *_ = layouts.runs
    link = next(a for a in run.tree.iter("a") if a.text == "a link on page")
    ET.SubElement(link, "b", {"data-page-of": "#two"})
    labels = labels_with(layouts, 12)
    said = {e.text for e in layouts.laid_out(run, 1, labels).elements if e.kind == "Link"}
    assert f"a link on page {labels['two']}" in said
    contents = [e.text for e in layouts.laid_out(front, 1, labels).elements if e.kind == "Link"]
    assert f"2 Two {labels['two']}" in contents


@pytest.mark.parametrize(
    ("number", "stands_in"), [("7", "0"), ("104", "000"), ("12–14", "00–00"), ("xiv", "xiv")]
)
def test_a_number_is_laid_out_as_zeros(number: str, stands_in: str) -> None:
    assert stand_in(number) == stands_in


@pytest.mark.parametrize(
    ("style", "repeats"),
    [
        ("p { color: #111; content: none }", False),
        ("h1 { bookmark-label: content(text) }", True),
        ("h4 { bookmark-level: 4 }", True),
        ("a::after { content: target-text(attr(href)) }", True),
    ],
)
def test_styles_that_repeat_text_are_known(style: str, repeats: bool) -> None:
    assert repeats_text([style]) == repeats


@pytest.mark.slow
def test_a_quoted_page_number_is_right(tmp_path: Path) -> None:
    text = f'<p>See page <span data-page-of="#c2"></span>.</p><p>{SENTENCE * 120}</p>'
    heading = '<h1><span class="chapter-number">{}</span><span class="chapter-title">{}</span></h1>'
    chapters = [
        a_chapter(f"c{n}", heading.format(n, title) + html, n)
        for n, title, html in ((1, "One", text), (2, "Two", "<p>x</p>"))
    ]
    path, found = written(a_book(tmp_path, *chapters), tmp_path / "b.pdf")
    pages = pages_of(path)
    label = next(label for _, title, label in outline_of(path) if title == "2 Two")
    assert any(f"See page {label}." in page for page in pages)
    assert found == []


@pytest.mark.parametrize(
    ("number", "numeral"), [(1, "i"), (4, "iv"), (19, "xix"), (1994, "mcmxciv")]
)
def test_roman(number: int, numeral: str) -> None:
    assert roman(number) == numeral


def test_numbers_of_pages_that_are_not_there_are_zeros() -> None:
    tree = ET.fromstring('<p><b data-page-of="#a"/><b data-page-of="#gone"/></p>')
    write_numbers(tree, {"a": "7"})
    assert [b.text for b in tree] == ["7", "000"]
    assert b">0</b>" in text_with(tree, stand_ins_in(tree))
    assert [b.text for b in tree] == ["7", "000"]
