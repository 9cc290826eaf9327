"""Large initials on pages: how high they are, what they leave room for, and what is copied."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from bookbuilder import write
from books import load_files

# They lay out pages.
pytestmark = pytest.mark.slow

TEXT = "nce upon a time there was a printer who liked large letters at the start of chapters. " * 4


@pytest.mark.parametrize("trim", ["a5", "7x10"])
def test_an_initial_stands_on_the_third_line_and_begins_its_word(tmp_path: Path, trim: str) -> None:
    toml = (
        f'[book]\ntitle = "Small"\nlanguage = "en"\nchapters = ["a.md"]\n[pdf]\ntrim = "{trim}"\n'
    )
    text = f"# Title\n\nBefore.\n\nO{TEXT}\n{{.drop-cap}}\n"
    book, _ = load_files(tmp_path, {"book.toml": toml, "a.md": text})
    pdf = pypdfium2.PdfDocument(write(book, tmp_path / "b.pdf").path)
    page = next(p for p in pdf if "upon" in p.get_textpage().get_text_range())
    texts = page.get_textpage()
    said = texts.get_text_range()
    assert said.index("Before.") < said.index("Once") < said.index("upon")
    letters = [
        (texts.get_text_range(i, 1), texts.get_charbox(i)) for i in range(texts.count_chars())
    ]
    tallest = max(
        (box for letter, box in letters if letter == "O"), key=lambda box: box[3] - box[1]
    )
    feet = sorted({round(box[1]) for letter, box in letters if letter == "r"}, reverse=True)
    below = [foot for foot in feet if foot <= tallest[3]]
    # An O goes a little below the line that letters stand on.
    assert abs(tallest[1] - below[2]) < 2.5
    beside = [box for letter, box in letters if letter == "r" and box[1] >= below[2] - 1]
    assert all(box[0] > tallest[2] for box in beside if box[1] <= below[0] + 1)
