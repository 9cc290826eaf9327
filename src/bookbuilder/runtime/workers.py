"""Share work out among child processes, under the limits of the build that they work for.

Where there is no fork, and in a worker, the work is done in place, one piece after the other.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bookbuilder.runtime.limits import check_time
from bookbuilder.runtime.progress import working_on
from bookbuilder.runtime.worker_processes import (
    MOST_WORKERS,
    Job,
    Nursery,
    Start,
    Work,
    Worker,
    can_fork,
    end_all,
    how_many,
    nursery,
    spent_by,
    with_answers,
)

_J = TypeVar("_J", bound=Job)
_T = TypeVar("_T")


@dataclass(slots=True)
class _Ahead:
    """Workers that wait for a pool; the first was asked `question`, which it may have answered."""

    question: Callable[[], Any]
    workers: list[Worker] = field(default_factory=list)
    is_answered: bool = False


_ahead: _Ahead | None = None


@contextlib.contextmanager
def workers_ahead(question: Callable[[], Any]) -> Iterator[None]:
    """Have workers wait for the first pool of this context, while other things are done.

    One of them answers `question`, for `answer_to`. They are forked now, and share with this
    process only what it knows by now: what the pool has them start has to be picklable.
    """
    global _ahead  # noqa: PLW0603 - there is one at a time
    if not can_fork() or _ahead is not None:
        yield
        return
    with nursery() as made:
        ahead = _Ahead(question)
        try:
            for number in range(how_many(MOST_WORKERS)):
                asked = None if number else question
                ahead.workers.append(made.fork(None, spent_by(()), asked))
            _ahead = ahead
            yield
        finally:
            _ahead = None
            end_all(ahead.workers)


def answer_to(question: Callable[[], _T]) -> _T:
    """Return what a worker ahead answers to `question`; if none was asked it, do so here."""
    if _ahead is None or _ahead.is_answered or _ahead.question is not question:
        return question()
    _ahead.is_answered = True
    answer: _T = _ahead.workers[0].answer()
    return answer


@contextlib.contextmanager
def worker_pool(start: Start) -> Iterator[WorkerPool]:
    """Keep workers while the context lasts.

    Each calls `start` once, and then calls what that returned with the message of each job.
    """
    with nursery() as made:
        pool = WorkerPool(start, made)
        try:
            yield pool
        finally:
            pool.end()


class WorkerPool:
    """See `worker_pool`. Processes are forked when there is work for them.

    Of those that wait already, the first starts at once.
    """

    def __init__(self, start: Start, made: Nursery) -> None:
        self._start = start
        self._nursery = made
        self._workers: list[Worker] = []
        self._in_place: Work | None = None
        self._waiting: list[Worker] = []
        if _ahead is not None and _ahead.is_answered:
            self._waiting, _ahead.workers = _ahead.workers, []
        if self._waiting:
            self._add_worker()

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
        if not can_fork():
            while (job := next_job()) is not None:
                self._in_place = self._in_place or self._start()
                yield job, self._in_place(job.message)
            return
        while True:
            for worker in self._workers:
                if worker.job is None:
                    worker.hand_on(next_job())
            while len(self._workers) < how_many(most) and (job := next_job()) is not None:
                self._add_worker().hand_on(job)
            if all(worker.job is None for worker in self._workers):
                return
            for worker in with_answers(self._workers):
                done = worker.job
                with working_on(done.place):
                    result = worker.answer()
                    check_time(spent_by(self._workers))
                worker.job = None
                yield done, result

    def _add_worker(self) -> Worker:
        if self._waiting:
            worker = self._waiting.pop(0)
            worker.send(self._start)
        else:
            worker = self._nursery.fork(self._start, spent_by(self._workers), None)
        self._workers.append(worker)
        return worker

    def end(self) -> None:
        """End the workers, and those that have waited for nothing."""
        end_all([*self._workers, *self._waiting])
