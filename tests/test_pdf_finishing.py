"""A PDF whose pages are laid out gets labels, metadata, archiving and imposition."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from bookbuilder import Book, write
from bookbuilder.formats.pdf.fingerprint import DIGEST_KEY, fingerprint, pages_if_made_from
from bookbuilder.formats.pdf.finish.imposition import impose, imposed
from bookbuilder.formats.pdf.finish.preflight import NotAPdfError, inspect_pdf
from bookbuilder.formats.pdf.joining.labels_and_metadata import add_labels_and_metadata
from bookbuilder.formats.pdf.joining.pdf import Pdf
from bookbuilder.formats.pdf.joining.values import String, reference
from books import load_files

SETTINGS = '[book]\ntitle = "T"\nlanguage = "{}"\nidentifier = "urn:x:1"\nsubjects = ["a", "b"]\n'


def a_book(folder: Path, language: str = "en", **settings: Any) -> Book:
    files = {"book.toml": SETTINGS.format(language), "one.md": "# One\n\nText.\n"}
    book, _ = load_files(folder, files)
    return replace(book, config=replace(book.config, pdf=replace(book.config.pdf, **settings)))


def pages(count: int) -> bytes:
    """Return a PDF of empty pages with a link on each, each page a point wider than the last."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for number in range(count):
            page = pdf.add_blank_page(page_size=(300 + number, 400))
            link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link)
            page.Annots = pikepdf.Array([pdf.make_indirect(link)])
        pdf.docinfo["/Title"] = "T"
        pdf.save(out)
    return out.getvalue()


def finish(count: int, front: int, book: Book, profile: bytes = b"", digest: str = "") -> bytes:
    """Return a PDF of `count` empty pages with a link on each, the first `front` of them Roman."""
    pdf = Pdf()
    pdf.info["Title"] = String("T < ü")
    for _ in range(count):
        values = {"Type": "/Annot", "Subtype": "/Link", "Rect": [0, 0, 9, 9]}
        link = pdf.add_annotation(values)
        page = {"Type": "/Page", "Parent": pdf.page_tree, "MediaBox": [0, 0, 300, 400]}
        pdf.add_page({**page, "Annots": [reference(link.number)], "Resources": {}})
    pdf.add_info()
    add_labels_and_metadata(pdf, front, book, profile, {DIGEST_KEY: digest})
    return pdf.file()


def opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


@pytest.mark.parametrize(
    ("front", "labels"), [(0, ["1", "2", "3"]), (2, ["i", "ii", "1"]), (3, ["i", "ii", "iii"])]
)
def test_front_pages_have_roman_labels(front: int, labels: list[str], tmp_path: Path) -> None:
    with opened(finish(3, front, a_book(tmp_path))) as pdf:
        assert [page.label for page in pdf.pages] == labels


@pytest.mark.parametrize(
    ("language", "edition", "says"),
    [
        ("en", "print", ("/L2R", "/TwoPageRight")),
        ("ar", "print", ("/R2L", "/TwoPageRight")),
        ("en", "screen", ("/L2R", "/OneColumn")),
    ],
)
def test_viewers_are_told_how_pages_follow(
    language: str, edition: str, says: tuple[str, str], tmp_path: Path
) -> None:
    with opened(finish(1, 0, a_book(tmp_path, language, edition=edition))) as pdf:
        said = pdf.Root.ViewerPreferences.Direction, pdf.Root.PageLayout
        assert tuple(map(str, said)) == says
        assert pdf.Root.ViewerPreferences.DisplayDocTitle


def test_metadata_says_what_the_book_says_and_links_print(tmp_path: Path) -> None:
    with opened(finish(2, 0, a_book(tmp_path))) as pdf:
        with pdf.open_metadata() as xmp:
            assert list(xmp["dc:language"]) == ["en"]
            assert xmp["dc:identifier"] == "urn:x:1"
            assert xmp["dc:title"] == pdf.docinfo["/Title"] == "T < ü"
            assert set(xmp["dc:subject"]) == {"a", "b"}
            assert xmp["pdfuaid:part"] == "1"
            assert "pdfaid:part" not in xmp
        assert [int(a.F) for page in pdf.pages for a in page.Annots] == [4, 4]
        assert "/OutputIntents" not in pdf.Root


@pytest.mark.parametrize("count", [1, 300])
def test_files_are_written_as_the_standard_says(count: int, tmp_path: Path) -> None:
    data = finish(count, 0, a_book(tmp_path))
    with opened(data) as pdf:
        # Of QPDF, which reads the table and every object by it.
        assert list(pdf.check_pdf_syntax()) == []
        assert len(pdf.pages) == count
        assert pdf.trailer.ID[0] == pdf.trailer.ID[1]
        assert len(bytes(pdf.trailer.ID[0])) == 16
    assert len(pypdfium2.PdfDocument(data)) == count
    assert len(data) < 3000 + 80 * count


def test_files_with_other_content_have_other_identifiers(tmp_path: Path) -> None:
    ids = set()
    for front in (0, 1):
        with opened(finish(2, front, a_book(tmp_path))) as pdf:
            ids.add(bytes(pdf.trailer.ID[0]))
    assert len(ids) == 2


def test_a_pdf_to_keep_has_its_colours_and_says_so(tmp_path: Path) -> None:
    data = finish(1, 0, a_book(tmp_path, pdf_a=True), b"a profile")
    with opened(data) as pdf:
        with pdf.open_metadata() as xmp:
            assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("2", "A")
        (intent,) = pdf.Root.OutputIntents
        assert intent.DestOutputProfile.read_bytes() == b"a profile"
        assert b"pdfaExtension" in pdf.Root.Metadata.read_bytes()


