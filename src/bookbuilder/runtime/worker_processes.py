"""Fork processes that work for a build, under its limits, and talk to them.

They are forked, like the build itself (see `child_process.py`), and end with it.
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
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol, TypeAlias

from bookbuilder.model.source import Place
from bookbuilder.runtime.child_process import (
    SECONDS_BETWEEN_LOOKS,
    died,
    end_with_parent,
    fork,
)
from bookbuilder.runtime.limits import HAS_FORK, go_on_in_fork, limits_in_force, memory_of
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


Work: TypeAlias = Callable[[Any], Any]
Start: TypeAlias = Callable[[], Work]
"""Makes a worker ready, and returns what it then does with each message."""

# A process that is forked after Pango was used waits for it for ever, so workers fork none.
_is_worker = False


@dataclass(slots=True, eq=False)
class Worker:
    """A process that works; `computed` are its seconds of computing, `job` is what it is at.

    `is_waited_for` says that it has ended, so that its number may be another's by now.
    """

    process: int
    pipe: Connection
    job: Any = None
    computed: float = 0.0
    since: float = field(default_factory=time.monotonic)
    is_waited_for: bool = False

    def hand_on(self, job: Job | None) -> None:
        """Give the worker a job, if there is one."""
        self.job = job
        self.since = time.monotonic()
        if job is not None:
            self.send(job.message)

    def send(self, message: Any) -> None:
        with contextlib.suppress(OSError):
            # One that has died in between is noticed when its answer is read.
            self.pipe.send(message)

    def answer(self) -> Any:
        """Return what the worker says, or raise what it raised."""
        try:
            outcome, value, self.computed = pickle.loads(self.pipe.recv_bytes())
        except (EOFError, OSError):
            status = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
            self.is_waited_for = True
            limits = limits_in_force()
            if limits is None:
                raise RuntimeError(f"a worker process ended with {status}") from None
            raise died(status, limits) from None
        if outcome == "raised":
            raise value
        return value


@dataclass(frozen=True, slots=True)
class Nursery:
    """Hold what workers that are forked have in common: a scratch folder, and a sign of life."""

    scratch: str
    alive: tuple[int, int]

    def fork(self, start: Start | None, spent: float, ask: Callable[[], Any] | None) -> Worker:
        """Fork a worker that is to `start`; without that, it is told later what to start.

        What it is to `ask` it answers first. `spent` is the computing that is gone already.
        """
        ours, theirs = Pipe()
        process = fork()
        if process == 0:
            try:
                ours.close()
                os.close(self.alive[1])
                use_scratch(self.scratch)
                arguments = self.alive[0], self.scratch
                threading.Thread(target=end_with_parent, args=arguments, daemon=True).start()
                _be_worker(start, ask, theirs, spent)
            finally:
                os._exit(1)
        theirs.close()
        return Worker(process, ours)


@contextlib.contextmanager
def nursery() -> Iterator[Nursery]:
    """Make a nursery, whose workers end with this process; they have to be ended before it."""
    with scratch_folder() as scratch:
        read, write = os.pipe()
        try:
            yield Nursery(scratch, (read, write))
        finally:
            os.close(read)
            os.close(write)


def can_fork() -> bool:
    """Tell whether this process may have workers."""
    return HAS_FORK and not _is_worker


def how_many(jobs: int) -> int:
    """Return how many workers `jobs` are worth on this machine, within the limits."""
    limits = limits_in_force()
    by_memory = limits.memory // MEGABYTES_FOR_ONE if limits and limits.memory else MOST_WORKERS
    processors = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return max(min(jobs, by_memory, processors, MOST_WORKERS), 1)


def spent_by(workers: Iterable[Worker]) -> float:
    """Return the seconds of computing of this process, its former children and `workers`."""
    times = os.times()
    before = times.children_user + times.children_system
    return time.process_time() + before + sum(worker.computed for worker in workers)


def with_answers(workers: Sequence[Worker]) -> Iterator[Worker]:
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


def end_all(workers: Sequence[Worker]) -> None:
    """End workers, whatever they are at: nothing that they do outlasts them."""
    living = [worker for worker in workers if not worker.is_waited_for]
    for worker in living:
        with contextlib.suppress(OSError):
            os.kill(worker.process, signal.SIGKILL)
    for worker in workers:
        worker.pipe.close()
    for worker in living:
        with contextlib.suppress(OSError):
            os.waitpid(worker.process, 0)


def _be_worker(
    start: Start | None, ask: Callable[[], Any] | None, pipe: Connection, spent: float
) -> None:
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
        if ask is not None:
            answer("returned", ask())
        work = (start or pipe.recv())()
        while True:
            answer("returned", work(pipe.recv()))
    except BaseException as error:
        error.add_note("".join(traceback.format_exception(error)))
        answer("raised", error)
