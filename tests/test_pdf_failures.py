"""A PDF reads nothing that it must not, and books that cannot be laid out are told of."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from bookbuilder.config.schema import PdfConfig
from bookbuilder.formats.pdf.writer import write_pdf
from bookbuilder.model.diagnostics import BookError, Report
from pdf_books import (
    a_book,
    call,
    notes,
    numbered,
    written,
)


@pytest.mark.attack("reading outside the book")
def test_nothing_but_the_books_assets_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", "utf-8")
    (tmp_path / "secret.txt").write_text("classified", "utf-8")
    text = (
        f'<p><img alt="" src="{(tmp_path / "secret.svg").as_uri()}">'
        '<img alt="" src="http://127.0.0.1:9/x.png"><img alt="" src="../secret.svg">'
        f'<a rel="attachment" href="{(tmp_path / "secret.txt").as_uri()}">attached</a></p>'
    )
    path, found = written(a_book(tmp_path, numbered(1, "T", text)), tmp_path / "b.pdf")
    assert found == ["resource-refused"] * 3
    with pikepdf.open(path) as pdf:
        assert len(pdf.attachments) == 0


def test_a_chapter_that_breaks_the_layout_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.css").write_text("li::marker { content: '* ' }", "utf-8")
    good = numbered(1, "Good", "<p>x</p>")
    bad = numbered(2, "Bad", f"<ul><li>x{call('c2-1')}</li></ul>" + notes("c2", "n"))
    book = a_book(tmp_path, good, bad)
    book.config = replace(book.config, pdf=PdfConfig(style=("own.css",)))
    with pytest.raises(BookError) as caught:
        write_pdf(book, tmp_path / "b.pdf", Report())
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.rule.name == "layout-failed"
    assert "Bad" in diagnostic.message
    assert diagnostic.span is not None
    assert diagnostic.span.file == "c2.md"


@pytest.mark.slow
def test_the_only_chapter_is_named_where_its_pages_cannot_be_drawn(tmp_path: Path) -> None:
    (tmp_path / "own.css").write_text(".chapter p { font-size: 1e9px }", "utf-8")
    book = a_book(tmp_path, numbered(1, "Huge", "<p>x</p>"))
    book.config = replace(book.config, pdf=PdfConfig(style=("own.css",)))
    with pytest.raises(BookError) as caught:
        write_pdf(book, tmp_path / "b.pdf", Report())
    assert [d.span.file for d in caught.value.diagnostics if d.span] == ["c1.md"]


@pytest.mark.slow
def test_importing_the_package_does_not_import_weasyprint() -> None:
    code = "import sys, bookbuilder.formats.pdf.writer; print('weasyprint' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "False"


def test_without_pango_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoPango:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0': not found\nmore")

    for name in [n for n in sys.modules if n.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [NoPango(), *sys.meta_path])
    with pytest.raises(BookError) as caught:
        write_pdf(a_book(tmp_path, numbered(1, "T", "<p>x</p>")), tmp_path / "b.pdf", Report())
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.rule.name == "pango-missing"
    assert "apt install" in diagnostic.hint
