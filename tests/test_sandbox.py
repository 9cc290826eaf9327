"""Limits on time and memory, and what is said when one is hit."""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from bs4 import Tag
from click.testing import CliRunner, Result

import bookbuilder.build
import bookbuilder.config.book_folder
import bookbuilder.runtime.child_process
import bookbuilder.runtime.limits
from bookbuilder.book import Book, Chapter, Metadata
from bookbuilder.cli import main
from bookbuilder.config.book_folder import read_limits
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Place, Source, Span
from bookbuilder.runtime.child_process import run_bounded
from bookbuilder.runtime.limits import HAS_FORK, LimitHit, Limits
from bookbuilder.runtime.progress import THE_BUILD
from bookbuilder.runtime.workers import worker_pool
from books import write_files

pytestmark = [
    pytest.mark.attack("limits and growth"),
    pytest.mark.skipif(not HAS_FORK, reason="limits need a child process"),
]


def build(folder: Path, kind: str, limits: str, text: str) -> Result:
    write_files(folder, {"book.toml": f'[book]\ntitle = "T"\n[limits]\n{limits}\n', "one.md": text})
    return CliRunner().invoke(main, [kind, str(folder), "-o", str(folder / f"out.{kind}")])


def test_what_the_work_returns_or_raises_comes_out() -> None:
    limits = Limits()
    assert run_bounded(lambda: ("a", 1), limits) == ("a", 1)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        run_bounded(lambda: Path("nowhere").read_text(encoding="utf-8"), limits)
    with pytest.raises(KeyboardInterrupt):
        run_bounded(lambda: (_ for _ in ()).throw(KeyboardInterrupt()), limits)


@pytest.mark.slow
def test_work_without_end_is_stopped() -> None:
    def busy() -> None:
        while True:
            pass

    with pytest.raises(LimitHit, match="1 s of computing"):
        run_bounded(busy, Limits(seconds=60, cpu_seconds=1))
    with pytest.raises(LimitHit, match="more than 1 s"):
        run_bounded(lambda: time.sleep(60), Limits(seconds=1))


def test_a_child_that_dies_is_noticed() -> None:
    with pytest.raises(LimitHit):
        run_bounded(lambda: os._exit(3), Limits())


def test_too_much_memory_is_not_given() -> None:
    with pytest.raises(MemoryError):
        run_bounded(lambda: len(bytearray(9_000_000_000)), Limits(memory=500))


def test_no_files_are_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def leave_a_file() -> None:
        with tempfile.NamedTemporaryFile(delete=False):
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(LimitHit):
        run_bounded(leave_a_file, Limits())
    assert list(tmp_path.iterdir()) == []


def says_marked(value: object) -> bool:
    """Tell whether `value` is, or has, the text of the paragraph "Marked." of chapter two."""
    for held in (value, getattr(value, "text", None), getattr(value, "element", None)):
        text = held if isinstance(held, str) else getattr(held, "text", None)
        if isinstance(text, str) and "Marked." in text:
            return True
    return False


def page_says_marked(value: object) -> bool:
    return says_marked(value) or any(map(page_says_marked, getattr(value, "children", ())))


def is_chapter_two(value: object) -> bool:
    return getattr(value, "title", None) == "Two"


def is_tree_of_two(value: object) -> bool:
    return isinstance(value, Tag) and value.get("id") == "two"


# Formats, a function that the limit interrupts, and one of its arguments: what that is at the time.
STAGES: dict[str, tuple[str, str, str, Callable[[Any], bool]]] = {
    "reading": ("epub", "read_chapters", "source", says_marked),
    "Markdown": ("epub", "convert", "source", says_marked),
    "typography": ("epub", "set_type", "tree", is_tree_of_two),
    "EPUB": ("epub", "document", "chapter", is_chapter_two),
    "EPUB's file": ("epub", "write_atomically", "path", lambda _: True),
    "assembly": ("pdf", "printed_chapter", "chapter", is_chapter_two),
    "CSS": ("pdf", "set_computed_styles", "element", says_marked),
    "boxes": ("pdf", "element_to_box", "element", says_marked),
    "layout": ("pdf", "block_container_layout", "box", says_marked),
    "lines": ("pdf", "split_first_line", "text", says_marked),
    "drawing": ("pdf", "draw_text", "textbox", says_marked),
    "page": ("pdf", "draw_page", "page", page_says_marked),
    "tagging": ("pdf", "add_page", "page_box", page_says_marked),
    "PDF's file": ("pdf", "write_atomically", "path", lambda _: True),
}
NO_CHAPTERS = ("EPUB's file", "PDF's file")


