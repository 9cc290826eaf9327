"""Share work out among child processes, under the limits of the build that they work for.

They are forked, like the build itself (see `child_process.py`). Where there is no fork, and in a
worker, the work is done in place, one piece after the other.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol, TypeVar

from bookbuilder.model.source import Place
from bookbuilder.runtime.child_process import (
    SECONDS_BETWEEN_LOOKS,
    died,
    end_with_parent,
    fork,
)
from bookbuilder.runtime.limits import (
    HAS_FORK,
    check_time,
    go_on_in_fork,
    limits_in_force,
    memory_of,
)
from bookbuilder.runtime.progress import working_on
from bookbuilder.runtime.scratch import scratch_folder, use_scratch

MOST_WORKERS = 8
# A build that may use little memory has few workers.
MEGABYTES_FOR_ONE = 300


class Job(Protocol):
    """A piece of work; `place` is what messages name if it takes too long.

    `message` is what is sent to the worker, so it has to be picklable.
    """

    @property
    def place(self) -> Place: ...

    @property
    def message(self) -> Any: ...


_J = TypeVar("_J", bound=Job)
# A process that is forked after Pango was used waits for it for ever, so workers fork none.
_is_worker = False


@dataclass(slots=True, eq=False)
class _Worker:
    process: int
    pipe: Connection
    job: Any = None
    computed: float = 0.0
    since: float = field(default_factory=time.monotonic)


@contextlib.contextmanager
def worker_pool(start: Callable[[], Callable[[Any], Any]]) -> Iterator[WorkerPool]:
    """Keep workers while the context lasts.

    Each calls `start` once, and then calls what that returned with the message of each job.
    """
    with scratch_folder() as scratch, _liveness() as alive:
        made = WorkerPool(start, scratch, alive)
        try:
            yield made
        finally:
            made.end()


class WorkerPool:
    """See `worker_pool`. Processes are forked when there is work for them."""

    def __init__(
        self, start: Callable[[], Callable[[Any], Any]], scratch: str, alive: tuple[int, int]
    ) -> None:
        self._start = start
        self._scratch = scratch
        self._alive = alive
        self._workers: list[_Worker] = []
        self._in_place: Callable[[Any], Any] | None = None

    def share_out(self, jobs: Sequence[_J]) -> Iterator[tuple[_J, Any]]:
        """Yield every job and its result, in the order they are done.

        Results have to be picklable. Jobs are begun in the given order. Raises what the work
        raises, and `LimitHit` if all of them together take too much.
        """
        waiting = list(jobs)
        yield from self.hand_out(lambda: waiting.pop(0) if waiting else None, len(waiting))

    def hand_out(self, next_job: Callable[[], _J | None], most: int) -> Iterator[tuple[_J, Any]]:
        """Yield jobs and their results as `share_out` does, for `most` so many jobs.

        Whenever a worker is free, and each result has been taken, `next_job` says what is next:
        None while that depends on results of others, and if nothing is left.
        """
        if not HAS_FORK or _is_worker:
            while (job := next_job()) is not None:
                self._in_place = self._in_place or self._start()
                yield job, self._in_place(job.message)
            return
        while True:
            for worker in self._workers:
                if worker.job is None:
                    _hand_on(worker, next_job())
            while len(self._workers) < _how_many(most) and (job := next_job()) is not None:
                self._workers.append(self._fork())
                _hand_on(self._workers[-1], job)
            if all(worker.job is None for worker in self._workers):
                return
            for worker in _ready(self._workers):
                done = worker.job
                with working_on(done.place):
                    result = _answer_of(worker)
                    check_time(_spent(self._workers))
                worker.job = None
                yield done, result

    def _fork(self) -> _Worker:
        spent = _spent(self._workers)
        ours, theirs = Pipe()
        process = fork()
        if process == 0:
            try:
                ours.close()
                os.close(self._alive[1])
                use_scratch(self._scratch)
                arguments = self._alive[0], self._scratch
                threading.Thread(target=end_with_parent, args=arguments, daemon=True).start()
                _be_worker(self._start, theirs, spent)
            finally:
                os._exit(1)
        theirs.close()
        return _Worker(process, ours)

    def end(self) -> None:
        """End the workers; those that are still busy are killed."""
        for worker in self._workers:
            with contextlib.suppress(OSError):
                if worker.job is not None:
                    os.kill(worker.process, signal.SIGKILL)
                else:
                    worker.pipe.send(None)
            worker.pipe.close()
        for worker in self._workers:
            with contextlib.suppress(OSError):
                os.waitpid(worker.process, 0)


def _how_many(jobs: int) -> int:
    limits = limits_in_force()
    by_memory = limits.memory // MEGABYTES_FOR_ONE if limits and limits.memory else MOST_WORKERS
    processors = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return max(min(jobs, by_memory, processors, MOST_WORKERS), 1)


@contextlib.contextmanager
def _liveness() -> Iterator[tuple[int, int]]:
    """Make a pipe that nobody writes to, and that closes when this process ends."""
    read, write = os.pipe()
    try:
        yield read, write
    finally:
        os.close(read)
        os.close(write)


def _spent(workers: Sequence[_Worker]) -> float:
    """Return the seconds of computing of this process, its former children and `workers`."""
    times = os.times()
    before = times.children_user + times.children_system
    return time.process_time() + before + sum(worker.computed for worker in workers)


def _be_worker(start: Callable[[], Callable[[Any], Any]], pipe: Connection, spent: float) -> None:
    global _is_worker  # noqa: PLW0603 - of this process, which is its own
    _is_worker = True
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
        while (message := pipe.recv()) is not None:
            answer("returned", work(message))
        os._exit(0)
    except BaseException as error:
        error.add_note("".join(traceback.format_exception(error)))
        answer("raised", error)


def _hand_on(worker: _Worker, job: Any) -> None:
    """Give `worker` a job, if there is one."""
    worker.job = job
    worker.since = time.monotonic()
    if job is not None:
        with contextlib.suppress(OSError):
            # One that has died in between is noticed when its answer is read.
            worker.pipe.send(job.message)


def _ready(workers: Sequence[_Worker]) -> Iterator[_Worker]:
    """Wait for workers that have an answer.

    If a limit is hit meanwhile, the job that takes most memory is to blame.
    """
    busy = [worker for worker in workers if worker.job is not None]
    ready: list[Any] = []
    while not ready:
        largest = max(busy, key=lambda w: (memory_of(w.process), -w.since))
        with working_on(largest.job.place):
            ready = wait([worker.pipe for worker in busy], SECONDS_BETWEEN_LOOKS)
    yield from [worker for worker in busy if worker.pipe in ready]


def _answer_of(worker: _Worker) -> Any:
    try:
        outcome, value, worker.computed = pickle.loads(worker.pipe.recv_bytes())
    except (EOFError, OSError):
        status = os.waitstatus_to_exitcode(os.waitpid(worker.process, 0)[1])
        limits = limits_in_force()
        if limits is None:
            raise RuntimeError(f"a worker process ended with {status}") from None
        raise died(status, limits) from None
    if outcome == "raised":
        raise value
    return value
