"""Work shared out among child processes, under the limits of the build that they work for.

They are forked, like the build itself (`sandbox.py`). Where there is no fork, the work is done in
place, one piece after the other.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol, TypeVar

from bookbuilder.book import Chapter
from bookbuilder.sandbox import (
    HAS_FORK,
    SECONDS_BETWEEN_LOOKS,
    LimitHit,
    check_time,
    died,
    end_with_parent,
    go_on_in_fork,
    limits_in_force,
    memory_of,
)
from bookbuilder.whereabouts import at_work_on, frames_of

MOST_WORKERS = 8
# A build that may use little memory has few workers.
MEGABYTES_FOR_ONE = 300


class Job(Protocol):
    """A piece of work; `chapter` is what it is about, for who has to say that it took too long."""

    @property
    def chapter(self) -> Chapter | None: ...


_J = TypeVar("_J", bound=Job)
_R = TypeVar("_R")


@dataclass(slots=True, eq=False)
class _Worker:
    process: int
    pipe: Connection
    job: int = -1
    computed: float = 0.0
    since: float = field(default_factory=time.monotonic)


def share_out(
    jobs: Sequence[_J], start: Callable[[], Callable[[_J], _R]]
) -> Iterator[tuple[_J, _R]]:
    """Every job and its result, which has to be fit for pickling, in the order they are done.

    Each worker calls `start` and then, for one job after the other, what it returned; the jobs that
    come first are begun first. Raises what the work raises, and `LimitHit` for all of them.
    """
    if not jobs:
        return
    if not HAS_FORK:
        work = start()
        for job in jobs:
            yield job, work(job)
        return
    workers: list[_Worker] = []
    waiting = list(range(len(jobs)))[::-1]
    with tempfile.TemporaryDirectory(prefix="bookbuilder-") as scratch, _liveness() as alive:
        try:
            for _ in range(_how_many(len(jobs))):
                workers.append(_fork(jobs, start, scratch, alive, _spent(workers)))
                _hand_on(workers[-1], waiting)
            while any(worker.job >= 0 for worker in workers):
                for worker in _ready(workers, jobs):
                    result = _answer_of(worker, jobs[worker.job].chapter)
                    done = jobs[worker.job]
                    check_time(_spent(workers), done.chapter)
                    _hand_on(worker, waiting)
                    yield done, result
        finally:
            _end(workers)


def _how_many(jobs: int) -> int:
    limits = limits_in_force()
    by_memory = limits.memory // MEGABYTES_FOR_ONE if limits and limits.memory else MOST_WORKERS
    processors = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return max(min(jobs, by_memory, processors, MOST_WORKERS), 1)


@contextlib.contextmanager
def _liveness() -> Iterator[tuple[int, int]]:
    """A pipe that nobody writes to, and that closes when this process ends."""
    read, write = os.pipe()
    try:
        yield read, write
    finally:
        os.close(read)
        os.close(write)


def _spent(workers: Sequence[_Worker]) -> float:
    """Seconds of computing: this process, its children of before, and `workers`."""
    times = os.times()
    before = times.children_user + times.children_system
    return time.process_time() + before + sum(worker.computed for worker in workers)


def _fork(
    jobs: Sequence[Any],
    start: Callable[[], Callable[[Any], Any]],
    scratch: str,
    alive: tuple[int, int],
    spent: float,
) -> _Worker:
    sys.stdout.flush()
    sys.stderr.flush()
    ours, theirs = Pipe()
    with warnings.catch_warnings():
        # Python warns of other threads; a worker uses nothing that they may hold.
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process == 0:
        try:
            ours.close()
            os.close(alive[1])
            tempfile.tempdir = scratch
            threading.Thread(target=end_with_parent, args=(alive[0], scratch), daemon=True).start()
            _be_worker(jobs, start, theirs, spent)
        finally:
            os._exit(1)
    theirs.close()
    return _Worker(process, ours)


def _be_worker(
    jobs: Sequence[Any],
    start: Callable[[], Callable[[Any], Any]],
    pipe: Connection,
    spent: float,
) -> None:
    answering = threading.Lock()

    def answer(outcome: str, value: Any) -> None:
        try:
            data = pickle.dumps((outcome, value, time.process_time()))
        except Exception:
            data = pickle.dumps(("raised", RuntimeError(repr(value)[:2000]), 0.0))
        with answering:
            pipe.send_bytes(data)
            if outcome == "raised":
                os._exit(0)

    try:
        go_on_in_fork(spent, lambda hit: answer("raised", hit))
        work = start()
        while (number := pipe.recv()) is not None:
            answer("returned", work(jobs[number]))
        os._exit(0)
    except BaseException as error:
        error.add_note("".join(traceback.format_exception(error)))
        answer("raised", error)


def _hand_on(worker: _Worker, waiting: list[int]) -> None:
    worker.job = waiting.pop() if waiting else -1
    worker.since = time.monotonic()
    with contextlib.suppress(OSError):
        # One that has died in between is noticed when its answer is read.
        worker.pipe.send(worker.job if worker.job >= 0 else None)


def _ready(workers: Sequence[_Worker], jobs: Sequence[Job]) -> Iterator[_Worker]:
    """The workers that have an answer. A limit may be hit meanwhile: `chapter` is then to blame."""
    busy = [worker for worker in workers if worker.job >= 0]
    chapter = jobs[busy[0].job].chapter
    while not (ready := wait([worker.pipe for worker in busy], SECONDS_BETWEEN_LOOKS)):
        largest = max(busy, key=lambda w: (memory_of(w.process), -w.since))
        chapter = jobs[largest.job].chapter
    del chapter
    yield from [worker for worker in busy if worker.pipe in ready]


def _answer_of(worker: _Worker, chapter: Chapter | None) -> Any:
    try:
        outcome, value, worker.computed = pickle.loads(worker.pipe.recv_bytes())
    except (EOFError, OSError):
        status = os.waitstatus_to_exitcode(os.waitpid(worker.process, 0)[1])
        limits = limits_in_force()
        if limits is None:
            raise RuntimeError(f"a process that laid out pages ended with {status}") from None
        hit = died(status, limits)
        hit = LimitHit(hit.rule, hit.what, at_work_on(frames_of(sys._getframe())))
        raise hit from None
    if outcome == "raised":
        raise value
    return value


def _end(workers: Sequence[_Worker]) -> None:
    """End the workers, those that still work at once."""
    for worker in workers:
        if worker.job >= 0:
            with contextlib.suppress(OSError):
                os.kill(worker.process, signal.SIGKILL)
        worker.pipe.close()
    for worker in workers:
        with contextlib.suppress(OSError):
            os.waitpid(worker.process, 0)
