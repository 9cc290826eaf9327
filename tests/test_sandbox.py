"""Limits on time and memory, and what is said when one is hit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import bookbuilder.build
from bookbuilder.cli import main
from bookbuilder.config import LimitsConfig
from bookbuilder.sandbox import HAS_FORK, LimitHit, run_bounded
from books import write_files

pytestmark = pytest.mark.skipif(not HAS_FORK, reason="limits need a child process")


def build(folder: Path, kind: str, limits: str, text: str) -> Result:
    write_files(folder, {"book.toml": f'[book]\ntitle = "T"\n[limits]\n{limits}\n', "one.md": text})
    return CliRunner().invoke(main, [kind, str(folder), "-o", str(folder / f"out.{kind}")])


def test_what_the_work_returns_or_raises_comes_out() -> None:
    limits = LimitsConfig()
    assert run_bounded(lambda: ("a", 1), limits) == ("a", 1)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        run_bounded(lambda: Path("nowhere").read_text(encoding="utf-8"), limits)
    with pytest.raises(KeyboardInterrupt):
        run_bounded(lambda: (_ for _ in ()).throw(KeyboardInterrupt()), limits)


def test_work_without_end_is_stopped() -> None:
    def busy() -> None:
        while True:
            pass

    with pytest.raises(LimitHit, match="1 s of computing"):
        run_bounded(busy, LimitsConfig(seconds=60, cpu_seconds=1))
    with pytest.raises(LimitHit, match="more than 1 s"):
        run_bounded(lambda: time.sleep(60), LimitsConfig(seconds=1))


def test_a_child_that_dies_is_noticed() -> None:
    with pytest.raises(LimitHit):
        run_bounded(lambda: os._exit(3), LimitsConfig())


def test_too_much_memory_is_not_given() -> None:
    with pytest.raises(MemoryError):
        run_bounded(lambda: len(bytearray(9_000_000_000)), LimitsConfig(memory=500))


def test_no_files_are_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def leave_a_file() -> None:
        with tempfile.NamedTemporaryFile(delete=False):
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(LimitHit):
        run_bounded(leave_a_file, LimitsConfig())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_layout_that_takes_too_long_is_stopped_and_names_its_chapter(tmp_path: Path) -> None:
    text = "# Endless\n\n" + "Word after word. " * 200_000
    result = build(tmp_path, "pdf", "cpu-seconds = 8", text)
    assert result.exit_code == 1
    assert "time-limit" in result.stderr or "X001" in result.stderr
    assert "“Endless” took more than 8 s of computing" in result.stderr
    assert "one.md" in result.stderr
    assert not (tmp_path / "out.pdf").exists()


def test_a_build_that_needs_too_much_memory_is_stopped(tmp_path: Path) -> None:
    result = build(tmp_path, "epub", "memory = 150", "# Large\n\n" + "a *b* c\n" * 400_000)
    assert result.exit_code == 1
    assert "X002" in result.stderr
    assert "one.md" in result.stderr


def test_0_is_no_limit(tmp_path: Path) -> None:
    result = build(tmp_path, "epub", "seconds = 0\ncpu-seconds = 0\nmemory = 0", "# One\n\nText.\n")
    assert result.exit_code == 0, result.output


def test_an_interrupt_ends_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bookbuilder.build, "load", interrupted)
    result = build(tmp_path, "epub", "", "# One\n")
    assert result.exit_code == 130


@pytest.mark.slow
def test_the_child_does_not_outlive_its_parent(tmp_path: Path) -> None:
    script = (
        "import os, time; from bookbuilder.config import LimitsConfig;"
        "from bookbuilder.sandbox import run_bounded;"
        "run_bounded(lambda: (print(os.getpid(), flush=True), time.sleep(60)), LimitsConfig())"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and Path(f"/proc/{child}/cmdline").exists():
        if not Path(f"/proc/{child}/cmdline").read_bytes():
            break
        time.sleep(0.05)
    else:
        assert not Path(f"/proc/{child}/cmdline").exists()
