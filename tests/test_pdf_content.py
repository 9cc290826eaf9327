"""Printed pages hold lists, pictures, tables, code, and scripts with their fonts."""

from __future__ import annotations

import logging
import re
import unicodedata
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from bookbuilder.book import Asset, Metadata
from bookbuilder.formats.pdf.weasy.setup import FALLBACKS, fontconfig_xml
from bookbuilder.formats.pdf.writer import write_pdf
from bookbuilder.model.diagnostics import Report
from pdf_books import (
    a_book,
    labels_of,
    numbered,
    pages_of,
    written,
)


def test_lists_start_and_count_as_html_says(tmp_path: Path) -> None:
    text = """<ol start="3"><li>a</li><li>b</li><li value="9">c</li><li>d</li></ol>
    <ol type="A" start="2"><li>e</li></ol><ol reversed="" start="2"><li>f</li><li>g</li></ol>"""
    path, _ = written(a_book(tmp_path, numbered(1, "T", text)), tmp_path / "b.pdf")
    marks = re.findall(r"(\d+|[A-Z])\.", pages_of(path)[-1])
    assert marks == ["3", "4", "9", "10", "B", "2", "1"]


@pytest.mark.slow
def test_all_leaders_of_the_contents_end_at_one_place(tmp_path: Path) -> None:
    chapters = [numbered(n, "abcdefghijk lmnop qrstuvw"[: n % 25 + 1], "") for n in range(1, 46)]
    path, _ = written(a_book(tmp_path, *chapters), tmp_path / "b.pdf")
    ends: dict[int, float] = {}
    with pypdfium2.PdfDocument(path) as pdf:
        page = next(
            p.get_textpage() for p in pdf if "Contents" in p.get_textpage().get_text_range()
        )
        for at in range(page.count_chars()):
            if page.get_text_range(at, 1) == ".":
                _, bottom, right, _ = page.get_charbox(at)
                ends[round(bottom)] = max(right, ends.get(round(bottom), 0.0))
    assert len(ends) > 20
    assert max(ends.values()) - min(ends.values()) < 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("said", "points"), [('width="96"', (72, 36)), ('height="96"', (144, 72)), ("", (150, 75))]
)
def test_a_picture_is_as_wide_as_html_says(
    said: str, points: tuple[int, int], tmp_path: Path
) -> None:
    Image.new("L", (200, 100), 128).save(tmp_path / "a.png")
    assets = {"a.png": Asset("a.png", "image/png", (tmp_path / "a.png").read_bytes())}
    text = f'<p>In a sentence <img alt="" src="a.png" {said}/> it stands.</p>'
    book = a_book(tmp_path, numbered(1, "T", text), assets=assets)
    path, _ = written(book, tmp_path / "b.pdf")
    with pypdfium2.PdfDocument(path) as pdf:
        (bounds,) = (
            picture.get_bounds()
            for page in pdf
            for picture in page.get_objects()
            if picture.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
        )
    left, bottom, right, top = bounds
    assert (round(right - left), round(top - bottom)) == points


@pytest.mark.slow
def test_code_in_a_line_of_hebrew_reads_from_left_to_right(tmp_path: Path) -> None:
    text = "<p>\u05d0\u05d1 <code>x = 1;</code> \u05d2</p>"
    metadata = Metadata("\u05d0", "urn:uuid:1", language="he")
    path, _ = written(
        a_book(tmp_path, numbered(1, "\u05d0", text), metadata=metadata), tmp_path / "b.pdf"
    )
    places: dict[str, float] = {}
    with pypdfium2.PdfDocument(path) as pdf:
        for page in pdf:
            spoken = page.get_textpage()
            for at, letter in enumerate(spoken.get_text_range()):
                if letter in "x=;":
                    places[letter] = spoken.get_charbox(at)[0]
    assert places["x"] < places["="] < places[";"]


@pytest.mark.slow
def test_pictures_come_from_the_assets_and_stay_on_the_page(tmp_path: Path) -> None:
    Image.new("L", (3000, 5000), 128).save(tmp_path / "tall.png")
    data = (tmp_path / "tall.png").read_bytes()
    assets = {"images/tall one.png": Asset("images/tall one.png", "image/png", data)}
    text = '<figure><img alt="" src="images/tall%20one.png"><figcaption>Tall</figcaption></figure>'
    book = a_book(tmp_path, numbered(1, "T", text), assets=assets)
    path, found = written(book, tmp_path / "b.pdf")
    assert found == []
    with pypdfium2.PdfDocument(path) as pdf:
        bounds = [
            (page.get_size(), picture.get_bounds())
            for page in pdf
            for picture in page.get_objects()
            if picture.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
        ]
    ((_width, height), (_left, bottom, _right, top)) = bounds[0]
    assert 0 < bottom < top < height


def test_a_picture_that_cannot_be_decoded_is_reported(tmp_path: Path) -> None:
    assets = {"images/x.png": Asset("images/x.png", "image/png", b"not a picture")}
    book = a_book(
        tmp_path, numbered(1, "T", '<p><img alt="" src="images/x.png"></p>'), assets=assets
    )
    _, found = written(book, tmp_path / "b.pdf")
    assert found == ["unreadable-picture"]


