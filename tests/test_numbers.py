"""Numbers and references where only a part of the book is read or printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookbuilder.model.diagnostics import Report
from bookbuilder.preview.context import Context
from books import load_files, write_files

FILES = {
    "book.toml": """
[book]
title = "Whole"
language = "en"
[[part]]
title = "Zero"
chapters = ["a.md"]
[[part]]
title = "One"
chapters = ["b.md"]
""",
    "a.md": "# A {#sec-a}\n\n::: {#thm-a title='First'}\nX.\n:::\n\n::: theorem\nY.\n:::\n\n"
    "```{#lst-a .py lst-cap='Code'}\n1\n```\n\n$$\na_1\n$$ {#eq-a}\n",
    "b.md": "# B\n\n::: {#thm-b}\nZ.\n:::\n\n![P](p.png 'Picture'){#fig-b}\n\n"
    "[@sec-a; @thm-a], [@thm-a; @thm-b], @lst-a, @eq-a, @fig-b, [](a.md){.full}.\n",
}
SAID = (
    "Chapter\xa01 and Theorem\xa01.1, Theorems\xa01.1 and 2.1, Listing\xa01, Equation\xa01.1,"
    " Figure\xa01, Chapter\xa01, A."
)


def test_a_chapter_read_by_itself_has_the_numbers_of_the_others(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    context = Context(tmp_path)
    whole = context.read(Report())
    again = context.read_chapter(tmp_path / "b.md", Report())
    assert again is not None
    for book in (whole, again):
        assert book.parts[1].chapters[0].tree.find_all("p")[-1].get_text() == SAID


def test_numbers_stay_in_a_volume_whose_links_lead_out_of_it(tmp_path: Path) -> None:
    book, _ = load_files(tmp_path, FILES, part=2)
    [chapter] = book.chapters
    last = chapter.tree.find_all("p")[-1]
    assert [a.get_text() for a in last.find_all("a")] == ["2.1", "Figure\xa01"]
    assert "Theorem\xa01.1" in last.get_text()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Sätze\xa01.1 bis 1.3"),
        ("fr", "Théorèmes\xa01.1 à 1.3"),
        ("hu", "1.1.–1.3. tétel"),
        ("ja", "定理1.1–1.3"),
        ("zh", "定理1.1至1.3"),
        ("pl", "Twierdzenia\xa01.1–1.3"),
    ],
)
def test_ranges_are_in_the_language_of_the_book(tmp_path: Path, language: str, said: str) -> None:
    theorems = "".join(f"::: {{#thm-{k}}}\nX.\n:::\n\n" for k in "abc")
    files = {
        "book.toml": f'[book]\ntitle = "T"\nlanguage = "{language}"\nchapters = ["a.md"]\n',
        "a.md": f"# A\n\n{theorems}[@thm-a; @thm-b; @thm-c]\n",
    }
    book, _ = load_files(tmp_path, files)
    shown = next(book.chapters).tree.find_all("p")[-1].get_text()
    assert shown.replace("\xa0tétel", " tétel") == said
