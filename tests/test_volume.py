"""One part as a volume of its own."""

from __future__ import annotations

from pathlib import Path

from bookbuilder import load
from books import errors_of, load_files, write_files

FILES = {
    "book.toml": """
[book]
title = "Whole"
language = "en"
front = ["preface.md"]
[[part]]
number = 0
title = "Zero"
chapters = ["a.md"]
[[part]]
number = 1
title = "One"
chapters = ["b.md"]
""",
    "preface.md": "# Preface\n\nSee [b](b.md).\n",
    "a.md": "# A\n\nSee [the second](b.md#deep) and [the preface](preface.md).\n",
    "b.md": "# B\n\n## Deep\n\nBack to [a](a.md).\n",
}


def test_links_out_of_the_volume_name_the_other_part_and_chapter(tmp_path: Path) -> None:
    book, report = load_files(tmp_path, FILES, part=0)
    preface, a = book.chapters
    assert a.tree.p is not None
    assert a.tree.p.get_text() == "See the second (One, chapter\xa02) and the preface."
    assert [x["href"] for x in a.tree.find_all("a")] == ["#preface"]
    assert not preface.tree.find("a")
    assert len(report) == 0


def test_a_volume_keeps_numbers_and_says_what_it_belongs_to(tmp_path: Path) -> None:
    book, _ = load_files(tmp_path, FILES, part=1)
    assert book.volume is not None
    assert [c.number for c in book.parts[0].chapters] == [2]
    assert (book.metadata.title, book.metadata.subtitle) == ("One", "Part 1 of Whole")
    assert (book.metadata.series, book.metadata.series_position) == ("Whole", "1")


def test_volumes_have_identifiers_of_their_own_and_keep_them(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    found = [load(tmp_path, part).metadata.identifier for part in (None, 0, 1, 1)]
    assert len(set(found)) == 3
    assert found[2] == found[3]


def test_a_part_that_is_not_there(tmp_path: Path) -> None:
    assert errors_of(tmp_path, FILES, part=7) == [("no-such-part", "")]
