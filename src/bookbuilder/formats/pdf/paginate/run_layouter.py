"""Lay out runs in worker processes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.paginate.layout_cache import LayoutCache
from bookbuilder.formats.pdf.run_data.codec import pack
from bookbuilder.formats.pdf.run_data.records import Failure, LaidOutRun
from bookbuilder.formats.pdf.run_data.runs import Run
from bookbuilder.model.source import Place
from bookbuilder.runtime.progress import working_on
from bookbuilder.runtime.workers import WorkerPool, worker_pool


class LayoutEngine(Protocol):
    """The engine that makes pages of a run. A worker has one of its own."""

    def lay_out_run(
        self, tree: ET.Element, start: int, has_leaf: bool
    ) -> tuple[LaidOutRun, dict[str, bytes]]:
        """Lay out a run from the page `start` on; return it and its blobs by digest."""


class LayoutFailedError(Exception):
    """Raised when the engine fails on some runs, with what it says of each."""

    def __init__(self, failures: Sequence[Failure]) -> None:
        super().__init__(failures[0].said)
        self.failures = failures


@dataclass(frozen=True, slots=True)
class LayoutRequest:
    """A message to a worker: lay out the run whose tree is `text` from the page `start` on."""

    text: bytes
    start: int
    has_leaf: bool
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class LayoutTask:
    """A run to be laid out and kept under `key`."""

    message: LayoutRequest
    run: Run
    key: str

    @property
    def place(self) -> Place:
        return self.run.place


@dataclass(frozen=True, slots=True)
class LayoutResult:
    """A laid-out run, its record where one is to be cached, and the `blobs` that are new."""

    laid_out: LaidOutRun
    record: bytes
    blobs: dict[str, bytes]


@contextlib.contextmanager
def run_layouter(
    cache: LayoutCache, start_engine: Callable[[], LayoutEngine]
) -> Iterator[RunLayouter]:
    """Yield a layouter with workers, each of which starts an engine of its own.

    Only they may use Pango: a process that is forked after its use waits for it for ever.
    """
    with worker_pool(lambda: _worker(cache, start_engine())) as workers:
        yield RunLayouter(cache, workers)


def _worker(cache: LayoutCache, engine: LayoutEngine) -> Callable[[LayoutRequest], LayoutResult]:
    known = set(cache.blobs)

    def work(request: LayoutRequest) -> LayoutResult:
        with working_on(request.place):
            tree = ET.fromstring(request.text)
            laid_out, blobs = engine.lay_out_run(tree, request.start, request.has_leaf)
            record = pack(laid_out) if cache.wants_records else b""
        new = {digest: blob for digest, blob in blobs.items() if digest not in known}
        known.update(new)
        return LayoutResult(laid_out, record, new)

    return work


class RunLayouter:
    """Lays out runs, or recalls them; see `run_layouter`."""

    def __init__(self, cache: LayoutCache, workers: WorkerPool) -> None:
        self._cache = cache
        self._workers = workers

    def lay_out(self, wanted: Sequence[tuple[Run, LayoutRequest]]) -> list[LaidOutRun]:
        """Lay out runs as they are requested. Raises `LayoutFailedError`."""
        keys = [self._cache.key_of(r.text, r.start, r.has_leaf) for _, r in wanted]
        tasks = {
            key: LayoutTask(request, run, key)
            for key, (run, request) in zip(keys, wanted, strict=True)
            if self._cache.find(key) is None
        }
        largest_first = sorted(tasks.values(), key=lambda task: -len(task.message.text))
        for task, done in self._workers.share_out(largest_first):
            self._cache.keep(task.key, task.run, done.laid_out, done.record, done.blobs)
        found = [laid_out for key in keys if (laid_out := self._cache.find(key)) is not None]
        failures = [laid_out.failure for laid_out in found if laid_out.failure is not None]
        if failures:
            raise LayoutFailedError(failures)
        return found