@pytest.mark.slow
def test_a_character_that_no_font_has_is_named_with_its_chapter(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    report = Report()
    with caplog.at_level(logging.DEBUG, "weasyprint"):
        write_pdf(a_book(tmp_path, numbered(1, "Old", "<p>ok\n𒀀</p>")), tmp_path / "b.pdf", report)
    (diagnostic,) = report
    assert diagnostic.rule.name == "missing-glyph"
    assert "U+12000" in diagnostic.message
    assert "Old" in diagnostic.message
    assert diagnostic.span is not None
    assert (diagnostic.span.file, diagnostic.span.line) == ("c1.md", 2)
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]


@pytest.mark.slow
def test_scripts_and_symbols_come_from_the_bundled_fonts(tmp_path: Path) -> None:
    text = "<p>Ελληνικά ἀρχή русский العربية עברית 日本語かな हिन्दी ไทย ქართული ∑∀ ✂ 😀 → ☐ ✓</p>"
    code = "<pre class='code'><code>├── src │ λ → ✗ 日本</code></pre>"
    path, found = written(a_book(tmp_path, numbered(1, "T", text + code)), tmp_path / "b.pdf")
    assert found == []
    with pikepdf.open(path) as pdf:
        fonts = {
            str(o.BaseFont).partition("+")[2].replace("-", " ")
            for o in pdf.objects
            if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/Font" and "/BaseFont" in o
        }
    known = tuple(name.replace("Symbols 2", "Symbols2") for name in FALLBACKS)
    assert fonts
    assert all(font.startswith(known) for font in fonts), fonts


def test_fontconfig_knows_the_given_folders_only(tmp_path: Path) -> None:
    xml = fontconfig_xml([tmp_path / "a & b"], tmp_path / "cache")
    assert xml.count("<dir>") == 1
    assert "a &amp; b" in xml
    assert "include" not in xml


@pytest.mark.slow
def test_tables_and_code_stay_inside_the_page_or_are_reported(tmp_path: Path) -> None:
    cells = "".join(f"<td>{'wordlength' * 3}{n}</td>" for n in range(7))
    table = f"<table><tbody><tr>{cells}</tr></tbody></table>"
    code = f"<pre class='code'><code>{'x = function(argument); ' * 20}{'y' * 300}</code></pre>"
    path, found = written(a_book(tmp_path, numbered(1, "T", table + code)), tmp_path / "b.pdf")
    assert found == ["long-code-line"]
    with pypdfium2.PdfDocument(path) as pdf:
        for page in pdf:
            text = page.get_textpage()
            width = page.get_width()
            boxes = [text.get_charbox(n) for n in range(text.count_chars())]
            assert all(left > 0 and right < width - 28 for left, _b, right, _t in boxes if right)


def test_a_table_that_cannot_fit_is_reported_with_its_place(tmp_path: Path) -> None:
    cells = "".join(f"<td>{n}</td>" for n in range(90))
    table = f"<table><tbody><tr>{cells}</tr></tbody></table>"
    report = Report()
    write_pdf(a_book(tmp_path, numbered(1, "T", table)), tmp_path / "b.pdf", report)
    assert [(d.rule.name, d.span.file if d.span else "") for d in report] == [("too-wide", "c1.md")]


@pytest.mark.slow
def test_a_word_of_many_lines_is_broken_and_complete(tmp_path: Path) -> None:
    book = a_book(tmp_path, numbered(1, "T", f"<p>{'x' * 20_000}</p>"))
    path, found = written(book, tmp_path / "b.pdf")
    body = "".join(pages_of(path)[labels_of(path).index("1") :])
    assert body.count("x") == 20_000
    assert found == []


def test_what_is_copied_is_what_was_typed(tmp_path: Path) -> None:
    typed = ["हिन्दी: यह एक है।", "คำว่า ทำงาน", "ọ̀rẹ́ ẹ̀kọ́ n̄", "क्षत्रिय (स्त्री)", "1️⃣ two"]
    text = "".join(f"<p>Start {words} <b>{words}</b> end.</p>" for words in typed)
    path, _ = written(a_book(tmp_path, numbered(1, "T", text)), tmp_path / "b.pdf")
    said = unicodedata.normalize("NFC", re.sub(r"\s", "", pages_of(path)[-1]))
    for words in typed:
        wanted = unicodedata.normalize("NFC", re.sub(r"\s", "", f"Start{words}{words}end."))
        assert wanted in said


def test_signs_of_another_font_keep_their_columns_in_code(tmp_path: Path) -> None:
    text = "<pre><code>    ✔ first\n    x first\n日本 first\nabcd first\n</code></pre>"
    path, _ = written(a_book(tmp_path, numbered(1, "T", text)), tmp_path / "b.pdf")
    with pypdfium2.PdfDocument(path) as pdf:
        found = pdf[len(pdf) - 1].get_textpage()
        searcher = found.search("first")
        lefts = [found.get_charbox(hit[0])[0] for hit in iter(searcher.get_next, None)]
    assert len(lefts) == 4
    assert abs(lefts[0] - lefts[1]) < 1
    assert abs(lefts[2] - lefts[3]) < 1
