"""Nothing is built again until something that it depends on has changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from commandline import SETTINGS, invoke, make_book

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cfc0f01f0005000201"
    "a2b5c2b50000000049454e44ae426082"
)


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a book with a picture, an include, a stylesheet and a finding; build it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = make_book(tmp_path / "book")
    (folder / "book.toml").write_text(SETTINGS + '[epub]\nstyle = "own.css"\n', "utf-8")
    (folder / "own.css").write_text("p { color: black }\n", "utf-8")
    (folder / "part.txt").write_text("Included.\n", "utf-8")
    (folder / "a.png").write_bytes(PIXEL)
    text = "# One\n\n![](a.png)\n\n{{#include part.txt}}\n\nSee [two](two.md) and [x](gone.md).\n"
    (folder / "one.md").write_text(text.replace(" and [x](gone.md)", ""), "utf-8")
    monkeypatch.chdir(folder)
    assert "Wrote dist/small.epub" in invoke("epub").stdout
    return folder


def test_what_is_finished_is_not_built_again(book: Path) -> None:
    before = (book / "dist/small.epub").stat()
    os.utime(book / "dist/small.epub", (1, 1))
    result = invoke("epub")
    assert result.exit_code == 0
    assert result.stdout.startswith("dist/small.epub is up to date: 2 chapters")
    after = (book / "dist/small.epub").stat()
    assert after.st_ino == before.st_ino
    assert after.st_mtime > 1  # for make


def test_findings_are_said_again(book: Path) -> None:
    (book / "one.md").write_text("# One\n\n![](a.png)\n", "utf-8")
    first = invoke("epub")
    assert "Wrote" in first.stdout
    assert "I004" in first.stderr
    again = invoke("epub")
    assert "up to date" in again.stdout
    assert again.stderr == first.stderr
    assert "I004" in invoke("epub", "--message-format", "json").stderr


CHANGES: dict[str, Callable[[Path], object]] = {
    "a word": lambda book: (book / "two.md").write_text("# Two\n\nAnother end.\n", "utf-8"),
    "a stylesheet": lambda book: (book / "own.css").write_text("p { color: red }\n", "utf-8"),
    "a setting": lambda book: (book / "book.toml").write_text(SETTINGS, "utf-8"),
    "an included file": lambda book: (book / "part.txt").write_text("Other.\n", "utf-8"),
    "a picture": lambda book: (book / "a.png").write_bytes(PIXEL + b"\0"),
    "the output": lambda book: (book / "dist/small.epub").write_bytes(b"PK"),
    "the output is gone": lambda book: (book / "dist/small.epub").unlink(),
}


def test_a_change_is_built(book: Path) -> None:
    for name, change in CHANGES.items():
        change(book)
        assert "Wrote dist/small.epub" in invoke("epub").stdout, name
        assert "up to date" in invoke("epub").stdout, name


def test_what_is_remembered_of_parts_of_a_book_is_not_asked_for(book: Path, tmp_path: Path) -> None:
    (book / "two.md").write_text("# Two\n\nAnother end.\n", "utf-8")
    assert "Wrote" in invoke("epub").stdout
    for cache in (tmp_path / "cache/bookbuilder").iterdir():
        if cache.name != "finished":
            shutil.rmtree(cache)
    assert "up to date" in invoke("epub").stdout


def test_a_file_that_was_looked_for_in_vain_is_built_once_it_is_there(book: Path) -> None:
    (book / "one.md").write_text("# One\n\n![A](new.png)\n", "utf-8")
    assert invoke("epub").exit_code == 0
    (book / "new.png").write_bytes(PIXEL)
    result = invoke("epub")
    assert "Wrote" in result.stdout
    assert "new.png" not in result.stderr


def test_another_command_is_built(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Wrote" in invoke("epub", "--profile", "kobo").stdout
    assert "Wrote" in invoke("epub", "-o", "other.epub").stdout
    assert "Wrote" in invoke("epub", "-v").stdout
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    assert "Wrote" in invoke("epub").stdout


def test_a_book_with_errors_is_read_again(book: Path) -> None:
    (book / "one.md").write_text("# One\n\n![](a.png)\n", "utf-8")
    for _ in range(2):
        result = invoke("epub", "--deny", "image-without-alt")
        assert result.exit_code == 1
        assert "up to date" not in result.stdout


def test_a_folder_without_a_list_is_read_again_when_a_chapter_comes(
    book: Path, tmp_path: Path
) -> None:
    invoke("epub")
    (book / "book.toml").unlink()
    output = tmp_path / "out.epub"
    assert "Wrote" in invoke("epub", "-o", output).stdout
    assert "up to date" in invoke("epub", "-o", output).stdout
    (book / "three.md").write_text("# Three\n\nMore.\n", "utf-8")
    assert "3 chapters" in invoke("epub", "-o", output).stdout


def test_a_folder_of_outputs_that_is_new_changes_nothing(book: Path) -> None:
    shutil.rmtree(book / "dist")
    (book / "book.toml").unlink()
    assert "Wrote" in invoke("epub").stdout
    assert "up to date" in invoke("epub").stdout
    (book / "three.md").write_text("# Three\n\nNew.\n", "utf-8")
    assert "Wrote" in invoke("epub").stdout
