"""Editions, trim sizes, marks and booklets of the PDF."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from bookbuilder import BookError, write
from bookbuilder.formats.pdf.compose.trim import trim_names
from bookbuilder.formats.pdf.finish.imposition import imposed
from books import load_files

PROSE = (
    "Whoever sets type by hand soon learns to judge a line by how many letters go into it, and that"
    " some sixty-six of them make a page which is read and not merely looked at. "
)
FILES = {
    "book.toml": '[book]\ntitle = "Small"\nauthors = ["A. Writer"]\nlanguage = "en"\n'
    'chapters = ["a.md", "b.md", "c.md"]\n',
    "a.md": "# One\n\nSee [Two](b.md). Or [out](https://example.org/x). The [second](b.md)'s.\n",
    "b.md": "# Two\n\n[Here](a.md) and [again](a.md) there.\n",
    "c.md": f"# Three\n\n{PROSE * 12}\n",
}


def a_pdf(folder: Path, **settings: object) -> Path:
    book, _ = load_files(folder, FILES)
    pdf = replace(book.config.pdf, **settings)  # type: ignore[arg-type]
    book = replace(book, config=replace(book.config, pdf=pdf))
    return write(book, folder / "b.pdf").path


def pages_of(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as pdf:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in pdf]


@pytest.mark.slow
def test_print_says_where_links_lead(tmp_path: Path) -> None:
    text = " ".join(pages_of(a_pdf(tmp_path))).replace("\u200b", "")
    assert "See Two, page 3. Or out. 1 The second’s. 1 example.org/x" in text
    assert "Here (page 1) and again there." in text


@pytest.mark.slow
def test_the_screen_edition_has_a_cover_and_no_blank_pages(tmp_path: Path) -> None:
    pages = pages_of(a_pdf(tmp_path, edition="screen"))
    assert all(pages)
    assert pages[0] == "Small A. Writer"
    assert "See Two. Or out. The second’s." in " ".join(pages)


def coloured_dots(path: Path) -> list[int]:
    """Count the dots of each page that are neither black nor white nor grey."""
    found = []
    with pypdfium2.PdfDocument(path) as pdf:
        for page in pdf:
            red, green, blue = page.render(scale=1).to_pil().convert("RGB").split()
            dots = zip(red.tobytes(), green.tobytes(), blue.tobytes(), strict=True)
            found.append(sum(max(dot) - min(dot) > 40 for dot in dots))
    return found


@pytest.mark.slow
def test_print_is_black_and_links_on_the_screen_are_not(tmp_path: Path) -> None:
    assert not any(coloured_dots(a_pdf(tmp_path)))
    cover, *rest = coloured_dots(a_pdf(tmp_path, edition="screen"))
    assert cover > 10_000
    # The three links of the first chapter.
    assert any(dots > 20 for dots in rest)


@pytest.mark.slow
def test_the_cover_shows_the_authors_picture(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (300, 480), (9, 90, 160)).save(tmp_path / "front.png")
    book, _ = load_files(tmp_path, FILES)
    config = replace(
        book.config,
        book=replace(book.config.book, cover="front.png"),
        pdf=replace(book.config.pdf, edition="screen"),
    )
    path = write(replace(book, config=config), tmp_path / "b.pdf").path
    with pypdfium2.PdfDocument(path) as pdf:
        cover = pdf[0].render().to_pil()
    assert cover.getpixel((cover.width // 2, cover.height // 2)) == (9, 90, 160)


def test_an_unknown_edition_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(BookError) as caught:
        a_pdf(tmp_path, edition="scren")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.rule.name == "unknown-edition"
    assert "`screen`" in diagnostic.hint


@pytest.mark.slow
@pytest.mark.parametrize("trim", trim_names())
def test_lines_have_a_readable_measure(tmp_path: Path, trim: str) -> None:
    with pypdfium2.PdfDocument(a_pdf(tmp_path, trim=trim)) as pdf:
        is_narrow = pdf[0].get_width() < 130 / 25.4 * 72
        text = next(t for p in pdf if "Whoever sets" in (t := p.get_textpage().get_text_range()))
    # PDFium joins lines that end with a hyphen.
    lines = [line for line in re.split(r"[\r\n\ufffe]+", text) if len(line) > 40][1:-1]
    # Pocket books have shorter lines, not smaller type.
    least = 48 if is_narrow else 58
    assert least <= sum(map(len, lines)) / len(lines) <= 72


@pytest.mark.parametrize(("said", "size"), [("148x210mm", (148, 210)), ("5 × 8 in", (127, 203.2))])
def test_a_page_by_measure(tmp_path: Path, said: str, size: tuple[float, float]) -> None:
    with pypdfium2.PdfDocument(a_pdf(tmp_path, trim=said)) as pdf:
        assert [round(side / 72 * 25.4, 1) for side in pdf[0].get_size()] == list(size)


@pytest.mark.slow
def test_marks_stand_outside_the_bleed(tmp_path: Path) -> None:
    with pikepdf.open(a_pdf(tmp_path, marks=True)) as pdf:
        page = pdf.pages[0]
        boxes = page.mediabox, page.obj.BleedBox, page.trimbox
        media, bleed, trim = ([float(x) / 72 * 25.4 for x in box] for box in boxes)
    assert [round(t - m) for m, t in zip(media, trim, strict=True)] == [8, 8, -8, -8]
    assert all(3 <= abs(t - b) < 4 for b, t in zip(bleed, trim, strict=True))


def test_a_booklet_has_every_page_once_on_sheets_of_two(tmp_path: Path) -> None:
    one_by_one = pages_of(a_pdf(tmp_path))
    path = a_pdf(tmp_path, booklet=True)
    with pikepdf.open(path) as pdf:
        assert [round(float(x) / 72 * 25.4) for x in pdf.pages[0].mediabox] == [0, 0, 296, 210]
    sheets = pages_of(path)
    for page in one_by_one:
        assert sum(page in sheet for sheet in sheets) >= 1
    assert len(sheets) == -(-len(one_by_one) // 4) * 2


def test_folded_signatures_read_in_order() -> None:
    assert imposed(8) == [(7, 0), (1, 6), (5, 2), (3, 4)]
    assert imposed(3) == [(None, 0), (1, 2)]
    assert imposed(8, right_to_left=True)[0] == (0, 7)
    assert imposed(40)[0] == (31, 0)
    assert imposed(40)[16] == (39, 32)
