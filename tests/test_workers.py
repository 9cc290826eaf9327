"""Workers wait for a pool while other things are done, and never outlast what they wait for."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from bookbuilder.formats import FORMATS
from bookbuilder.model.source import Place
from bookbuilder.runtime.child_process import run_bounded
from bookbuilder.runtime.limits import HAS_FORK, LimitHit, Limits
from bookbuilder.runtime.progress import THE_BUILD
from bookbuilder.runtime.workers import answer_to, worker_pool, workers_ahead

pytestmark = pytest.mark.skipif(not HAS_FORK, reason="there are no workers without fork")


@dataclass(frozen=True)
class Item:
    message: int
    place: Place = THE_BUILD


def times(factor: int) -> Callable[[int], tuple[int, int]]:
    return lambda number: (factor * number, os.getpid())


def sleep() -> None:
    time.sleep(60)


def burn() -> None:
    while True:
        pass


def fail() -> None:
    raise OSError("a library is missing")


def is_gone(process: int) -> bool:
    with contextlib.suppress(OSError):
        os.kill(process, 0)
        return False
    return True


def test_workers_ahead_answer_a_question_and_then_work() -> None:
    def work() -> tuple[int, list[tuple[int, int]]]:
        with workers_ahead(os.getpid):
            asked = answer_to(os.getpid)
            with worker_pool(partial(times, 3)) as workers:
                done = [result for _, result in workers.share_out([Item(n) for n in range(5)])]
        assert asked != os.getpid()
        return asked, done

    asked, done = run_bounded(work, Limits())
    assert sorted(number for number, _ in done) == [0, 3, 6, 9, 12]
    assert asked in {process for _, process in done}
    assert all(is_gone(process) for _, process in done)


def test_a_question_that_nobody_was_asked_is_answered_in_place() -> None:
    def work() -> list[bool]:
        alone = answer_to(os.getpid) == os.getpid()
        with workers_ahead(time.process_time):
            return [alone, answer_to(os.getpid) == os.getpid()]

    assert run_bounded(work, Limits()) == [True, True]


def test_a_pool_before_the_answer_has_workers_of_its_own() -> None:
    """Reading a book may need workers before its pages do."""

    def work() -> list[int]:
        with workers_ahead(os.getpid):
            with worker_pool(lambda: lambda number: number + 1) as workers:
                results = [result for _, result in workers.share_out([Item(1), Item(2)])]
            answer_to(os.getpid)
        return sorted(results)

    assert run_bounded(work, Limits()) == [2, 3]


def test_what_the_question_raises_comes_out() -> None:
    def work() -> None:
        with workers_ahead(fail):
            answer_to(fail)

    with pytest.raises(OSError, match="a library is missing"):
        run_bounded(work, Limits())


def test_workers_that_nobody_needs_are_not_waited_for() -> None:
    def work() -> float:
        started = time.monotonic()
        with workers_ahead(sleep):
            pass
        return time.monotonic() - started

    assert run_bounded(work, Limits()) < 30


@pytest.mark.slow
def test_workers_ahead_are_under_the_limits_too() -> None:
    def work() -> None:
        with workers_ahead(burn):
            answer_to(burn)

    with pytest.raises(LimitHit, match="s of computing"):
        run_bounded(work, Limits(cpu_seconds=1))


def test_only_printing_needs_workers_ahead() -> None:
    assert [one.name for one in FORMATS if one.ahead is not contextlib.nullcontext] == ["pdf"]


@pytest.mark.slow
def test_only_workers_load_weasyprint(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text("# One\n\nA text, *and* [a link](https://example.org/).\n")
    script = (
        "import sys, bookbuilder.cli.running as running; made = running._run\n"
        "def _run(*given):\n"
        "    done = made(*given)\n"
        "    print({'weasyprint', 'pydyf'} & set(sys.modules))\n"
        "    return done\n"
        "running._run = _run; from bookbuilder.cli import main; main()"
    )
    command = [sys.executable, "-c", script, "pdf", str(tmp_path), "-o", str(tmp_path / "b.pdf")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("set()\nWrote"), done.stdout + done.stderr
