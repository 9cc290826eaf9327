"""A sound little book, and the command line on it: through click's runner and as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from bookbuilder.cli import main

EXECUTABLE = Path(sys.executable).with_name("bookbuilder")

SETTINGS = """\
[book]
title = "Small"
name = "small"
language = "en"
authors = "A. Writer"
identifier = "urn:uuid:8a2a4ac8-3a3e-4f0e-9a58-1f8c1f4e9d6b"
chapters = ["one.md", "two.md"]
"""


def make_book(folder: Path) -> Path:
    folder.mkdir()
    (folder / "book.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "one.md").write_text("# One\n\nSee [two](two.md).\n", encoding="utf-8")
    (folder / "two.md").write_text("# Two\n\nThe end.\n", encoding="utf-8")
    return folder


def invoke(*args: str | Path) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def run(
    *args: str | Path, env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [EXECUTABLE, *args],
        env=os.environ | (env or {}),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
