"""Covers: the author's own, and those that are made."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bookbuilder.book import Book
from bookbuilder.config.schema import BookConfig, Config
from bookbuilder.formats.cover_art import PLAIN_LETTERS, letters_of
from bookbuilder.formats.epub.cover_drawing import draw
from bookbuilder.formats.epub.writer import write_epub
from bookbuilder.model.diagnostics import BookError, Report
from bookbuilder.runtime.files import write_atomically
from epub_books import build, full, little, picture


def covered(cover: str, folder: Path) -> Book:
    return little(config=Config(folder, book=BookConfig(cover=cover)))


def test_a_cover_is_made_from_the_title(tmp_path: Path) -> None:
    report = Report()
    data = build(full(tmp_path), tmp_path, report).files["EPUB/images/cover.png"]
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (1600, 2560)
        assert image.mode == "P"
        # Light letters on a dark field, of some extent: legible on a shelf.
        small = image.convert("L").resize((100, 160))
        field = small.crop((0, 0, 100, 60))
    shades = field.histogram()
    assert sum(shades[:90]) > 2000
    assert sum(shades[200:]) > 200
    assert len(data) < 100_000
    assert list(report) == []


def test_the_same_cover_is_drawn_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def counted(book: Book, *arguments: Any) -> bytes:
        drawn.append(book.metadata.title)
        return draw(book, *arguments)

    monkeypatch.setattr("bookbuilder.formats.epub.cover_drawing.draw", counted)
    book = little()
    covers = []
    for title in ("Drawn once", "Drawn once", "Drawn anew"):
        book.metadata = replace(book.metadata, title=title)
        covers.append(build(book, tmp_path).files["EPUB/images/cover.png"])
    assert drawn == ["Drawn once", "Drawn anew"]
    assert covers[0] == covers[1] != covers[2]


def test_what_a_drawn_cover_lacks_is_said_each_time(tmp_path: Path) -> None:
    book = little()
    book.metadata = replace(book.metadata, title="ᚠ")
    for _ in range(2):
        report = Report()
        build(book, tmp_path, report)
        assert [d.rule.code for d in report] == ["E005"]


@pytest.mark.slow
def test_volumes_have_covers_of_their_own(tmp_path: Path) -> None:
    book = full(tmp_path)
    drawn = set()
    for volume in (None, *book.parts):
        book.volume = volume
        drawn.add(build(book, tmp_path).files["EPUB/images/cover.png"])
    assert len(drawn) == 3


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ar", "he", "ja"])
@pytest.mark.parametrize(
    "title",
    [
        "A" * 300,
        "word " * 80,
        "x",
        "Ελληνικά και кириллица",
        "ملح وثلج",
        "מלח ושלג",
        "吾輩は猫である。名前はまだ無い。",
    ],
)
def test_any_title_fits_on_the_cover(title: str, language: str, tmp_path: Path) -> None:
    book = little()
    book.metadata = replace(book.metadata, title=title, language=language, subtitle=title)
    report = Report()
    data = build(book, tmp_path, report).files["EPUB/images/cover.png"]
    assert list(report) == []
    with Image.open(io.BytesIO(data)) as image:
        edges = image.convert("L").crop((0, 0, 100, 2560)).resize((1, 2560))
    assert len(set(edges.tobytes())) <= 2


def test_letters_without_a_font_are_reported(tmp_path: Path) -> None:
    book = little()
    book.metadata = replace(book.metadata, title="ᚠᚢᚦ")
    report = Report()
    build(book, tmp_path, report)
    assert [(d.rule.code, d.message) for d in report] == [
        ("E005", "no font has `ᚠᚢᚦ`, which the cover needs")
    ]


@pytest.mark.parametrize("font", ["BookbuilderSerif-SemiBold", "BookbuilderSerif-Regular"])
def test_the_first_fonts_have_the_letters_that_are_not_looked_for(font: str) -> None:
    assert letters_of(font) >= PLAIN_LETTERS


def test_an_authors_cover_is_taken_as_it_is(tmp_path: Path) -> None:
    data = picture(1600, 2400)
    write_atomically(tmp_path / "art/front.jpg", data)
    report = Report()
    package = build(covered("art/front.jpg", tmp_path), tmp_path, report)
    assert package.files["EPUB/images/cover.png"] == data
    assert package.manifest()["images/cover.png"]["media-type"] == "image/png"
    assert list(report) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("CMYK", "JPEG"),
        ("RGBA", "PNG"),
        ("I;16", "PNG"),
        ("1", "BMP"),
        ("RGB", "TIFF"),
        ("RGB", "WEBP"),
    ],
)
def test_other_covers_become_jpegs(mode: str, kind: str, tmp_path: Path) -> None:
    write_atomically(tmp_path / "front", picture(800, 1200, mode, format=kind))
    package = build(covered("front", tmp_path), tmp_path)
    with Image.open(io.BytesIO(package.files["EPUB/images/cover.jpg"])) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (800, 1200))


def test_a_turned_photograph_is_set_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    write_atomically(tmp_path / "front.jpg", picture(1200, 800, format="JPEG", exif=exif))
    package = build(covered("front.jpg", tmp_path), tmp_path)
    with Image.open(io.BytesIO(package.files["EPUB/images/cover.jpg"])) as image:
        assert image.size == (800, 1200)


def test_a_small_cover_is_reported(tmp_path: Path) -> None:
    write_atomically(tmp_path / "front.png", picture(100, 160))
    report = Report()
    build(covered("front.png", tmp_path), tmp_path, report)
    assert [(d.rule.code, d.message) for d in report] == [
        ("E004", "the cover `front.png` has only 100 × 160 pixels")
    ]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("missing.png", None, "E002"),
        ("../outside.png", picture(), "E002"),
        ("text.png", b"no picture", "E003"),
        ("cut.png", picture(800, 1200)[:200], "E003"),
        ("empty.png", b"", "E003"),
    ],
)
def test_a_cover_that_cannot_be_used_is_an_error(
    name: str, data: bytes | None, code: str, tmp_path: Path
) -> None:
    root = tmp_path / "book"
    root.mkdir()
    if data is not None:
        write_atomically(root / name, data)
    report = Report()
    with pytest.raises(BookError):
        write_epub(covered(name, root), tmp_path / "book.epub", report)
    assert [d.rule.code for d in report] == [code]
