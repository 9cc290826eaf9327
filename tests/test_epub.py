"""The EPUB as a whole: what EPUBCheck says of it, and its archive."""

from __future__ import annotations

import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

import epubcheck
from bookbuilder.book import Book, Metadata
from bookbuilder.config.schema import BookConfig, Config
from bookbuilder.formats.epub.writer import write_epub
from bookbuilder.model.diagnostics import BookError, Report
from bookbuilder.runtime.files import write_atomically
from epub_books import (
    HOSTILE_CSS,
    build,
    full,
    little,
    picture,
)


def problems(path: Path) -> list[str]:
    """Return every message of EPUBCheck on a book, usage hints included."""
    return [str(m) for m in epubcheck.check(path, usage=True)]


@pytest.mark.slow
def test_epubcheck_has_nothing_against_a_full_book(tmp_path: Path) -> None:
    build(full(tmp_path), tmp_path)
    assert problems(tmp_path / "book.epub") == []


@pytest.mark.slow
def test_epubcheck_has_nothing_against_a_book_without_chapters(tmp_path: Path) -> None:
    book = Book(Config(tmp_path), Metadata("Empty", "urn:x:1"))
    package = build(book, tmp_path)
    assert package.find("nav.xhtml", "//x:nav[@role]//x:a/@href") == ["title-page.xhtml"]
    assert problems(tmp_path / "book.epub") == []


@pytest.mark.slow
def test_epubcheck_has_nothing_against_a_right_to_left_book_with_styles(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a/own.css", HOSTILE_CSS.encode())
    write_atomically(tmp_path / "a/paper.png", picture())
    config = Config(tmp_path, book=BookConfig(style=("a/own.css",)))
    book = replace(full(tmp_path), config=config)
    book.metadata = replace(
        book.metadata, title="ملح", subtitle="", language="ar", license="https://example.org/l"
    )
    report = Report()
    build(book, tmp_path, report)
    assert report.errors == []
    assert problems(tmp_path / "book.epub") == []


@pytest.mark.slow
def test_the_driver_reports_what_is_wrong(tmp_path: Path) -> None:
    package = build(little(), tmp_path)
    broken = tmp_path / "broken.epub"
    with zipfile.ZipFile(broken, "w") as archive:
        for name, data in package.files.items():
            archive.writestr(name, data.replace(b"<p>Words.</p>", b"<p><center/></p>"))
    found = epubcheck.check(broken)
    assert [(m.code, m.severity) for m in found] == [("RSC-005", "ERROR")]
    assert found[0].place == "EPUB/one.xhtml:10"


def test_the_driver_says_so_where_there_is_no_java(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    # This thread may have a Java already.
    with ThreadPoolExecutor(1) as another_thread:
        found = another_thread.submit(epubcheck.check, tmp_path / "book.epub").exception()
    assert "there is no Java" in str(found)


def test_the_archive_depends_on_nothing_but_the_book(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(full(tmp_path), tmp_path / "a")
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    second = build(full(tmp_path), tmp_path / "b")
    assert (tmp_path / "a/book.epub").read_bytes() == (tmp_path / "b/book.epub").read_bytes()
    assert first.files == second.files
    assert first.infos[0].filename == "mimetype"
    assert first.infos[0].compress_type == zipfile.ZIP_STORED
    assert first.infos[0].extra == b""
    assert first.infos[1].filename == "META-INF/container.xml"
    assert {i.date_time for i in first.infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {i.external_attr for i in first.infos} == {0o100644 << 16}


def test_what_was_there_stays_when_writing_fails(tmp_path: Path) -> None:
    target = tmp_path / "book.epub"
    target.write_bytes(b"before")
    config = Config(tmp_path, book=BookConfig(cover="missing.png"))
    with pytest.raises(BookError):
        write_epub(little(config=config), target, Report())
    assert target.read_bytes() == b"before"
    assert [p.name for p in tmp_path.iterdir()] == ["book.epub"]
