"""Findings of the PDF writer that an ordinary book does not bring about."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookbuilder import Report, write
from bookbuilder.formats.pdf.compose.front_cover import with_picture
from bookbuilder.formats.pdf.weasy.findings import report_layout_log
from books import load_files, rules_of


def test_what_the_layout_engine_says_is_passed_on(tmp_path: Path) -> None:
    book, _ = load_files(tmp_path, {"one.md": "# One\n"})
    report = Report()
    report_layout_log(["Something unheard of"], book, report)
    assert rules_of(report) == ["layout-warning"]


@pytest.mark.parametrize("name", ["missing.png", "../outside.png"])
def test_a_cover_that_cannot_be_read_is_reported(name: str, tmp_path: Path) -> None:
    (tmp_path / "outside.png").write_bytes(b"")
    toml = f'[book]\ntitle = "T"\nlanguage = "en"\ncover = "{name}"\n'
    book, _ = load_files(tmp_path / "book", {"book.toml": toml, "one.md": "# One\n"})
    report = Report()
    assert with_picture(book, report) is book
    assert rules_of(report) == ["cover-unreadable"]


@pytest.mark.slow
def test_without_harfbuzz_subset_one_warning_says_so_and_the_bytes_depend_on_no_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, report = load_files(tmp_path, {"one.md": "# One\n\nText and `code`.\n"})
    write(book, tmp_path / "before.pdf", report)
    monkeypatch.setattr("weasyprint.pdf.fonts.harfbuzz_subset", None)
    built = []
    for days in (0, 400):
        monkeypatch.setattr("fontTools.misc.timeTools.time.time", lambda d=days: d * 86_400.0)
        write(book, tmp_path / "book.pdf", report)
        built.append((tmp_path / "book.pdf").read_bytes())
    assert rules_of(report) == ["harfbuzz-subset-missing"]
    assert built[0] == built[1]
