"""The public API: what is exported, that it is typed, and that the three lines do what they say."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import bookbuilder

PUBLIC = ["Audience", "Book", "BookError", "Diagnostic", "Output", "Report", "load", "write"]


def test_all_is_what_we_promise() -> None:
    assert bookbuilder.__all__ == PUBLIC
    assert all(getattr(bookbuilder, name) is not None for name in PUBLIC)


def test_other_names_are_refused_as_by_any_module() -> None:
    with pytest.raises(AttributeError, match="'bookbuilder' has no attribute 'lood'"):
        _ = bookbuilder.lood


def test_the_version_is_the_package_s() -> None:
    assert version("bookbuilder") == bookbuilder.__version__


def test_three_lines_make_a_book(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text("# One\n\nWords.\n", encoding="utf-8")
    book = bookbuilder.load(str(tmp_path))
    output = bookbuilder.write(book, str(tmp_path / "my-book.epub"))
    assert output.path.read_bytes().startswith(b"PK")
    assert (output.size, output.count, output.unit) == (output.path.stat().st_size, 1, "chapters")


def test_a_book_error_carries_every_diagnostic(tmp_path: Path) -> None:
    settings = "[book]\ntitel = 'x'\nlanguage = 3\n"
    (tmp_path / "book.toml").write_text(settings, encoding="utf-8")
    with pytest.raises(bookbuilder.BookError, match=r"C002.*C003") as raised:
        bookbuilder.load(tmp_path)
    assert [d.rule.code for d in raised.value.diagnostics] == ["C002", "C003"]


def test_a_report_collects_what_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text("# One\n\n![Map](map.png)\n", encoding="utf-8")
    report = bookbuilder.Report()
    bookbuilder.load(tmp_path, report=report)
    assert any("map.png" in diagnostic.message for diagnostic in report)


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text("# One\n\nWords.\n", encoding="utf-8")
    book = bookbuilder.load(tmp_path)
    with pytest.raises(bookbuilder.BookError, match="C008"):
        bookbuilder.write(book, tmp_path / "my-book.docx")
    assert not (tmp_path / "my-book.docx").exists()


@pytest.mark.parametrize("path", ["nowhere", Path("nowhere")])
def test_no_folder_is_an_error_of_its_own(path: str | Path) -> None:
    with pytest.raises(FileNotFoundError):
        bookbuilder.load(path)


TYPED_USE = """\
from typing import assert_type

import bookbuilder
from bookbuilder import Book, BookError, Diagnostic, Output

try:
    book = bookbuilder.load("my-book", part=1, report=bookbuilder.Report())
except BookError as error:
    assert_type(error.diagnostics, list[Diagnostic])
else:
    assert_type(book, Book)
    assert_type(bookbuilder.write(book, "my-book.epub"), Output)
"""


def mypy_says(folder: Path, code: str) -> str:
    (folder / "use.py").write_text(code, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "use.py"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    return done.stdout + done.stderr


@pytest.mark.slow
def test_the_package_is_typed_for_those_who_use_it(tmp_path: Path) -> None:
    assert (Path(bookbuilder.__file__).parent / "py.typed").exists()
    assert "Success: no issues found" in mypy_says(tmp_path, TYPED_USE)
    wrong = mypy_says(tmp_path, "import bookbuilder\nbookbuilder.load(3)\n")
    assert 'has incompatible type "int"' in wrong
