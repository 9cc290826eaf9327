"""Code on pages: lines that turn are marked, hang, and are copied as they were typed."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from bookbuilder import write
from books import load_files

# They lay out pages.
pytestmark = pytest.mark.slow

LONG = (
    "    call_of_a_function(first_argument, second_argument).another_method(third_argument, 'text')"
)


def page_with(folder: Path, listing: str, trim: str = "a5") -> pypdfium2.PdfPage:
    toml = (
        f'[book]\ntitle = "Small"\nlanguage = "en"\nchapters = ["a.md"]\n[pdf]\ntrim = "{trim}"\n'
    )
    text = f"# One\n\n```text\n{listing}\n```\n"
    book, _ = load_files(folder, {"book.toml": toml, "a.md": text})
    pdf = pypdfium2.PdfDocument(write(book, folder / "b.pdf").path)
    return next(p for p in pdf if "call_of" in p.get_textpage().get_text_range())


def left_of(page: pypdfium2.PdfPage, word: str) -> float:
    text = page.get_textpage()
    found = text.search(word).get_next()
    assert found is not None
    return float(text.get_charbox(found[0])[0])


def drawings(page: pypdfium2.PdfPage) -> int:
    return sum(obj.type == pypdfium2.raw.FPDF_PAGEOBJ_PATH for obj in page.get_objects())


@pytest.mark.parametrize("trim", ["a5", "7x10"])
def test_a_long_line_turns_between_parts_and_hangs(tmp_path: Path, trim: str) -> None:
    short = page_with(tmp_path / "short", LONG[:40], trim)
    page = page_with(tmp_path / "long", LONG, trim)
    lines = [line for line in page.get_textpage().get_text_range().splitlines() if "(" in line]
    assert "".join(lines).replace(" ", "") == LONG.replace(" ", "")
    assert all(line.strip()[-1] in ",()" for line in lines)
    first, second = (left_of(page, line.split("(")[0].split(",")[0].strip()) for line in lines[:2])
    assert second > first + 5
    # The mark is a drawing.
    assert drawings(page) == drawings(short) + len(lines) - 1


def test_a_listing_that_is_a_little_too_wide_is_set_smaller(tmp_path: Path) -> None:
    page = page_with(tmp_path, LONG[:68])
    assert LONG[:68].strip() in page.get_textpage().get_text_range()
