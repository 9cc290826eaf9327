"""Whatever goes wrong around a build, the command line says so and ends with the right code."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import bookbuilder.build
from bookbuilder import BookError, Report
from bookbuilder.model.diagnostics import Rule, Severity
from commandline import SETTINGS, files, invoke, make_book, run

NO_WEASYPRINT = "raise OSError(\"cannot load library 'libpango-1.0-0'\")\n"
WRITERS = ("epub", "pdf", "cover", "workbook", "build")


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_book(tmp_path / "book")
    with (folder / "two.md").open("a", encoding="utf-8") as chapter:
        chapter.write("\n## Try it {.exercise}\n\nWrite a line.\n")
    monkeypatch.chdir(folder)
    return folder


def outputs_of(command: str) -> set[str]:
    endings = {"cover": ["-cover.pdf"], "workbook": ["-workbook.pdf"], "build": [".pdf", ".epub"]}
    return {f"dist/small{ending}" for ending in endings.get(command, [f".{command}"])}


# No file is written without a word, and none is missing without one.


@pytest.mark.slow
@pytest.mark.parametrize("command", WRITERS)
def test_exit_0_means_that_the_output_is_there(book: Path, command: str) -> None:
    """The stylesheet is missing: only the EPUB has no need of it."""
    (book / "book.toml").write_text(SETTINGS + '[pdf]\nstyle = "no.css"\n', encoding="utf-8")
    result = invoke(command)
    written = outputs_of(command) & files(book)
    assert result.exit_code == (0 if command == "epub" else 1)
    assert ("error[P008]" in result.stderr) is (command != "epub")
    assert written == (outputs_of("epub") if command in ("epub", "build") else set())
    assert all(f"Wrote {path}" in result.stdout for path in written)


@pytest.mark.slow
@pytest.mark.parametrize("command", WRITERS)
def test_without_pango_whatever_needs_pages_says_so(
    book: Path, tmp_path: Path, command: str
) -> None:
    package = tmp_path / "path/weasyprint/__init__.py"
    package.parent.mkdir(parents=True)
    package.write_text(NO_WEASYPRINT, encoding="utf-8")
    path = ":".join([str(tmp_path / "path"), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = run(command, env={"PYTHONPATH": path})
    assert done.returncode == (0 if command == "epub" else 2)
    assert ("error[P001]" in done.stderr) is (command != "epub")


@pytest.mark.parametrize("command", ["epub", "check"])
@pytest.mark.parametrize("told", [True, False])
def test_an_error_that_only_the_exception_tells_of_is_shown(
    book: Path, monkeypatch: pytest.MonkeyPatch, command: str, told: bool
) -> None:
    """As from a writer that works with a report of its own."""
    found = Report()
    if told:
        found.add(Rule("Z001", "made-up", Severity.ERROR, "For this test."), "it went wrong")

    def fail(*_: object) -> None:
        raise BookError(list(found))

    monkeypatch.setattr(bookbuilder.build, "check" if command == "check" else "write", fail)
    result = invoke(command)
    assert result.exit_code == 1
    assert ("error[Z001]: it went wrong" if told else "failed; this is a bug") in result.stderr