@pytest.mark.parametrize(
    "stage",
    [pytest.param(s, marks=[pytest.mark.slow] * (STAGES[s][0] == "pdf")) for s in STAGES],
)
def test_whatever_a_limit_interrupts_the_chapter_is_named(tmp_path: Path, stage: str) -> None:
    kind, function, argument, is_now = STAGES[stage]
    chapters = {"one.md": "# One\n\nText.\n", "two.md": "# Two\n\nMarked. The longer one.\n"}
    write_files(tmp_path, {"book.toml": "[limits]\ncpu-seconds = 500\n", **chapters})

    def interrupt(frame: FrameType, event: str, _: object) -> None:
        if event != "call" or frame.f_code.co_name != function:
            return
        if argument in frame.f_locals and is_now(frame.f_locals[argument]):
            signal.raise_signal(signal.SIGXCPU)

    sys.setprofile(interrupt)
    try:
        result = CliRunner().invoke(main, [kind, str(tmp_path), "-o", str(tmp_path / f"o.{kind}")])
    finally:
        sys.setprofile(None)
    assert result.exit_code == 1, result.output
    assert "error[X001]" in result.stderr
    name = "the book, whose longest chapter is “Two”," if stage in NO_CHAPTERS else "“Two”"
    name = "two.md" if stage in ("reading", "Markdown") else name
    assert f"{name} took more than 500 s of computing" in result.stderr
    assert "two.md" in result.stderr
    assert not (tmp_path / f"o.{kind}").exists()


def test_the_only_chapter_is_named_when_nothing_else_is_known() -> None:
    source = Source(Path("one.md"), "one.md", "# One\n")
    chapter = Chapter("one", "One", Tag(name="section"), source)
    book = Book(Config(Path()), Metadata("T", ""), front=[chapter])
    assert book.place == Place("“One”", Span("one.md"))


@pytest.mark.slow
def test_a_library_that_lets_no_exception_in_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bookbuilder.runtime.limits, "SECONDS_TO_HEED", 0.1)

    def deaf() -> None:
        while True:
            with contextlib.suppress(LimitHit):
                time.sleep(60)

    with pytest.raises(LimitHit, match="more than 1 s"):
        run_bounded(deaf, Limits(seconds=1))


@pytest.mark.slow
def test_what_does_not_heed_its_limit_is_ended_and_said_to_need_too_much_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bookbuilder.runtime.child_process, "SECONDS_TO_ANSWER", 0.1)

    def deaf() -> None:
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        held = b"x" * 300_000_000
        time.sleep(60)
        assert held

    with pytest.raises(LimitHit, match="200 MB of memory"):
        run_bounded(deaf, Limits(memory=200))


def test_a_limit_that_is_hit_again_does_not_tear_up_what_is_said_of_the_first() -> None:
    def hit_twice() -> str:
        try:
            signal.raise_signal(signal.SIGUSR1)
        except LimitHit:
            signal.raise_signal(signal.SIGUSR1)
            return "said"
        return "not hit"

    assert run_bounded(hit_twice, Limits()) == "said"


@pytest.mark.slow
def test_a_build_that_needs_too_much_memory_is_stopped(tmp_path: Path) -> None:
    result = build(tmp_path, "epub", "memory = 150", "# Large\n\n" + "a *b* c\n" * 400_000)
    assert result.exit_code == 1
    assert "X002" in result.stderr
    assert "one.md" in result.stderr


def test_0_is_no_limit(tmp_path: Path) -> None:
    result = build(tmp_path, "epub", "seconds = 0\ncpu-seconds = 0\nmemory = 0", "# One\n\nText.\n")
    assert result.exit_code == 0, result.output


@pytest.mark.slow
def test_the_limits_hold_while_book_toml_itself_is_judged(tmp_path: Path) -> None:
    wrong = "\n".join(f"k{n} = 1" for n in range(16_000))
    result = build(tmp_path, "epub", f"cpu-seconds = 1\n[pdf]\n{wrong}", "# One\n\nText.\n")
    assert result.exit_code == 1
    assert "X001" in result.stderr