def test_the_same_pages_give_the_same_bytes(tmp_path: Path) -> None:
    book, made = a_book(tmp_path), pages(2)
    assert finish(2, 1, book) == finish(2, 1, book)
    assert impose(made) == impose(made)


def test_a_pdf_says_which_book_it_was_made_from(tmp_path: Path) -> None:
    book = a_book(tmp_path / "book")
    path = tmp_path / "one.pdf"
    path.write_bytes(finish(3, 1, book, digest=fingerprint(book)))
    assert pages_if_made_from(book, path) == 3
    assert pages_if_made_from(a_book(tmp_path / "book", edition="screen"), path) == 0
    path.write_bytes(finish(3, 1, book))
    assert pages_if_made_from(book, path) == 0
    assert pages_if_made_from(book, tmp_path / "none.pdf") == 0


def test_finished_pages_have_labels_and_bare_ones_have_not(tmp_path: Path) -> None:
    bare = {rule.name for rule, _ in inspect_pdf(pages(2))}
    done = {rule.name for rule, _ in inspect_pdf(finish(2, 0, a_book(tmp_path)))}
    assert bare - done == {"no-page-labels"}


def test_fonts_that_are_not_there_and_programs_are_found() -> None:
    out = io.BytesIO()
    with opened(pages(1)) as pdf:
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        pdf.pages[0].add_resource(pdf.make_indirect(font), pikepdf.Name.Font)
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.beep()")
        pdf.Root.OpenAction = pdf.make_indirect(action)
        pdf.attachments["a.txt"] = b"hello"
        pdf.save(out)
    found = [rule.name for rule, _ in inspect_pdf(out.getvalue())]
    assert {name: found.count(name) for name in ("font-not-embedded", "active-pdf")} == {
        "font-not-embedded": 1,
        "active-pdf": 2,
    }


def test_what_cannot_be_opened_is_no_pdf() -> None:
    locked = io.BytesIO()
    with opened(pages(1)) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="x", user="x"))
    for data in (locked.getvalue(), b"%PDF-1.7 no more"):
        with pytest.raises(NotAPdfError):
            list(inspect_pdf(data))


@pytest.mark.parametrize("right_to_left", [False, True])
def test_a_booklet_has_every_page_on_its_sheet(right_to_left: bool) -> None:
    made = pages(6)
    with opened(impose(made, right_to_left)) as sheets:
        assert sheets.docinfo["/Title"] == "T"
        assert [float(sheet.mediabox[2]) for sheet in sheets.pages] == [600.0] * 4
        drawn = [
            tuple(
                round(float(sheet.Resources.XObject[f"/Page{side}"].BBox[2])) - 300
                if f"/Page{side}" in sheet.Resources.get("/XObject", {})
                else None
                for side in (0, 1)
            )
            for sheet in sheets.pages
        ]
    assert drawn == imposed(6, right_to_left)
    assert drawn[0] == ((0, None) if right_to_left else (None, 0))


def test_a_turned_page_lies_on_its_side_in_a_booklet() -> None:
    with pikepdf.new() as made:
        for size in [(300, 400), (400, 300)]:
            page = made.add_blank_page(page_size=size)
            # A mark in the upper left corner.
            place = f"10 {size[1] - 20} 10 10"
            page.Contents = made.make_stream(f"1 0 0 rg {place} re f".encode())
        file = io.BytesIO()
        made.save(file)
    sheet = pypdfium2.PdfDocument(impose(file.getvalue()))[1].render().to_pil()
    assert sheet.size == (600, 400)
    # Of page 2, on the left: its head is on the left, its upper left corner is below.
    assert [sheet.getpixel(at) for at in [(15, 385), (15, 15)]] == [(255, 0, 0), (255, 255, 255)]


@pytest.mark.slow
def test_turned_pages_have_the_size_of_the_others_in_print_and_lie_across_on_screen(
    tmp_path: Path,
) -> None:
    settings = '[book]\ntitle = "T"\nlanguage = "en"\n[pdf]\nlive-links = true\nedition = "{}"\n'
    table = "| Left | Right |\n|---|---|\n| [there](two.md) | x |\n{.landscape #wide}\n"
    text = f"# One\n\nSee [this](#wide).\n\n{table}\nAfter.\n"
    files = {"one.md": text, "two.md": "# Two\n\nText.\n"}
    shapes = {}
    for edition in ("print", "screen"):
        book, _ = load_files(tmp_path / edition, {"book.toml": settings.format(edition), **files})
        pdf = pypdfium2.PdfDocument(write(book, tmp_path / f"{edition}.pdf").path)
        shapes[edition] = {tuple(map(round, page.get_size())) for page in pdf}
    assert shapes == {"print": {(420, 595)}, "screen": {(420, 595), (595, 420)}}
    with (
        pikepdf.open(tmp_path / "print.pdf") as read,
        pypdfium2.PdfDocument(tmp_path / "print.pdf") as pdf,
    ):
        (number,) = (n for n, p in enumerate(pdf) if "Left" in p.get_textpage().get_text_range())
        assert "/Rotate" not in read.pages[number]
        words = pdf[number].get_textpage()
        left, right = (words.get_charbox(words.search(w).get_next()[0]) for w in ("Left", "Right"))
        # The head is on the left: lines run upwards.
        assert left[1] < right[1]
        assert left[0] == pytest.approx(right[0], abs=3)
        link = words.get_charbox(words.search("there").get_next()[0])
        x1, y1, x2, y2 = (float(x) for x in read.pages[number].Annots[0].Rect)
        assert min(x1, x2) - 1 < link[0] < max(x1, x2) + 1
        assert min(y1, y2) - 1 < link[1] < max(y1, y2) + 1
