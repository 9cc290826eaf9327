"""`check --release`: files are built and checked; a page says what was found, a line yes or no."""

from __future__ import annotations

import json
import re
import stat
import sys
from pathlib import Path

import pytest

import bookbuilder.checks.epubcheck
from bookbuilder.checks.epubcheck import Message
from bookbuilder.checks.release import Release, State
from bookbuilder.checks.release_page import page_of
from bookbuilder.text.placeholders import placeholders
from books import write_files
from commandline import SETTINGS, files, invoke, make_book

DETAILS = """\
description = "A small book about nothing."
date = 2026-01-31
version = "1.0"
license = "CC-BY-4.0"
"""
ACE = """\
#!{python}
import json, pathlib, sys
out = pathlib.Path(sys.argv[sys.argv.index("--outdir") + 1])
found = {found!r}
document = {{"earl:testSubject": {{"url": "one.xhtml"}}, "assertions": found}}
(out / "report.json").write_text(json.dumps({{"assertions": [document]}}))
"""
VIOLATION = {
    "earl:test": {"dct:title": "color-contrast", "earl:impact": "serious"},
    "earl:result": {"html": "<p>Pale words here</p>", "dct:description": "too pale"},
}


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_book(tmp_path / "book")
    (folder / "book.toml").write_text(SETTINGS + DETAILS, encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(bookbuilder.checks.epubcheck, "check", lambda path: [])
    return folder


def put_ace(folder: Path, *found: object) -> None:
    program = write_files(
        folder / "bin", {"ace-puppeteer": ACE.format(python=sys.executable, found=list(found))}
    )
    (program / "ace-puppeteer").chmod(stat.S_IRWXU)


def rows(page: str) -> dict[str, str]:
    """Return the state of each check that the page names."""
    found = re.findall(r'<b class="([\w-]+)">[^<]*</b><div>(?:<a [^>]*>)?([^<:]+)', page)
    return {name: state for state, name in found}


@pytest.mark.slow
def test_a_sound_book_is_ready_as_far_as_it_was_checked(book: Path) -> None:
    write_files(book / "dist", {"small-workbook.pdf": "old", "smaller.pdf": "another book's"})
    result = invoke("check", "--release")
    assert result.exit_code == 0, result.output
    *_, wrote, answer = result.stdout.splitlines()
    assert wrote == "Wrote dist/small-release.html"
    assert answer == (
        "Ready to hand out: yes, as far as it was checked;"
        " not run: Spelling, Ace of small.epub, Other files in the folder"
    )
    page = (book / "dist/small-release.html").read_text("utf-8")
    states = rows(page)
    assert states.pop("Spelling") == states.pop("Ace of small.epub") == "not-run"
    assert states.pop("Other files in the folder") == "not-run"
    assert "small-workbook.pdf" in page
    assert "smaller.pdf" not in page
    assert set(states.values()) == {"passed"}
    assert {"EPUBCheck of small.epub", "Fonts, tags and claims of small.pdf"} <= states.keys()
    assert "PDF/UA-1" in page
    assert "<script" not in page
    assert files(book) >= {"dist/small.epub", "dist/small.pdf"}


@pytest.mark.slow
def test_everything_that_is_wrong_is_on_the_page_with_its_place(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_ace(tmp_path, VIOLATION)
    error = Message("RSC-005", "ERROR", "it is odd", "EPUB/one.xhtml:1")
    monkeypatch.setattr(bookbuilder.checks.epubcheck, "check", lambda path: [error])
    (book / "book.toml").write_text(SETTINGS, encoding="utf-8")
    text = "# One\n\nPale words here <b>&</b> TODO.\n\n[a](none.md) [w](https://w3.org/)\n"
    (book / "one.md").write_text(text, encoding="utf-8")
    result = invoke("check", "--release", "-o", "out/it.html", "--message-format", "json")
    assert result.exit_code == 1
    answer = "Ready to hand out: no, 8 things to mend; not run: Spelling, Links to the web"
    assert result.stdout.splitlines()[-1] == answer
    found = [json.loads(line) for line in result.stderr.splitlines()]
    places = {f["code"]: (f["file"], f["line"]) for f in found}
    assert places["V010"] == places["V012"] == ("one.md", 3)
    assert places["L001"] == ("one.md", 5)
    assert places["V002"][0] == "one.md"
    assert sum(f["code"] == "V011" for f in found) == 4
    page = (book / "out/it.html").read_text("utf-8")
    assert "<b>&</b>" not in page
    assert "&lt;b&gt;&amp;&lt;/b&gt; <mark>TODO</mark>" in page
    assert "one.md:5:1" in page
    assert rows(page)["Links to the web"] == "not-run"


@pytest.mark.slow
def test_every_edition_is_built_and_checked_and_levels_hold(book: Path, tmp_path: Path) -> None:
    put_ace(tmp_path)
    toml = SETTINGS + DETAILS + '[edition.teacher]\n[lint]\nallow = ["placeholder-text"]\n'
    (book / "book.toml").write_text(toml, encoding="utf-8")
    text = "# One\n\nTBD\n\n::: {.only edition=teacher}\n[a](none.md)\n:::\n"
    (book / "one.md").write_text(text, encoding="utf-8")
    result = invoke("check", "--release")
    assert result.stdout.splitlines()[-1].startswith("Ready to hand out: no, 1 thing to mend;")
    assert "one.md:6:1" in result.stderr
    states = rows((book / "dist/small-release.html").read_text("utf-8"))
    assert states["Text still to be written"] == states["Ace of small-teacher.epub"] == "passed"
    one = invoke("check", "--release", "--edition", "teacher")
    assert "Wrote dist/small-teacher-release.html" in one.stdout
    assert "small.epub" not in one.stdout


def test_a_book_that_cannot_be_read_is_not_ready_and_nothing_counts_as_passed(book: Path) -> None:
    (book / "one.md").write_bytes(b"# One\n\n\xff\xfe\0\n")
    result = invoke("check", "--release")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1].startswith("Ready to hand out: no, 1 thing to mend; not")
    states = rows((book / "dist/small-release.html").read_text("utf-8"))
    assert states["Text, pictures and settings"] == "failed"
    left = ("Spelling", "Building", "EPUBCheck", "Ace", "Links to the web")
    assert {states[name] for name in left} == {"not-run"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--online",),
        ("-o", "x.html"),
        ("--release", "-o", "x.pdf"),
        ("--release", "--built", "book.toml"),
        ("--spelling", "--built", "book.toml"),
        ("--release", "--edition", "none"),
    ],
)
def test_wrong_use_is_said(arguments: tuple[str, ...], book: Path) -> None:
    assert invoke("check", *arguments).exit_code == 2