def test_a_key_of_thousands_of_parts_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    key = ".".join("x" * 20_000)
    result = build(tmp_path, "epub", f"memory = 500\n[x]\n{key} = 1", "# One\n\nText.\n")
    assert result.exit_code == 1
    assert "book.toml has a key of more than 20 parts" in result.stderr


@pytest.mark.parametrize(
    ("attack", "says"),
    [
        (lambda: signal.raise_signal(signal.SIGXCPU), "took more than 60 s of computing"),
        (lambda: len(bytearray(3_000_000_000)), "more than 1000 MB of memory"),
    ],
)
def test_limits_hold_while_they_are_read(
    attack: Callable[[], object], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_too_much(root: Path) -> Limits:
        attack()
        return Limits()

    monkeypatch.setattr(bookbuilder.config.book_folder, "read_limits", read_too_much)
    result = build(tmp_path, "epub", "", "# One\n\nText.\n")
    assert result.exit_code == 1
    assert says in result.stderr


def test_limits_go_by_the_size_of_the_book_unless_they_are_set(tmp_path: Path) -> None:
    write_files(tmp_path, {"one.md": "# One\n", ".git/x.md": b"x" * 9_000_000})
    assert read_limits(tmp_path) == Limits(300, 300, 2500)
    write_files(tmp_path, {"two.md": b"x" * 2_000_000, "img/a.png": b"x" * 20_000_000})
    assert read_limits(tmp_path) == Limits(1000, 1000, 2500)
    assert read_limits(tmp_path / "two.md") == Limits(900, 900, 2500)
    write_files(tmp_path, {"book.toml": "[limits]\nseconds = 7\n"})
    assert read_limits(tmp_path) == Limits(7, 1000, 2500)


def test_the_message_says_what_the_limit_is_by_default(tmp_path: Path) -> None:
    write_files(tmp_path, {"book.toml": "[limits]\ncpu-seconds = 3\n", "one.md": "# One\n"})
    report = Report()
    hit = LimitHit(bookbuilder.runtime.limits.TOO_SLOW, "more than 3 s")
    bookbuilder.runtime.limits.report_limit(hit, read_limits(tmp_path), report)
    assert ["300 s more for each MB of text" in found.hint for found in report] == [True]


def test_an_interrupt_ends_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bookbuilder.build, "load", interrupted)
    result = build(tmp_path, "epub", "", "# One\n")
    assert result.exit_code == 130


@pytest.mark.slow
def test_the_child_does_not_outlive_its_parent(tmp_path: Path) -> None:
    script = (
        "import os, time; from bookbuilder.runtime.child_process import run_bounded;"
        "from bookbuilder.runtime.limits import Limits;"
        "run_bounded(lambda: (print(os.getpid(), flush=True), time.sleep(60)), Limits())"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and Path(f"/proc/{child}/cmdline").exists():
        if not Path(f"/proc/{child}/cmdline").read_bytes():
            break
        time.sleep(0.05)
    else:
        assert not Path(f"/proc/{child}/cmdline").exists()


@dataclass
class Burning:
    message: float
    place: Place = THE_BUILD


@pytest.mark.slow
def test_the_time_of_all_workers_counts_together() -> None:
    def burn(seconds: float) -> None:
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass

    def share_out() -> None:
        with worker_pool(lambda: burn) as workers:
            list(workers.share_out([Burning(0.7) for _ in range(4)]))

    # Each piece, and each worker's share of them, would be in time alone.
    with pytest.raises(LimitHit, match="2 s of computing"):
        run_bounded(share_out, Limits(cpu_seconds=2))


def test_only_children_read_the_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def noting(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *arguments: Any, **named: Any) -> Any:
            seen.append(str(path))
            return function(path, *arguments, **named)

        return call

    # A child's list is its own: this one is of the process that starts it.
    monkeypatch.setattr(os, "open", noting(os.open))
    monkeypatch.setattr(io, "open", noting(io.open))
    monkeypatch.setattr(builtins, "open", noting(builtins.open))
    result = build(tmp_path / "own", "epub", "seconds = 60", "# One\n\n[x](none.md)\n")
    assert result.exit_code == 0, result.output
    assert "warning[" in result.stderr
    written = ("book.toml", "one.md")
    reading = [p for p in seen if p.startswith(str(tmp_path / "own")) or p in written]
    assert [Path(path).name for path in reading] == list(written), "as the test wrote them"
