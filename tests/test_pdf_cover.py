"""The cover for the printer, its geometry read back with pikepdf."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from click.testing import CliRunner

from bookbuilder import Book, BookError, Report, write
from bookbuilder.cli import main
from bookbuilder.formats.cover.barcode import ean_of, isbn_in, modules
from bookbuilder.formats.cover.print_cover import NARROWEST_WITH_WORDS, spine_width
from books import load_files
from verapdf import validate

ISBN = "978-0-306-40615-7"
BLURB = "It says what it is about. "
TOML = f"""
[book]
title = "Salt and Snow"
subtitle = "A winter"
authors = ["Ann Author"]
language = "en"
identifier = "urn:isbn:{ISBN}"
publisher = "A Small Press"
description = "{BLURB * 3}"
date = 2026-01-31
chapters = ["a.md"]

[series]
name = "Plainly"
position = 2
"""


def a_book(folder: Path, toml: str = TOML, **settings: object) -> Book:
    book, _ = load_files(folder, {"book.toml": toml, "a.md": "# One\n\nText.\n"})
    pdf = replace(book.config.pdf, **settings)  # type: ignore[arg-type]
    return replace(book, config=replace(book.config, pdf=pdf))


def a_cover(book: Book, folder: Path, report: Report | None = None) -> Path:
    return write(book, folder / "cover.pdf", report, "cover").path


def millimetres(box: Any) -> list[float]:
    return [round(float(edge) / 72 * 25.4, 2) for edge in box]


def words_on(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as pdf:
        assert len(pdf) == 1
        return " ".join(pdf[0].get_textpage().get_text_range().split())


def test_the_spine_is_as_wide_as_the_leaves_are_thick(tmp_path: Path) -> None:
    config, report = a_book(tmp_path, paper="cream-80gsm").config, Report()
    assert spine_width(config, 200, report) == pytest.approx(200 * 0.06)
    # A leaf has two pages, printed on or not.
    assert spine_width(config, 199, report) == spine_width(config, 200, report)
    assert spine_width(a_book(tmp_path, spine=7).config, 200, report) == 7
    assert not list(report)


def test_an_unknown_paper_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(BookError) as caught:
        a_cover(a_book(tmp_path, paper="creme-80gsm", pages=100), tmp_path)
    (found,) = caught.value.diagnostics
    assert (found.rule.name, found.hint) == ("unknown-paper", "did you mean `cream-80gsm`?")


@pytest.mark.parametrize(
    ("identifier", "isbn", "ean"),
    [
        (f"urn:isbn:{ISBN}", ISBN, "9780306406157"),
        ("0-306-40615-2", "0-306-40615-2", "9780306406157"),
        ("ISBN 080442957X", "080442957X", "9780804429573"),
        ("urn:isbn:9780306406158", "9780306406158", ""),
        ("urn:uuid:6f0a5f0e-6a2b-5d0c-9c4e-2f7b1f6f4a10", "", ""),
        ("4006381333931", "", ""),
    ],
)
def test_only_an_isbn_becomes_a_barcode(identifier: str, isbn: str, ean: str) -> None:
    assert isbn_in(identifier) == isbn
    assert (ean_of(isbn) if isbn else "") == ean


def test_the_bars_are_those_of_the_standard() -> None:
    # 4 003994 155486, the example of the article on EAN-13 in Wikipedia.
    left = "000110101001110111101000101100101110011101"
    right = "110011010011101001110101110010010001010000"
    assert modules("4003994155486") == f"101{left}01010{right}101"


@pytest.mark.slow
@pytest.mark.parametrize(("trim", "width", "height"), [("a5", 148, 210), ("6x9", 152.4, 228.6)])
def test_the_boxes_are_those_of_cut_and_bleed(
    tmp_path: Path, trim: str, width: float, height: float
) -> None:
    path = a_cover(a_book(tmp_path, trim=trim, pages=200), tmp_path)
    with pikepdf.open(path) as pdf:
        page = pdf.pages[0]
        left, bottom, right, top = millimetres(page.trimbox)
        bleed, media = millimetres(page.obj.BleedBox), millimetres(page.mediabox)
    assert right - left == pytest.approx(2 * width + 12, abs=0.02)
    assert top - bottom == pytest.approx(height, abs=0.02)
    assert bleed == pytest.approx([left - 3, bottom - 3, right + 3, top + 3], abs=0.02)
    assert media == pytest.approx([0, 0, right + left, top + bottom], abs=0.02)
    # Marks stand outside what is printed beyond the cut.
    with pypdfium2.PdfDocument(path) as pdf:
        dots = pdf[0].render(scale=4).to_pil().convert("L")
    dot = 4 * 72 / 25.4
    folds = [left, left + width, left + width + 12, right]
    for x in folds:
        column = dots.crop((round(x * dot) - 2, 0, round(x * dot) + 3, round((left - 3) * dot) - 1))
        assert min(column.tobytes()) < 120
        between = dots.getpixel((round((x + 5) * dot), round(3 * dot)))
        assert between == 255


@pytest.mark.slow
def test_it_shows_what_the_book_says_of_itself_and_is_the_same_each_time(tmp_path: Path) -> None:
    book = a_book(tmp_path, pages=200)
    path = a_cover(book, tmp_path)
    words = words_on(path)
    for said in ("A winter", "Plainly · 2", "A Small Press", BLURB.strip(), f"ISBN {ISBN}"):
        assert said in words
    # On the front and on the spine.
    assert words.count("Salt and Snow") == words.count("Ann Author") == 2
    data = path.read_bytes()
    assert a_cover(book, tmp_path).read_bytes() == data
    with pikepdf.open(path) as pdf:
        fonts = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "/FontName" in o]
        assert len(fonts) >= 3
        assert all("/FontFile2" in font for font in fonts)
    (verdict,) = validate("ua1", path)
    assert verdict.compliant, verdict.broken


@pytest.mark.slow
def test_a_thin_book_has_no_words_on_its_spine(tmp_path: Path) -> None:
    pages = int(NARROWEST_WITH_WORDS / 0.06) - 2
    assert words_on(a_cover(a_book(tmp_path, pages=pages), tmp_path)).count("Salt and Snow") == 1


@pytest.mark.slow
def test_pages_are_counted_where_nobody_says_how_many(tmp_path: Path) -> None:
    book = a_book(tmp_path)
    inside = write(book, tmp_path / "inside.pdf").count
    output = write(book, tmp_path / "cover.pdf", None, "cover")
    assert output.remark == f"spine {(inside + inside % 2) * 0.06:.1f} mm for {inside} pages"


@pytest.mark.slow
def test_a_print_pdf_that_is_newer_than_the_book_is_counted(tmp_path: Path) -> None:
    a_book(tmp_path)
    with pikepdf.new() as pdf:
        for _ in range(300):
            pdf.add_blank_page(page_size=(148 / 25.4 * 72, 210 / 25.4 * 72))
        (tmp_path / "dist").mkdir()
        pdf.save(tmp_path / "dist/salt-and-snow.pdf")
    result = CliRunner().invoke(main, ["cover", str(tmp_path)])
    assert "spine 18.0 mm for 300 pages" in result.output
    assert (tmp_path / "dist/salt-and-snow-cover.pdf").is_file()
    (tmp_path / "a.md").write_text("# One\n\nOther text.\n")
    later = (tmp_path / "dist/salt-and-snow.pdf").stat().st_mtime + 1
    os.utime(tmp_path / "a.md", (later, later))
    result = CliRunner().invoke(main, ["cover", str(tmp_path)])
    assert "for 300 pages" not in result.output


@pytest.mark.slow
def test_what_does_not_fit_or_is_wrong_is_reported(tmp_path: Path) -> None:
    toml = TOML.replace(BLURB * 3, BLURB * 400).replace(ISBN, "978-0-306-40615-8")
    report = Report()
    path = a_cover(a_book(tmp_path, toml, pages=100), tmp_path, report)
    assert sorted(d.rule.name for d in report) == ["bad-isbn", "long-blurb"]
    words = words_on(path)
    assert "ISBN" not in words
    assert 20 < words.count(BLURB.strip()) < 100


@pytest.mark.slow
def test_a_book_from_right_to_left_has_its_front_on_the_left(tmp_path: Path) -> None:
    toml = TOML.replace('language = "en"', 'language = "he"')
    path = a_cover(a_book(tmp_path, toml, pages=200), tmp_path)
    with pypdfium2.PdfDocument(path) as pdf:
        page = pdf[0]
        text = page.get_textpage()
        at = text.search("A winter").get_next()
        left, _, right, _ = text.get_charbox(at[0])
        assert (left + right) / 2 < page.get_width() / 2
