"""The cover for the printer, its geometry read back with pikepdf."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from click.testing import CliRunner

from bookbuilder import Book, BookError, Report, load, write
from bookbuilder.cli import main
from bookbuilder.formats.cover.barcode import modules
from bookbuilder.formats.cover.print_cover import NARROWEST_WITH_WORDS, spine_width
from bookbuilder.formats.pdf.fingerprint import DIGEST_KEY, fingerprint
from bookbuilder.text.identifiers import ean_of, isbn_in
from books import load_files, write_files
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
FONTS = Path(str(resources.files("bookbuilder").joinpath("fonts")))
FILES: dict[str, str] = {
    "book.toml": TOML.replace('chapters = ["a.md"]', "")
    + '[[part]]\ntitle = "First"\nchapters = ["a.md"]\n[pdf]\nstyle = ["pages.css"]\n',
    "a.md": "# One\n\n{{#include part.txt}}\n\n![A box](box.svg)\n\n[Out](https://example.org)\n",
    "part.txt": "Some included text.\n",
    "box.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="50" height="50"/>',
    "pages.css": "p { line-height: 1.5 }",
}
PRINT = Path("dist/salt-and-snow.pdf")


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
    assert found.rule.name == "unknown-paper"
    assert "`cream-80gsm`" in found.hint


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


def test_a_thin_book_has_no_words_on_its_spine(tmp_path: Path) -> None:
    pages = int(NARROWEST_WITH_WORDS / 0.06) - 2
    assert words_on(a_cover(a_book(tmp_path, pages=pages), tmp_path)).count("Salt and Snow") == 1


@pytest.mark.slow
def test_pages_are_counted_where_nobody_says_how_many(tmp_path: Path) -> None:
    book = a_book(tmp_path)
    inside = write(book, tmp_path / "inside.pdf").count
    output = write(book, tmp_path / "cover.pdf", None, "cover")
    assert output.remark == f"spine {(inside + inside % 2) * 0.06:.1f} mm for {inside} pages"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a book with its print PDF, which is given 300 pages to tell it from any laid out."""
    folder = write_files(tmp_path_factory.mktemp("built"), FILES)
    (folder / "fonts").mkdir()
    shutil.copy(FONTS / "BookbuilderSans-Regular.ttf", folder / "fonts/own.ttf")
    make("pdf", folder)
    with_pages(folder / PRINT, 300)
    return folder


@pytest.fixture
def printed(built: Path, tmp_path: Path) -> Path:
    """Copy that book to a folder of its own, to be changed."""
    return shutil.copytree(built, tmp_path / "elsewhere")


def make(command: str, folder: Path, *options: str) -> str:
    result = CliRunner().invoke(main, [command, str(folder), *options])
    assert result.exit_code == 0, result.output
    return result.output


def with_pages(path: Path, count: int) -> None:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        while len(pdf.pages) < count:
            pdf.add_blank_page()
        pdf.save(path)


@pytest.mark.slow
def test_the_print_pdf_of_the_book_is_counted_wherever_and_whenever_it_was_made(
    printed: Path,
) -> None:
    later = (printed / PRINT).stat().st_mtime + 1000
    for path in printed.rglob("*.*"):
        if path.suffix != ".pdf":
            os.utime(path, (later, later))
    assert "spine 18.0 mm for 300 pages" in make("cover", printed)
    assert (printed / "dist/salt-and-snow-cover.pdf").is_file()
    assert "for 300 pages" in make("cover", printed, "--paper", "white-80gsm")


