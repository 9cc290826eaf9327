"""Editions, trim sizes, marks and booklets of the PDF."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

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


@pytest.mark.parametrize(
    ("said", "size"),
    [
        pytest.param("148x210mm", (148, 210), marks=pytest.mark.slow),
        ("5 × 8 in", (127, 203.2)),
    ],
)
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


@pytest.mark.parametrize(
    ("openings", "starts"),
    [
        ("recto", [1, 2, 3]),
        pytest.param("page", [1, 2, 3], marks=pytest.mark.slow),
        pytest.param("any", [1, 1, 1], marks=pytest.mark.slow),
    ],
)
def test_where_chapters_begin(tmp_path: Path, openings: str, starts: list[int]) -> None:
    files = {
        "SUMMARY.md": "- [One](1.md)\n  - [Two](2.md)\n- [Three](3.md)\n",
        "book.toml": f'[book]\ntitle = "T"\n[pdf]\nopenings = "{openings}"\n',
        **{f"{n}.md": f"# {w}\n\nText of {w}.\n" for n, w in enumerate(("One", "Two", "Three"), 1)},
    }
    book, _ = load_files(tmp_path, files)
    with pypdfium2.PdfDocument(write(book, tmp_path / "b.pdf").path) as pdf:
        texts = [page.get_textpage().get_text_range() for page in pdf]
    body = next(n for n, text in enumerate(texts) if "Text of One" in text) - 1
    found = [
        next(n for n, text in enumerate(texts) if f"Text of {word}" in text) - body
        for word in ("One", "Two", "Three")
    ]
    assert found == starts


def annotations_of(path: Path) -> list[str]:
    with pikepdf.open(path) as pdf:
        return [str(a.Subtype) for page in pdf.pages for a in page.get("/Annots", [])]


@pytest.mark.slow
def test_links_can_be_clicked_on_screen_and_where_asked_for(tmp_path: Path) -> None:
    assert annotations_of(a_pdf(tmp_path)) == []
    assert annotations_of(a_pdf(tmp_path, live_links=True)).count("/Link") > 5
    assert annotations_of(a_pdf(tmp_path, edition="screen")).count("/Link") > 5


@pytest.mark.slow
@pytest.mark.parametrize(("settings", "multiple"), [({}, 2), ({"signature": 16}, 16),
    ({"marks": True, "signature": 32}, 32)])  # fmt: skip
def test_empty_pages_fill_the_last_sheet(
    settings: dict[str, object], multiple: int, tmp_path: Path
) -> None:
    printed = a_pdf(tmp_path, signature=1, marks=bool(settings.get("marks")))
    padded = a_pdf(tmp_path, **settings)
    written = pages_of(printed)
    pages = pages_of(padded)
    assert len(pages) % multiple == 0
    assert len(pages) - len(written) < multiple
    assert pages == written + [""] * (len(pages) - len(written))
    with pikepdf.open(padded) as pdf:
        # The second is empty, too.
        last, second = pdf.pages[-1], pdf.pages[1]
        if len(pages) == len(written):
            return
        assert last.mediabox == second.mediabox
        assert last.Contents.read_bytes() == second.Contents.read_bytes()


@pytest.mark.parametrize("signature", [0, 65, 10**9])
def test_a_signature_is_what_a_sheet_can_be_folded_to(signature: int, tmp_path: Path) -> None:
    with pytest.raises(BookError, match="P032"):
        a_pdf(tmp_path, signature=signature)


@pytest.mark.slow
def test_black_is_printed_with_one_ink(tmp_path: Path) -> None:
    files = FILES | {
        "c.md": '# Three\n\n<svg viewBox="0 0 9 9" width="9" height="9">'
        '<path d="M0 0H9" stroke="#888" fill="red"/></svg>\n'
    }
    book, _ = load_files(tmp_path, files)
    path = write(book, tmp_path / "b.pdf").path
    used: set[tuple[str, ...]] = set()
    with pikepdf.open(path) as pdf:
        for page in pdf.pages:
            for one in pikepdf.parse_content_stream(page):
                if (name := str(one.operator)) in ("rg", "RG", "g", "G"):
                    used.add((name, *(f"{float(str(o)):.2f}" for o in one.operands)))
    assert ("g", "0.00") in used
    assert ("G", "0.53") in used
    assert {o for o in used if o[0] in ("rg", "RG")} == {("rg", "1.00", "0.00", "0.00")}


@pytest.mark.slow
def test_pages_that_are_not_printed_do_not_count(tmp_path: Path) -> None:
    style = "@page front { @top-center { content: counter(page) ' of ' counter(pages) } }"
    style += "@page { @top-center { content: counter(page) ' of ' counter(pages) } }"
    toml = FILES["book.toml"] + '[pdf]\nstyle = ["s.css"]\nsignature = 1\n'
    book, _ = load_files(tmp_path, FILES | {"book.toml": toml, "s.css": style})
    path = write(book, tmp_path / "b.pdf").path
    with pikepdf.open(path) as pdf:
        front = int(list(pdf.Root.PageLabels.Nums)[2])
    pages = pages_of(path)
    assert f"5 of {front}" in pages[4]
    assert f"of {len(pages) - front}" in pages[-1]


@pytest.mark.slow
def test_pictures_with_few_dots_are_told_on_paper_alone(tmp_path: Path) -> None:
    def picture(side: int) -> bytes:
        out = io.BytesIO()
        Image.new("RGB", (side, side)).save(out, "PNG")
        return out.getvalue()

    files: dict[str, str | bytes] = {
        **FILES,
        "a.md": "# A\n\n![a](a.png)\n\n![b](b.png)\n\nA sign ![s](s.png).\n",
        "b.md": "# B\n\n![c](c.png){width=20mm}\n\n![b](b.png)\n",
        **{
            f"{name}.png": picture(side)
            for name, side in zip("abcs", (150, 90, 300, 20), strict=True)
        },
    }
    for edition, told in (("print", 2), ("screen", 0)):
        book, report = load_files(tmp_path, files)
        pdf = replace(book.config.pdf, edition=edition)
        write(replace(book, config=replace(book.config, pdf=pdf)), tmp_path / "b.pdf", report)
        said = [d for d in report if d.rule.code == "P031"]
        assert len(said) == told
    book, report = load_files(tmp_path, files)
    write(book, tmp_path / "b.pdf", report)
    first, second = [d for d in report if d.rule.code == "P031"]
    assert first.message.startswith("2 pictures are printed with few dots per inch; `images/")
    assert second.message == "`images/b.png` is printed with 96 dots per inch (page 3)"
