"""EPUBCheck, Ace by DAISY and the scales find nothing wrong with the book in this repository."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import ace
import epubcheck
from bookbuilder import Report, load, write
from epub_books import build, little

ROOT = Path(__file__).parent.parent
MOST_BYTES = 400_000

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build this repository's book as `make book` does: with the pages of its PDF."""
    path = tmp_path_factory.mktemp("series") / "series.epub"
    book = load(ROOT)
    pdf = write(book, path.with_suffix(".pdf"), Report())
    write(replace(book, pagination=pdf.pagination), path, Report())
    return path


def test_epubcheck_has_nothing_against_the_series(series: Path) -> None:
    assert [str(m) for m in epubcheck.check(series, usage=True)] == []


def test_ace_has_nothing_against_the_series(series: Path) -> None:
    assert [str(v) for v in ace.check(series)] == []


def test_the_series_is_small(series: Path) -> None:
    assert series.stat().st_size < MOST_BYTES


def test_ace_reports_what_is_wrong(tmp_path: Path) -> None:
    html = "<h1>One</h1><table><thead><tr><th></th></tr></thead><tr><td>x</td></tr></table>"
    build(little(html), tmp_path)
    found = ace.check(tmp_path / "book.epub")
    assert [(v.rule, v.document) for v in found] == [("empty-table-header", "one.xhtml")]