@pytest.mark.slow
@pytest.mark.attack("reading outside the book")
def test_nothing_but_the_number_of_pages_comes_from_the_print_pdf(printed: Path) -> None:
    make("cover", printed, "-o", str(printed / "before.pdf"))
    with pikepdf.open(printed / PRINT, allow_overwriting_input=True) as pdf:
        pdf.docinfo["/Title"] = "Other"
        pdf.docinfo["/Author"] = "Somebody"
        pdf.pages[0].mediabox = pikepdf.Array([0, 0, 9, 9])
        pdf.attachments["a.txt"] = b"attached"
        del pdf.Root.Metadata
        pdf.save(printed / PRINT)
    assert "for 300 pages" in make("cover", printed, "-o", str(printed / "after.pdf"))
    assert (printed / "after.pdf").read_bytes() == (printed / "before.pdf").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", "# One\n\nOther text.\n"),
        ("part.txt", "Some included text.\n\n" * 1500),
        ("pages.css", "p { line-height: 3 }"),
        ("box.svg", FILES["box.svg"].replace("50", "90")),
        ("fonts/own.ttf", (FONTS / "BookbuilderSans-SemiBold.ttf").read_bytes()),
        ("book.toml", FILES["book.toml"].replace("A winter", "A summer")),
        ("book.toml", FILES["book.toml"] + "toc-depth = 2\n"),
    ],
)
def test_a_print_pdf_of_what_the_book_was_is_not_counted(
    printed: Path, name: str, content: str | bytes
) -> None:
    before = (printed / PRINT).stat().st_mtime - 1000
    path = write_files(printed, {name: content}) / name
    os.utime(path, (before, before))
    said = make("cover", printed)
    assert "for 300 pages" not in said
    make("pdf", printed)
    with pikepdf.open(printed / PRINT) as pdf:
        assert f"for {len(pdf.pages)} pages" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "is_counted"),
    [
        (["--marks", "--pdf-a", "--no-cache"], True),
        # What the cover goes around has the codes, since they were asked for.
        (["--qr"], True),
        (["--edition", "screen"], False),
        (["--trim", "b5"], False),
        (["--booklet"], False),
        (["--part", "1"], False),
    ],
)
def test_only_a_whole_book_for_print_is_counted(
    printed: Path, options: list[str], is_counted: bool
) -> None:
    make("pdf", printed, *options, "-o", str(printed / PRINT))
    with_pages(printed / PRINT, 300)
    assert ("for 300 pages" in make("cover", printed)) is is_counted


@pytest.mark.slow
def test_a_pdf_that_does_not_say_what_it_was_made_from_is_not_counted(printed: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.docinfo[f"/{DIGEST_KEY}"] = pikepdf.Array([1])
        pdf.save(printed / PRINT)
    with_pages(printed / PRINT, 300)
    assert "for 300 pages" not in make("cover", printed)
    (printed / PRINT).write_bytes(b"%PDF-1.7 no more")
    assert "for 300 pages" not in make("cover", printed)


def test_what_pages_are_made_from_says_nothing_of_folders_and_times(tmp_path: Path) -> None:
    digests = []
    for number in range(2):
        folder = write_files(tmp_path / f"{number}", FILES)
        os.utime(folder / "a.md", (number, number))
        digests.append(fingerprint(load(folder)))
    assert digests[0] == digests[1]
    (folder / "part.txt").write_text("Other text.")
    assert fingerprint(load(folder)) != digests[0]


@pytest.mark.slow
def test_what_does_not_fit_or_is_wrong_is_reported(tmp_path: Path) -> None:
    toml = TOML.replace(BLURB * 3, BLURB * 400).replace(ISBN, "978-0-306-40615-8")
    report = Report()
    path = a_cover(a_book(tmp_path, toml, pages=100), tmp_path, report)
    assert sorted(d.rule.name for d in report) == ["long-blurb"]
    words = words_on(path)
    assert "ISBN" not in words
    assert 20 < words.count(BLURB.strip()) < 100


def test_a_book_from_right_to_left_has_its_front_on_the_left(tmp_path: Path) -> None:
    toml = TOML.replace('language = "en"', 'language = "he"')
    path = a_cover(a_book(tmp_path, toml, pages=200), tmp_path)
    with pypdfium2.PdfDocument(path) as pdf:
        page = pdf[0]
        text = page.get_textpage()
        at = text.search("A winter").get_next()
        left, _, right, _ = text.get_charbox(at[0])
        assert (left + right) / 2 < page.get_width() / 2