def test_the_page_holds_what_an_author_types_as_text() -> None:
    release = Release('"><script>alert(1)</script>', 'en" onload="x', Path("x.html"))
    release.leave("<i>", "`a` & <b>", "`")
    page = page_of(release)
    assert "<script" not in page
    assert ' onload="' not in page
    assert "<li><b>&lt;i&gt;</b>: <code>a</code> &amp; &lt;b&gt;" in page
    assert release.checks[0].state is State.NOT_RUN


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "TODO: write. FIXME and TBD, (XXX)", ["TODO", "FIXME", "TBD", "XXX"]),
        ("en", "What comes here ??? Lorem ipsum dolor", ["???", "Lorem ipsum"]),
        ("en", "[TO BE WRITTEN]", ["TO BE WRITTEN"]),
        ("de", "[FEHLT NOCH] und TODO", ["FEHLT NOCH", "TODO"]),
        ("fr", "À COMPLÉTER", ["À COMPLÉTER"]),
        ("es", "[TODO] Texto", ["TODO"]),
        ("zh", "（待补充）", ["待补充"]),
        ("en", "A to-do list, a TODO list, “TODO”, things TO DO and what??? Yes!?? SIZE XXXL", []),
        ("en", "Leave a TODO, or the TBD; fillers like lorem ipsum help", []),
        ("es", "TODO ES POSIBLE", []),
        ("it", "la TBC e COSE DA FARE", []),
    ],
)
def test_placeholders_are_told_from_prose(language: str, text: str, found: list[str]) -> None:
    assert list(placeholders(text, language)) == found


def test_thirty_in_roman_figures_is_no_placeholder() -> None:
    assert list(placeholders("Psalm XXX", "en", has_numerals=True)) == []
