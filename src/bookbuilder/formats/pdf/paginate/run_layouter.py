"""Lay out runs in worker processes, which keep their pages from one time to the next."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.pages.codec import pack
from bookbuilder.formats.pdf.pages.records import Failure, LaidOutRun
from bookbuilder.formats.pdf.pages.runs import Run
from bookbuilder.formats.pdf.paginate.layout_cache import LayoutCache
from bookbuilder.formats.pdf.paginate.numbering import quoted_in, write_numbers
from bookbuilder.model.source import Place
from bookbuilder.runtime.cache import digest_of
from bookbuilder.runtime.progress import working_on
from bookbuilder.runtime.workers import WorkerPool, worker_pool


class LayoutEngine(Protocol):
    """The engine that makes pages of a run. A worker has one of its own."""

    def lay_out_run(
        self, run: Run, start: int, in_full: bool
    ) -> tuple[LaidOutRun, dict[str, bytes]]:
        """Lay out `run` from the page `start` on; return it and its blobs by digest.

        Unless `in_full`, the result has only what page numbers depend on.
        """

    def keeps(self, run: Run) -> bool:
        """Tell whether the pages of `run` are kept, so that numbering them is little work."""


class LayoutFailedError(Exception):
    """Raised when the engine fails on some runs, with what it says of each."""

    def __init__(self, failures: Sequence[Failure]) -> None:
        super().__init__(failures[0].said)
        self.failures = failures


@dataclass(frozen=True, slots=True)
class LayoutRequest:
    """A message to a worker: lay out the `number`th run from the page `start` on.

    It quotes the pages in `labels`. `tree` is its text where that has changed since the worker was
    forked.
    """

    number: int
    start: int
    in_full: bool
    labels: dict[str, str]
    tree: bytes | None


@dataclass(frozen=True, slots=True, eq=False)
class LayoutTask:
    """A run to be laid out and kept under `key`; `worker` is the one that has kept its pages."""

    message: LayoutRequest
    run: Run
    key: str
    worker: int | None

    @property
    def place(self) -> Place:
        return self.run.place


@dataclass(frozen=True, slots=True)
class LayoutResult:
    """A laid-out run, its record where one is to be cached, and the `blobs` that are new.

    `is_kept` says whether the worker has kept the run's pages.
    """

    laid_out: LaidOutRun
    record: bytes
    blobs: dict[str, bytes]
    is_kept: bool


@contextlib.contextmanager
def run_layouter(
    runs: Sequence[Run], cache: LayoutCache, start_engine: Callable[[], LayoutEngine]
) -> Iterator[RunLayouter]:
    """Yield a layouter of `runs` with workers, each of which starts an engine of its own.

    Only they may use Pango: a process that is forked after its use waits for it for ever.
    """
    with worker_pool(lambda: _worker(runs, cache, start_engine())) as workers:
        yield RunLayouter(runs, cache, workers)


def _worker(
    runs: Sequence[Run], cache: LayoutCache, engine: LayoutEngine
) -> Callable[[LayoutRequest], LayoutResult]:
    known = set(cache.blobs)
    own = list(runs)

    def work(request: LayoutRequest) -> LayoutResult:
        if request.tree is not None:
            own[request.number] = replace(own[request.number], tree=ET.fromstring(request.tree))
        run = own[request.number]
        with working_on(run.place):
            write_numbers(run.tree, request.labels)
            laid_out, blobs = engine.lay_out_run(run, request.start, request.in_full)
            record = pack(laid_out) if cache.wants_records else b""
        new = {digest: blob for digest, blob in blobs.items() if digest not in known}
        known.update(new)
        return LayoutResult(laid_out, record, new, engine.keeps(run))

    return work


class RunLayouter:
    """Lays out the same runs as often as needed; see `run_layouter`."""

    def __init__(self, runs: Sequence[Run], cache: LayoutCache, workers: WorkerPool) -> None:
        self._runs = runs
        self._cache = cache
        self._workers = workers
        self._texts = _texts(runs)
        self._changed: set[int] = set()
        self._keepers: dict[int, int] = {}

    def try_reuse_for(self, runs: Sequence[Run]) -> bool:
        """Switch to `runs`; return False if their number differs.

        No page numbers may be written into them yet. The pages of those that have not changed are
        of use still.
        """
        texts = _texts(runs)
        if len(texts) != len(self._texts):
            return False
        new = {n for n, text in enumerate(texts) if text != self._texts[n]}
        self._keepers = {n: worker for n, worker in self._keepers.items() if n not in new}
        self._changed |= new
        self._runs, self._texts = runs, texts
        return True

    def lay_out(
        self, starts: Mapping[int, int], labels: Mapping[str, str], in_full: bool
    ) -> dict[int, LaidOutRun]:
        """Lay out some runs, by their numbers; `starts` are those of their first pages.

        The runs' trees quote the pages in `labels` already. Unless `in_full`, what comes back says
        only as much as page numbers depend on. Raises `LayoutFailedError`.
        """
        keys = {
            number: self._cache.key_of(self._runs[number], start, in_full)
            for number, start in starts.items()
        }
        tasks: dict[str, LayoutTask] = {}
        for number, key in keys.items():
            if key not in tasks and self._cache.find(key) is None:
                tasks[key] = self._task(number, key, starts[number], labels, in_full)
        largest_first = sorted(tasks.values(), key=lambda task: -task.run.size)
        for task, done, worker in self._workers.share_out(largest_first):
            self._cache.keep(task.key, task.run, done.laid_out, done.record, done.blobs)
            if done.is_kept:
                self._keepers[task.message.number] = worker
            else:
                self._keepers.pop(task.message.number, None)
        found = {number: self._cache.find(key) for number, key in keys.items()}
        laid_out_runs = {n: laid_out for n, laid_out in found.items() if laid_out is not None}
        failures = [done.failure for done in laid_out_runs.values() if done.failure is not None]
        if failures:
            raise LayoutFailedError(failures)
        return laid_out_runs

    def _task(
        self, number: int, key: str, start: int, labels: Mapping[str, str], in_full: bool
    ) -> LayoutTask:
        run = self._runs[number]
        quoted = {page: labels[page] for page in quoted_in(run.tree) if page in labels}
        keeper = self._keepers.get(number)
        is_news = number in self._changed and keeper is None
        tree = ET.tostring(run.tree, "utf-8") if is_news else None
        return LayoutTask(LayoutRequest(number, start, in_full, quoted, tree), run, key, keeper)


def _texts(runs: Sequence[Run]) -> list[str]:
    return [digest_of(ET.tostring(run.tree, "utf-8")) for run in runs]
