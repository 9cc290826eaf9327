"""Lay out runs in worker processes."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.paginate.layout_cache import LayoutCache
from bookbuilder.formats.pdf.run_data.codec import pack
from bookbuilder.formats.pdf.run_data.records import Failure, FontUse, LaidOutRun, WrittenFonts
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

    def write_fonts(self, uses: Sequence[FontUse], blobs: Mapping[str, bytes]) -> WrittenFonts:
        """Return the objects of fonts in a PDF; `blobs` holds their files by digest."""


class LayoutFailedError(Exception):
    """Raised when the engine fails on some runs, with what it says of each."""

    def __init__(self, failures: Sequence[Failure]) -> None:
        super().__init__(failures[0].said)
        self.failures = failures


@dataclass(frozen=True, slots=True)
class LayoutRequest:
    """A request to lay out `run` from the page `start` on, its tree being `text`."""

    run: Run
    text: bytes
    start: int

    @property
    def place(self) -> Place:
        return self.run.place

    @property
    def message(self) -> tuple[Place, bytes, int, bool]:
        return self.place, self.text, self.start, self.run.has_leaf


@dataclass(frozen=True, slots=True)
class FontsRequest:
    """A request to write fonts, whose files are `blobs`."""

    place: Place
    uses: Sequence[FontUse]
    blobs: Mapping[str, bytes]

    @property
    def message(self) -> FontsRequest:
        return self


@dataclass(frozen=True, slots=True)
class LayoutResult:
    """A laid-out run, its record where one is to be cached, and the `blobs` that are new."""

    laid_out: LaidOutRun
    record: bytes
    blobs: dict[str, bytes]


_Message: TypeAlias = tuple[Place, bytes, int, bool] | FontsRequest


@contextlib.contextmanager
def run_layouter(
    cache: LayoutCache, start_engine: Callable[[], LayoutEngine]
) -> Iterator[RunLayouter]:
    """Yield a layouter with workers, each of which starts an engine of its own.

    Only they may use Pango: a process that is forked after its use waits for it for ever.
    """
    start = _WorkerStart(start_engine, frozenset(cache.blobs), cache.wants_records)
    with worker_pool(start) as workers:
        yield RunLayouter(cache, workers)


@dataclass(frozen=True, slots=True)
class _WorkerStart:
    """Makes a worker ready, which need not send the blobs that are `known`."""

    start_engine: Callable[[], LayoutEngine]
    known: frozenset[str]
    wants_records: bool

    def __call__(self) -> Callable[[_Message], LayoutResult | WrittenFonts]:
        engine, known = self.start_engine(), set(self.known)
        # What is there by now stays; the boxes of one run, which hold each other, go before the
        # next is laid out.
        gc.freeze()

        def work(message: _Message) -> LayoutResult | WrittenFonts:
            gc.collect()
            if isinstance(message, FontsRequest):
                return engine.write_fonts(message.uses, message.blobs)
            place, text, start, has_leaf = message
            with working_on(place):
                laid_out, blobs = engine.lay_out_run(ET.fromstring(text), start, has_leaf)
                record = pack(laid_out) if self.wants_records else b""
            new = {digest: blob for digest, blob in blobs.items() if digest not in known}
            known.update(new)
            return LayoutResult(laid_out, record, new)

        return work


class RunLayouter:
    """Lays out runs, or recalls them; see `run_layouter`."""

    def __init__(self, cache: LayoutCache, workers: WorkerPool) -> None:
        self._cache = cache
        self._workers = workers

    def lay_out(self, requests: Sequence[LayoutRequest]) -> list[LaidOutRun]:
        """Lay out runs as they are requested. Raises `LayoutFailedError`."""
        keys = {request: self._key_of(request) for request in requests}
        new = [request for request, key in keys.items() if self._cache.find(key) is None]
        largest_first = sorted(new, key=lambda request: -len(request.text))
        for request, done in self._workers.share_out(largest_first):
            key = keys[request]
            self._cache.keep(key, request.run, done.laid_out, done.record, done.blobs)
        found = [laid_out for key in keys.values() if (laid_out := self._cache.find(key))]
        _raise_failures(found)
        return found

    def lay_out_in_turn(
        self,
        choose: Callable[[], LayoutRequest | None],
        keep: Callable[[LayoutRequest, LaidOutRun], None],
        most: int,
    ) -> None:
        """Lay out runs, at `most` so many, and give each to `keep`. Raises `LayoutFailedError`.

        Whenever a worker is free, `choose` says what is next: None while it has to wait for others,
        and at the end.
        """
        keys: dict[LayoutRequest, str] = {}
        found: list[LaidOutRun] = []

        def take(request: LayoutRequest, laid_out: LaidOutRun) -> None:
            found.append(laid_out)
            keep(request, laid_out)

        def next_new() -> LayoutRequest | None:
            while (request := choose()) is not None:
                keys[request] = self._key_of(request)
                known = self._cache.find(keys[request])
                if known is None:
                    return request
                take(request, known)
            return None

        for request, done in self._workers.hand_out(next_new, most):
            key = keys[request]
            self._cache.keep(key, request.run, done.laid_out, done.record, done.blobs)
            take(request, done.laid_out)
        _raise_failures(found)

    def write_fonts(self, uses: Sequence[FontUse], place: Place) -> WrittenFonts:
        """Write fonts of laid-out runs for the PDF of the book in `place`, or recall them."""

        def write() -> WrittenFonts:
            blobs = {use.file: self._cache.blobs[use.file] for use in uses}
            ((_, fonts),) = self._workers.share_out([FontsRequest(place, uses, blobs)])
            written: WrittenFonts = fonts
            return written

        return self._cache.fonts_of(uses, write) if uses else WrittenFonts(())

    def _key_of(self, request: LayoutRequest) -> str:
        return self._cache.key_of(request.text, request.start, request.run.has_leaf)


def _raise_failures(found: Sequence[LaidOutRun]) -> None:
    failures = [laid_out.failure for laid_out in found if laid_out.failure is not None]
    if failures:
        raise LayoutFailedError(failures)
