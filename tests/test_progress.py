"""The chapter in work is known when a limit is hit, and still when an exception is caught."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from bs4 import Tag
from click.testing import CliRunner

from bookbuilder.cli import main
from bookbuilder.model.source import Place
from bookbuilder.runtime.child_process import run_bounded
from bookbuilder.runtime.limits import HAS_FORK, LimitHit, Limits
from bookbuilder.runtime.progress import THE_BUILD, current_place, place_of, tracked, working_on
from bookbuilder.runtime.workers import worker_pool
from books import write_files

ONE, TWO, BOOK = Place("one"), Place("two"), Place("the book")

needs_fork = pytest.mark.skipif(not HAS_FORK, reason="limits need a child process")


@dataclass
class Item:
    place: Place
    message: str = ""


ITEMS = [Item(ONE), Item(TWO)]


def test_the_innermost_counts_and_ends_with_its_context() -> None:
    assert current_place() == THE_BUILD
    with working_on(BOOK):
        with working_on(ONE):
            assert current_place() == ONE
        assert current_place() == BOOK
    assert current_place() == THE_BUILD


@pytest.mark.parametrize("kind", [MemoryError, RecursionError, ValueError, KeyboardInterrupt])
def test_an_exception_takes_the_innermost_place_with_it(kind: type[BaseException]) -> None:
    with pytest.raises(kind) as caught, working_on(BOOK), working_on(TWO):
        raise kind
    assert place_of(caught.value) == TWO
    assert current_place() == THE_BUILD


def test_an_exception_that_is_caught_where_it_is_raised_is_of_the_present_place() -> None:
    with working_on(ONE):
        error = MemoryError()
        assert place_of(error) == ONE


def test_each_item_of_a_loop_is_named_until_the_next_is_asked_for() -> None:
    with working_on(BOOK):
        assert [current_place() for _ in tracked(ITEMS)] == [ONE, TWO]
        assert current_place() == BOOK
        for _ in tracked(ITEMS[:1]):
            for _ in tracked(ITEMS[1:]):
                assert current_place() == TWO
            assert current_place() == ONE


def test_a_loop_that_is_left_early_ends_with_the_context_around_it() -> None:
    def fail_at_two() -> None:
        with working_on(BOOK):
            for item in tracked(ITEMS):
                if item.place == TWO:
                    raise MemoryError

    with pytest.raises(MemoryError) as caught:
        fail_at_two()
    assert place_of(caught.value) == TWO
    with working_on(BOOK):
        for _ in tracked(ITEMS):
            break
    assert current_place() == THE_BUILD


def test_a_loop_that_is_never_ended_does_not_change_what_comes_later() -> None:
    with working_on(BOOK):
        abandoned: Iterator[Item] = tracked(ITEMS)
        next(abandoned)
    del abandoned
    assert current_place() == THE_BUILD


@needs_fork
def test_a_place_comes_out_of_a_child_process() -> None:
    def fail() -> None:
        with working_on(ONE):
            raise MemoryError

    with pytest.raises(MemoryError) as caught:
        run_bounded(fail, Limits())
    assert place_of(caught.value) == ONE


@needs_fork
@pytest.mark.parametrize("end", ["raise", "die"])
def test_a_place_comes_out_of_a_worker(end: str) -> None:
    def work(message: str) -> None:
        with working_on(TWO):
            if message == "raise":
                raise MemoryError
            os.kill(os.getpid(), signal.SIGKILL)

    def share_out() -> None:
        with working_on(BOOK), worker_pool(lambda: work) as workers:
            list(workers.share_out([Item(ONE, end)]))

    with pytest.raises((MemoryError, LimitHit)) as caught:
        run_bounded(share_out, Limits())
    # One that dies cannot say what it was doing: then it is its job.
    assert place_of(caught.value) == (TWO if end == "raise" else ONE)


@needs_fork
@pytest.mark.slow
def test_a_main_thread_that_lets_no_exception_in_is_seen_from_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bookbuilder.runtime.limits.SECONDS_TO_HEED", 0.1)

    def deaf() -> None:
        with working_on(TWO):
            while True:
                with contextlib.suppress(LimitHit):
                    time.sleep(60)

    with pytest.raises(LimitHit) as caught:
        run_bounded(deaf, Limits(seconds=1))
    assert caught.value.place == TWO


@needs_fork
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (MemoryError, "error[X002]: “One” took more than 700 MB of memory"),
        (RecursionError, "RecursionError: too much, at work on “One”"),
    ],
)
def test_the_chapter_that_a_pass_fails_on_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: type[Exception],
    said: str,
) -> None:
    # The package has a function of the module's name.
    typography = importlib.import_module("bookbuilder.passes.typography")
    set_type = typography.set_type

    def greedy(tree: Tag, language: str) -> None:
        if tree.get("id") == "one":
            raise kind("too much")
        set_type(tree, language)

    monkeypatch.setattr(typography, "set_type", greedy)
    chapters = {"one.md": "# One\n\nText.\n", "two.md": "# Two\n\nThe longer of the two.\n"}
    write_files(tmp_path, {"book.toml": "[limits]\nmemory = 700\n", **chapters})
    result = CliRunner().invoke(main, ["epub", str(tmp_path)])
    assert result.exit_code == 1
    assert said in result.stderr
