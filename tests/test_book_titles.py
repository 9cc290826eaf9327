"""Titles of books that do not say them: from headings, and from names of folders that say some."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookbuilder import load
from bookbuilder.reading.book_titles import plain_heading
from books import write_files

TWO = {"01.md": "# Salt\n\nx\n", "02.md": "# Snow\n\nx\n"}


@pytest.mark.parametrize(
    ("folder", "files", "title"),
    [
        ("salt-and-snow", TWO, "Salt and snow"),
        ("salt/docs", TWO, "Salt"),
        ("salt/en", TWO, "Salt"),
        ("salt/pt-BR", TWO, "Salt"),
        ("salt/manuscript", TWO, "Salt"),
        ("work/book", TWO, "Salt"),
        ("cs231n.github.io", TWO, "Salt"),
        ("example.org/docs", {**TWO, "01.md": "# Introduction\n\nx\n"}, "Snow"),
        ("cs231n.github.io", {"a.md": "# Intro\n\nx\n", "b.md": "# To-Do:\n\nx\n"}, "Cs231n"),
        ("docs", {**TWO, "README.md": "# The book\n\nx\n"}, "The book"),
        ("salt", {**TWO, "README.md": "# Introduction\n\nx\n"}, "Salt"),
        ("salt", {**TWO, "index.md": "Title\n=====\n\nx\n"}, "Title"),
        (
            "docs",
            {"a.md": "# [Salt](https://x.org) ![b](c.png) *and* `snow` {#s}\n"},
            "Salt and snow",
        ),
        (
            "docs",
            {"README.md": '<h1 align="center">Salt</h1>\n\nText.\n\n## To-Do:\n\nx\n'},
            "Salt",
        ),
    ],
)
def test_titles_are_guessed(
    folder: str, files: dict[str, str | bytes], title: str, tmp_path: Path
) -> None:
    home = write_files(tmp_path / folder, files)
    assert load(home).metadata.title == title


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("My book [![Build](https://e.org/b.svg)](https://e.org)", "My book"),
        ("![Logo](l.png) My **book** #", "My book"),
        ("[My][1] <b>book</b>[^1]", "My book"),
        ("A < B and C > D", "A < B and C > D"),
        ("[" * 300, "[" * 300),
    ],
)
def test_headings_lose_their_marks(line: str, words: str) -> None:
    assert plain_heading(line) == words
