"""`watch` builds on every save, goes on after an error, and ends with Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from bookbuilder.preview.watching import Watched, watched
from commandline import EXECUTABLE, SETTINGS, invoke, make_book

SECONDS = 30


def wait_for(what: str, lines: list[str], process: subprocess.Popen[str]) -> None:
    """Read until a line holds `what`."""
    assert process.stdout is not None
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        line = process.stdout.readline()
        assert line, f"ended before {what!r}: {lines}"
        lines.append(line)
        if what in line:
            return
    raise AssertionError(lines)


@pytest.mark.slow
def test_every_save_builds_and_ctrl_c_ends(tmp_path: Path) -> None:
    book = make_book(tmp_path / "book")
    with subprocess.Popen(
        [EXECUTABLE, "watch", "--only", "epub", str(book)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            lines: list[str] = []
            wait_for("Watching", lines, process)
            built = book / "dist/small.epub"
            first = built.read_bytes()
            (book / "two.md").write_text("# Two\n\nThe very end.\n", encoding="utf-8")
            wait_for("two.md", lines, process)
            wait_for("Wrote", lines, process)
            second = built.read_bytes()
            assert first != second
            (book / "book.toml").write_text("[book\n", encoding="utf-8")
            wait_for("error[", lines, process)
            assert built.read_bytes() == second
            (book / "book.toml").write_text(SETTINGS, encoding="utf-8")
            wait_for("is up to date", lines, process)
            process.send_signal(signal.SIGINT)
            assert process.wait(SECONDS) == 0
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("name", "matters"),
    [
        ("chapters/one.md", True),
        ("book.toml", True),
        ("images/a.png", True),
        ("dist/small.epub", False),
        (".git/index", False),
        ("chapters/.one.md.swp", False),
        ("chapters/one.md~", False),
        ("chapters/#one.md#", False),
        ("chapters/.#one.md", False),
        ("4913", False),
        ("node_modules/x/README.md", False),
    ],
)
def test_only_files_of_the_book_matter(name: str, matters: bool) -> None:
    which = Watched((Path("/book"),), Path("/book/dist"))
    assert which.matters(Path("/book") / name) is matters


def test_folders_that_are_allowed_are_watched(tmp_path: Path) -> None:
    book = make_book(tmp_path / "book")
    (tmp_path / "shared").mkdir()
    (book / "book.toml").write_text(SETTINGS + 'allow = ["../shared", "../none"]\n', "utf-8")
    assert watched(book).folders == (book, tmp_path / "shared")


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = invoke("watch", make_book(tmp_path / "book"))
    assert result.exit_code == 2
    assert "watchfiles" in result.stderr
    assert "the extra `preview`" in result.stderr
