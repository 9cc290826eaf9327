"""Sources that are hard to read: encodings, sizes, pipes, and one file that is a whole book."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bookbuilder import BookError, load
from bookbuilder.reading.splitting import LARGEST_UNSPLIT
from bookbuilder.runtime.files import LARGEST_TEXT
from books import errors_of, load_files, write_files


def test_latin_1_is_refused_at_its_line_and_byte(tmp_path: Path) -> None:
    write_files(tmp_path, {"one.md": "# One\n\nna\u00efve\n".encode("latin-1")})
    with pytest.raises(BookError) as caught:
        load(tmp_path)
    (found,) = [d for d in caught.value.diagnostics if d.severity == "error"]
    assert found.rule.name == "not-utf8"
    assert found.span is not None
    assert (found.span.file, found.span.line, found.span.column) == ("one.md", 3, 3)
    assert "0xEF" in found.message


@pytest.mark.parametrize("data", ["# One".encode("utf-16"), b"# One \xc3", b"# One \xed\xa0\x80"])
def test_other_bytes_are_refused(data: bytes, tmp_path: Path) -> None:
    ((rule, place),) = errors_of(tmp_path, {"one.md": data})
    assert (rule, place.partition(":")[0]) == ("not-utf8", "one.md")


def test_a_byte_order_mark_and_windows_newlines_vanish(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf# Bom\r\n\r\nText.\r\n"
    book, _ = load_files(tmp_path, {"one.md": data})
    (chapter,) = book.chapters
    assert chapter.title == "Bom"
    assert "\r" not in chapter.source.text


@pytest.mark.attack("limits and growth")
def test_a_chapter_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    files = {"one.md": b"x" * (LARGEST_TEXT + 1)}
    assert errors_of(tmp_path, files) == [("too-large", "one.md")]


@pytest.mark.attack("reading outside the book")
def test_pipes_and_links_out_are_no_chapters(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "book", {"one.md": "# One\n"})
    write_files(tmp_path, {"secret.md": "# Secret\n"})
    (folder / "two.md").symlink_to(tmp_path / "secret.md")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "three.md")
    assert [c.title for c in load(folder).chapters] == ["One"]


def test_several_unreadable_chapters_are_all_reported(tmp_path: Path) -> None:
    write_files(tmp_path, {"one.md": b"\xff", "two.md": b"\xff", "three.md": "# Three\n"})
    with pytest.raises(BookError) as caught:
        load(tmp_path)
    assert [d.rule.name for d in caught.value.diagnostics].count("not-utf8") == 2


def test_one_file_with_several_titles_is_several_chapters(tmp_path: Path) -> None:
    text = "# A\n\nSee [b](#b) and a note[^1].\n\n# B\n\nAnother[^2].\n\n[^1]: One.\n\n[^2]: Two.\n"
    book, _ = load_files(tmp_path / "my-book", {"all.md": text})
    first, second = book.chapters
    assert (first.title, second.title) == ("A", "B")
    assert book.metadata.title == "My book"
    assert first.tree.a is not None
    assert first.tree.a["href"] == "#b--b"
    assert "One." in first.tree.get_text()
    assert "Two." in second.tree.get_text()


def test_a_long_file_under_one_title_is_cut_at_its_sections(tmp_path: Path) -> None:
    long = "Word. " * 20_000
    text = f"# The Whale\n\n## Loomings\n\n{long}\n\n## The Bag\n\nText.\n"
    book, _ = load_files(tmp_path, {"whale.md": text})
    assert [c.title for c in book.chapters] == ["Loomings", "The Bag"]
    assert book.metadata.title == "The Whale"


def test_a_single_file_can_be_named_instead_of_a_folder(tmp_path: Path) -> None:
    write_files(tmp_path, {"one.md": "# One\n", "two.md": "# Two\n"})
    assert [c.title for c in load(tmp_path / "two.md").chapters] == ["Two"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("これは本です。", "ja"),
        ("هذا كتاب عن البحث.", "ar"),
        ("Das ist nicht das Buch, und die Katze ist auf dem Tisch.", "de"),
        ("The book is on the table and it is not for you.", "en"),
        ("Le livre est dans la maison et les chats sont sur la table.", "fr"),
        ("Это книга.", "ru"),
        ("", "en"),
        ("We met a man at a pub. He told us a story. Por favor.", "en"),
        ("Die Hard. Run, run, run!", "en"),
    ],
)
def test_the_language_is_guessed(text: str, language: str, tmp_path: Path) -> None:
    book, _ = load_files(tmp_path, {"one.md": f"{text}\n"})
    assert book.metadata.language == language


@pytest.mark.parametrize("headings", ["", "## Only one\n\n"])
def test_a_long_file_that_cannot_be_cut_is_one_chapter(headings: str, tmp_path: Path) -> None:
    words = "word " * (LARGEST_UNSPLIT // 5)
    book, _ = load_files(tmp_path, {"one.md": f"# One\n\n{headings}{words}end\n"})
    (chapter,) = book.chapters
    assert chapter.title == "One"
    assert chapter.tree.get_text().rstrip().endswith("word end")


def test_what_is_no_utf8_keeps_nothing_else_from_being_found(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "one.md": b"# One\n\ncaf\xe9 [two](two.md)\n",
        "two.md": "# Two\n\n[x](gone.md)\n",
    }
    with pytest.raises(BookError) as caught:
        load(write_files(tmp_path, files))
    found = [(d.rule.name, d.span and (d.span.file, d.span.line)) for d in caught.value.diagnostics]
    assert ("not-utf8", ("one.md", 3)) in found
    assert [f for f in found if f[0] == "broken-link"] == [("broken-link", ("two.md", 3))]
