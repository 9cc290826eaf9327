"""The author's stylesheets and the size of the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

import bookbuilder
from bookbuilder import write
from bookbuilder.config.schema import BookConfig, PdfConfig
from bookbuilder.formats.pdf.writer import write_pdf
from bookbuilder.model.diagnostics import BookError, Report
from bookbuilder.model.source import Span
from bookbuilder.runtime.files import write_atomically
from books import load_files
from pdf_books import (
    a_book,
    numbered,
    written,
)


def test_the_authors_styles_come_last(tmp_path: Path) -> None:
    (tmp_path / "own.css").write_text("@page { size: 100mm 100mm }\n.x { colour: red }\n", "utf-8")
    book = a_book(tmp_path, numbered(1, "T", "<p>x</p>"))
    book.config = replace(book.config, pdf=PdfConfig(style=("own.css",)))
    report = Report()
    write_pdf(book, tmp_path / "b.pdf", report)
    with pikepdf.open(tmp_path / "b.pdf") as pdf:
        assert round(float(pdf.pages[0].mediabox[2])) == 283
    (diagnostic,) = report
    assert diagnostic.rule.name == "bad-style"
    assert "`color`" in diagnostic.hint
    assert diagnostic.span == Span("own.css", 2, 6, 11, ".x { colour: red }")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("css", "where", "says"),
    [
        ('\n@import "b.css";', (2, 10, 5), "does not work in print"),
        ("\n@font-face { font-family: Yx; src: url(x.ttf) }\n", (2, 27, 2), "cannot load “Yx”"),
        ("@font-face { font-family: Y }", (1, 1, 10), "Missing src descriptor"),
        ("q {}\np:::x { color: red }", (2, 1, 5), "'p:::x '"),
        ("p {}\nq { color red }", (2, 14, 2), "this does not parse"),
        ("p {\n  color: none; }", (2, 3, 11), "`color: none` is left out: invalid value"),
        # WeasyPrint raises errors at these.
        ("q {}\np { background: attr(a url) }", (2, 1, 29), "WeasyPrint fails on it"),
        ("q {}\r\n\np { grid-row: var() } q {}", (3, 1, 21), "WeasyPrint fails on it"),
        ("@media print { p { mask-border: attr(a url) } }", (1, 1, 47), "fails on it"),
        (":has() {}", (1, 1, 9), "WeasyPrint fails on it"),
    ],
)
def test_what_print_does_not_understand_of_a_style_is_said_where_it_stands(
    css: str, where: tuple[int, int, int], says: str, tmp_path: Path
) -> None:
    (tmp_path / "own.css").write_text(css, "utf-8")
    book = a_book(tmp_path, numbered(1, "T", "<p>x</p>"))
    book.config = replace(book.config, pdf=PdfConfig(style=("own.css",)))
    report = Report()
    write_pdf(book, tmp_path / "b.pdf", report)
    (diagnostic,) = report
    span = diagnostic.span
    assert span is not None
    assert (diagnostic.rule.name, span.file) == ("bad-style", "own.css")
    assert (span.line, span.column, span.length) == where
    assert says in diagnostic.message


def test_the_rules_beside_one_that_print_fails_on_stay(tmp_path: Path) -> None:
    failing = "p { background: attr(a url) }"
    (tmp_path / "own.css").write_text(f"{failing} @page {{ size: 100mm 100mm }} {failing}", "utf-8")
    book = a_book(tmp_path, numbered(1, "T", "<p>x</p>"))
    book.config = replace(book.config, pdf=PdfConfig(style=("own.css",)))
    report = Report()
    write_pdf(book, tmp_path / "b.pdf", report)
    assert [d.span.column for d in report if d.span] == [1, 59]
    with pikepdf.open(tmp_path / "b.pdf") as pdf:
        assert round(float(pdf.pages[0].mediabox[2])) == 283


@pytest.mark.parametrize("name", ["none.css", "../outside.css"])
def test_a_stylesheet_that_cannot_be_read_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "outside.css").write_text("p {}", "utf-8")
    root = tmp_path / "root"
    root.mkdir()
    book = a_book(root, numbered(1, "T", "<p>x</p>"))
    book.config = replace(book.config, book=BookConfig(style=(name,)))
    with pytest.raises(BookError) as caught:
        write_pdf(book, tmp_path / "b.pdf", Report())
    assert [d.rule.name for d in caught.value.diagnostics] == ["style-missing"]
    assert not (tmp_path / "b.pdf").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("trim", "width"), [("a5", 420), ("6x9in", 432), ("A4", 595)])
def test_trim_sizes(tmp_path: Path, trim: str, width: int) -> None:
    book = a_book(tmp_path, numbered(1, "T", "<p>x</p>"))
    book.config = replace(book.config, pdf=PdfConfig(trim=trim))
    path, _ = written(book, tmp_path / "b.pdf")
    with pikepdf.open(path) as pdf:
        assert round(float(pdf.pages[0].trimbox[2])) == width


def test_an_unknown_trim_size_is_an_error_with_a_hint(tmp_path: Path) -> None:
    book = a_book(tmp_path, numbered(1, "T", "<p>x</p>"))
    book.config = replace(book.config, pdf=PdfConfig(trim="a55"))
    with pytest.raises(BookError) as caught:
        write_pdf(book, tmp_path / "b.pdf", Report())
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.rule.name == "unknown-trim"
    assert "`a5`" in diagnostic.hint


def test_a_stylesheet_brings_a_font_to_print_as_it_does_to_the_epub(tmp_path: Path) -> None:
    css = (
        '@font-face { font-family: "My Face"; src: url("../fonts/m.ttf") format("truetype") }\n'
        'body { font-family: "My Face", serif }\n'
        "h1 { font: bold 2em/1.2 Nowhere, Nothing, serif }\n"
    )
    data = (Path(bookbuilder.__file__).parent / "fonts/NotoSerif-Regular.ttf").read_bytes()
    toml = '[book]\ntitle = "T"\nlanguage = "en"\nstyle = ["styles/own.css"]\n'
    files = {"book.toml": toml, "styles/own.css": css, "a.md": "# One\n\nAbc\n"}
    write_atomically(tmp_path / "fonts/m.ttf", data)
    book, report = load_files(tmp_path, files)
    path = write(book, tmp_path / "b.pdf", report=report).path
    found = [(d.rule.code, d.message, d.span.line if d.span else 0) for d in report]
    assert ("P025", "print has no font \u201cNowhere\u201d, \u201cNothing\u201d", 3) in found
    assert ("P026", "\u201cMy Face\u201d has no bold font", 2) in found
    assert not any(code == "P005" for code, _, _ in found)
    with pikepdf.open(path) as pdf:
        fonts = {str(f.BaseFont) for p in pdf.pages for f in p.Resources.get("/Font", {}).values()}
    assert any("Noto-Serif" in font for font in fonts), fonts
