"""Levels that authors give to rules decide what is built, where a spec does not show it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookbuilder import BookError, Report, load, write
from bookbuilder.model.diagnostics import Severity
from books import write_files
from commandline import invoke, make_book
from epub_books import picture

CHAPTER = "# One\n\n![](pic.png)\n\n[a](nowhere.md)\n"
BOOK = '[book]\ntitle = "T"\nlanguage = "en"\nauthors = "A"\nstyle = "own.css"\n'


def folder_of(tmp_path: Path, lint: str, front: str = "") -> Path:
    """Make a book with findings in its text and, only in the EPUB's preflight, in its style."""
    return write_files(
        tmp_path / "linted",
        {
            "book.toml": f"{BOOK}[lint]\n{lint}\n",
            "one.md": f"{front}{CHAPTER}",
            "pic.png": picture(),
            "own.css": "p { color: var(--ink) }\n",
        },
    )


def found(report: Report) -> list[tuple[str, str]]:
    return sorted((d.rule.name, str(d.severity)) for d in report)


def test_what_is_denied_keeps_the_book_from_being_written_when_all_is_found(
    tmp_path: Path,
) -> None:
    folder = folder_of(tmp_path, 'deny = ["broken-link"]')
    report = Report()
    book = load(folder, report=report)
    with pytest.raises(BookError) as raised:
        write(book, folder / "t.epub", report)
    assert not (folder / "t.epub").exists()
    expected = [
        ("broken-link", "error"),
        ("css-variable", "warning"),
        ("image-without-alt", "warning"),
    ]
    assert found(report) == expected
    assert raised.value.diagnostics == list(report)
    assert str(raised.value).startswith("L001: ")


def test_who_gives_no_report_hears_at_once_of_what_is_denied(tmp_path: Path) -> None:
    with pytest.raises(BookError):
        load(folder_of(tmp_path, 'deny = ["broken-link"]'))


def test_writing_heeds_the_book_even_with_a_report_of_its_own(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 'deny = ["css-variable"]')
    book = load(folder)
    with pytest.raises(BookError):
        write(book, folder / "t.epub")
    assert not (folder / "t.epub").exists()


def test_what_is_allowed_is_not_reported(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 'allow = ["I004", "broken-link", "css-variable"]')
    report = Report()
    write(load(folder, report=report), folder / "t.epub", report)
    assert found(report) == []
    assert (folder / "t.epub").exists()


def test_front_matter_speaks_of_findings_in_its_chapter_alone(tmp_path: Path) -> None:
    front = "---\nlint:\n  allow: [broken-link, css-variable]\n---\n"
    report = Report()
    folder = folder_of(tmp_path, 'deny = ["warnings"]', front)
    with pytest.raises(BookError):
        write(load(folder, report=report), folder / "t.epub", report)
    assert found(report) == [("css-variable", "error"), ("image-without-alt", "error")]


def test_an_allow_that_silences_nothing_is_no_finding(tmp_path: Path) -> None:
    report = Report()
    load(folder_of(tmp_path, 'allow = ["warnings", "duplicate-footnote"]'), report=report)
    assert list(report) == []


def test_notes_can_be_denied_too(tmp_path: Path) -> None:
    report = Report()
    load(write_files(tmp_path / "b", {"one.md": "# One\n\nWords.\n"}), report=report)
    assert found(report) == [("assumed", "note")]
    text = '[lint]\ndeny = ["assumed"]\n'
    report = Report()
    load(write_files(tmp_path / "c", {"book.toml": text, "one.md": "# One\n"}), report=report)
    assert ("assumed", "error") in found(report)
    assert report.errors


def test_an_error_stays_one(tmp_path: Path) -> None:
    files = {"book.toml": '[book]\ntitle = 3\n[lint]\nallow = ["wrong-type", "warnings"]\n'}
    with pytest.raises(BookError) as raised:
        load(write_files(tmp_path / "b", {**files, "one.md": "# One\n"}))
    errors = [d.rule.name for d in raised.value.diagnostics if d.severity is Severity.ERROR]
    assert sorted(errors) == ["cannot-be-allowed", "wrong-type"]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_book(tmp_path / "book")
    (folder / "two.md").write_text("# Two\n\n[a](nowhere.md)\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.slow
def test_deny_on_the_command_line_goes_before_book_toml(book: Path) -> None:
    assert invoke("epub").exit_code == 0
    (book / "dist/small.epub").unlink()
    settings = (book / "book.toml").read_text(encoding="utf-8")
    (book / "book.toml").write_text(f'{settings}[lint]\nwarn = ["L001"]\n', encoding="utf-8")
    refused = invoke("epub", "--deny", "warnings", "--message-format", "concise")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith("two.md:3:1: error[L001]: ")
    assert not (book / "dist/small.epub").exists()
    assert invoke("epub", "--deny", "L001").exit_code == 1
    assert invoke("epub", "--deny", "broken-fragment").exit_code == 0
    (book / "book.toml").write_text(f'{settings}[lint]\nallow = ["L001"]\n', encoding="utf-8")
    assert invoke("epub", "--deny", "warnings").exit_code == 0


def test_deny_of_no_rule_is_wrong_use(book: Path) -> None:
    result = invoke("check", "--deny", "broken-lnk")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "`broken-link`" in result.stderr
