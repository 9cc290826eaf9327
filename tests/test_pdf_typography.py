"""Rendered pages have nothing that a typesetter would mark on the proofs."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from bookbuilder import write
from books import load_files

# They lay out pages.
pytestmark = pytest.mark.slow

LINE = "Whoever sets type by hand soon learns to judge a line by how many letters go into it. "
ROWS = "".join(f"> | {n} | {LINE} |\n" for n in range(6))


def pages(folder: Path, text: str) -> pypdfium2.PdfDocument:
    toml = '[book]\ntitle = "Small"\nlanguage = "en"\nchapters = ["a.md"]\n'
    book, _ = load_files(folder, {"book.toml": toml, "a.md": f"# One\n\n{text}"})
    return pypdfium2.PdfDocument(write(book, folder / "b.pdf").path)


def test_the_rule_of_a_box_ends_with_its_last_line_on_the_page(tmp_path: Path) -> None:
    table = f"> | a | b |\n> |---|---|\n{ROWS}>\n> {LINE}\n"
    text = f"{LINE * 36}\n\n> [!warning] Title\n> {LINE * 3}\n>\n{table}"
    with pages(tmp_path, text) as pdf:
        page = next(p for p in pdf if "Title" in p.get_textpage().get_text_range())
        scale = 4
        picture = page.render(scale=scale).to_pil().convert("L")
    width, height = picture.size
    # Above the folio, and the text without the rule at its left.
    body = picture.crop((0, 0, width, round(height * 0.9)))
    dark = [
        [y for y in range(body.height) if min(body.crop((x, y, x2, y + 1)).tobytes()) < 128]
        for x, x2 in ((round(width * 0.16), round(width * 0.8)), (0, width))
    ]
    # Otherwise the table, which does not fit, leaves a long piece of the rule alone.
    assert max(dark[1]) - max(dark[0]) < 6 * scale
    assert max(dark[0]) < body.height - 30 * scale


def test_numbers_in_narrow_columns_stay_whole(tmp_path: Path) -> None:
    text = f"| Year | Sum | Remark |\n|---:|---:|---|\n| 1987 | 999,999.99 | {LINE * 3} |\n"
    with pages(tmp_path, text) as pdf:
        words = " ".join(p.get_textpage().get_text_range() for p in pdf).split()
    assert {"1987", "999,999.99"} <= set(words)


def test_no_last_line_is_the_rest_of_a_word(tmp_path: Path) -> None:
    # Whatever their measure, some of these paragraphs would end with half a word.
    text = "\n\n".join(f"{'i' * n} {LINE}of unforgettable perseverance" for n in range(1, 60))
    with pages(tmp_path, text) as pdf:
        lines = "\n".join(p.get_textpage().get_text_range() for p in pdf).splitlines()
    ends = [line for line in lines if line.strip().endswith("perseverance")]
    assert len(ends) == 59


def test_no_line_breaks_after_its_first_word(tmp_path: Path) -> None:
    # What WeasyPrint does where all but the space before the last word fits.
    text = "\n\n".join(f"{'i' * n} {LINE}is never in want of a measure" for n in range(1, 80))
    with pages(tmp_path, text) as pdf:
        body = [page.get_textpage().get_text_range().splitlines() for page in list(pdf)[-6:]]
    alone = {line for lines in body for line in lines if line.isalpha() and line.islower()}
    assert alone <= {"measure"}


def test_words_of_a_drawing_are_on_the_page(tmp_path: Path) -> None:
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40">'
        '<text x="9" y="20">drawn words</text><text x="9" y="38">東京大学</text></svg>'
    )
    (tmp_path / "d.svg").write_text(drawing, encoding="utf-8")
    with pages(tmp_path, f"{LINE * 3}\n\n![A drawing](d.svg)\n") as pdf:
        words = "".join(p.get_textpage().get_text_range() for p in pdf)
    assert "drawn words" in words
    assert "東京大学" in words


def test_a_heading_at_the_top_of_a_page_has_no_room_above(tmp_path: Path) -> None:
    text = "\n\n".join(f"{LINE * n}\n\n## Heading {n}\n\n{LINE * 9}" for n in range(1, 24))
    tops = []
    with pages(tmp_path, text) as pdf:
        for page in pdf:
            characters = page.get_textpage()
            found = characters.search("Heading").get_next()
            if found:
                tops.append(round(characters.get_charbox(found[0])[3]))
        highest = max(
            round(page.get_textpage().get_charbox(0)[3])
            for page in list(pdf)[8:]
            if page.get_textpage().count_chars()
        )
    assert max(tops) in range(highest - 6, highest + 7)


def test_no_line_begins_with_the_call_of_a_note(tmp_path: Path) -> None:
    """Pango allows a break between a full stop and a figure, or a bracket."""
    stops = [f"{'see it there ' * 3}{'i' * n} and so on in this.[^a]" for n in range(60)]
    text = "\n\n".join([*stops, "[^a]: A note.", ""])
    toml = '[book]\ntitle = "Small"\nlanguage = "en"\nchapters = ["a.md"]\n'
    book, _ = load_files(tmp_path, {"book.toml": toml, "a.md": f"# One\n\n{text}"})
    pdf = pypdfium2.PdfDocument(write(book, tmp_path / "b.pdf").path)
    calls = 0
    for page in pdf:
        shown = page.get_textpage()
        found = shown.search("this.1")
        while at := found.get_next():
            full_stop, call = (shown.get_charbox(at[0] + n) for n in (4, 5))
            assert call[0] > full_stop[0]
            calls += 1
    assert calls == len(stops)
