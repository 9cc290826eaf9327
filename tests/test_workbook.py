"""Exercises gathered in the back matter."""

from __future__ import annotations

from pathlib import Path

from books import load_files
from test_ids import assert_linked

BOOK = """
[book]
title = "Whole"
language = "en"
workbook = "Workbook"
[[part]]
title = "One"
chapters = ["a.md"]
[[part]]
title = "Two"
chapters = ["b.md"]
"""
CHAPTER = """# {0}

## Exercise: {0} {{.exercise}}

Think of [the start](#{1}) and a note[^1].

## After

[^1]: Not in the workbook.
"""
FILES = {"book.toml": BOOK, "a.md": CHAPTER.format("A", "a"), "b.md": CHAPTER.format("B", "b")}


def test_every_exercise_stands_in_the_workbook_too(tmp_path: Path) -> None:
    book, _ = load_files(tmp_path, FILES)
    workbook = book.back[0]
    assert workbook.title == "Workbook"
    assert [h.get_text() for h in workbook.tree.find_all("h2")] == ["Exercise: A", "Exercise: B"]
    links = [str(a["href"]) for a in workbook.tree.find_all("a")]
    assert links == ["#a", "#a--a", "#b", "#b--b"]
    assert_linked(book)


def test_a_volume_has_its_own_exercises_only(tmp_path: Path) -> None:
    book, _ = load_files(tmp_path, FILES, part=2)
    assert [h.get_text() for h in book.back[0].tree.find_all("h2")] == ["Exercise: B"]


def test_no_workbook_unless_it_is_named(tmp_path: Path) -> None:
    files = FILES | {"book.toml": BOOK.replace('workbook = "Workbook"', "")}
    book, _ = load_files(tmp_path, files)
    assert not book.back
