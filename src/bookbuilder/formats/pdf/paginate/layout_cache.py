"""Where runs are set, and what was set before is remembered: within a build, and between builds.

A laid-out run has the name of all that it depends on, so that a chapter is laid out again only if
its text, its first page, a page number that it quotes, a style, a font, a picture, bookbuilder's
own code or a library's version changed. What comes out of the cache is the same as what would be
laid out, byte for byte.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from xml.etree import ElementTree as ET

import bookbuilder
from bookbuilder.book import Asset
from bookbuilder.formats.pdf.pages.records import BadRecordError, LaidOutRun, pack, unpack
from bookbuilder.formats.pdf.paginate.numbering import bake, quoted_in
from bookbuilder.formats.pdf.paginate.runs import Run
from bookbuilder.model.source import Place
from bookbuilder.runtime.cache import Cache, digest_of
from bookbuilder.runtime.progress import working_on
from bookbuilder.runtime.workers import WorkerPool, worker_pool

_PACKAGES = ("weasyprint", "pydyf", "cssselect2", "tinycss2", "pyphen", "pillow", "fonttools")


@dataclass(frozen=True, slots=True)
class LayoutRequest:
    """The `number`th run is to be set from the page `start` on, quoting the pages in `labels`.

    `tree` is its text where that has changed since the worker was forked.
    """

    number: int
    start: int
    in_full: bool
    labels: dict[str, str]
    tree: bytes | None


@dataclass(frozen=True, slots=True, eq=False)
class LayoutTask:
    """`name` is that of the laid-out run; `worker` the one that has kept the run's pages."""

    message: LayoutRequest
    run: Run
    name: str
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


class LayoutCache:
    """Sets the runs of one book with `styles`, names and texts of stylesheets in order.

    `blobs` are fonts and pictures by digest; `laid_out` are the runs that had to be laid out.
    """

    def __init__(
        self,
        assets: Mapping[str, Asset],
        styles: Sequence[tuple[str, str]],
        fonts: Iterable[Path],
        cache: Cache,
    ) -> None:
        self._assets = assets
        self._styles = styles
        self._cache = cache
        self._circumstances = _circumstances(styles, fonts)
        self._laid_out_runs: dict[str, LaidOutRun] = {}
        self._digests: dict[str, str] = {}
        self.blobs: dict[str, bytes] = {}
        self.laid_out: list[Run] = []

    @contextlib.contextmanager
    def layouter(self, runs: Sequence[Run]) -> Iterator[RunLayouter]:
        """What sets `runs`, as often as it takes, while the context lasts."""
        with worker_pool(lambda: self._open(runs)) as workers:
            yield RunLayouter(self, runs, workers)

    def _open(self, runs: Sequence[Run]) -> Callable[[LayoutRequest], LayoutResult]:
        """For a worker: what sets a run."""
        # Not before: only workers may use Pango, for who forks afterwards waits for it for ever.
        from bookbuilder.formats.pdf.weasy.layout import Press

        press = Press(self._assets, self._styles)
        known = set(self.blobs)
        own = list(runs)

        def work(order: LayoutRequest) -> LayoutResult:
            if order.tree is not None:
                own[order.number] = replace(own[order.number], tree=ET.fromstring(order.tree))
            run = own[order.number]
            with working_on(run.place):
                bake(run.tree, order.labels)
                laid_out, blobs = press.set_run(run, order.start, order.in_full)
                record = pack(laid_out) if self._cache.remembers else b""
            new = {digest: blob for digest, blob in blobs.items() if digest not in known}
            known.update(new)
            return LayoutResult(laid_out, record, new, press.keeps(run))

        return work

    def name(self, run: Run, start: int, in_full: bool) -> str:
        text = ET.tostring(run.tree, "utf-8")
        return digest_of(self._circumstances, text, f"{start} {run.has_leaf} {in_full}".encode())

    def find(self, name: str) -> LaidOutRun | None:
        """A run that was laid out before, in this build or another, and is still true."""
        if name not in self._laid_out_runs and (laid_out := self._recalled(name)):
            self._laid_out_runs[name] = laid_out
        return self._laid_out_runs.get(name)

    def keep(self, job: LayoutTask, done: LayoutResult) -> None:
        self.blobs |= done.blobs
        self._laid_out_runs[job.name] = done.laid_out
        self.laid_out.append(job.run)
        if done.laid_out.failure is None:
            for digest, blob in done.blobs.items():
                self._cache.put(digest, blob)
            self._cache.put(job.name, done.record)

    def _recalled(self, name: str) -> LaidOutRun | None:
        """A laid-out run with its blobs out of the cache, if they are there and still true."""
        record = self._cache.get(name)
        if record is None:
            return None
        try:
            laid_out = unpack(record)
        except BadRecordError:
            return None
        if any(self._digest(name) != digest for name, digest in laid_out.assets):
            return None
        if any(name in self._assets for name in laid_out.refused):
            return None
        for digest in laid_out.blobs:
            if digest not in self.blobs:
                blob = self._cache.get(digest)
                if blob is None or digest_of(blob) != digest:
                    return None
                self.blobs[digest] = blob
        return laid_out

    def _digest(self, name: str) -> str:
        if name not in self._digests:
            asset = self._assets.get(name)
            self._digests[name] = digest_of(asset.data) if asset else ""
        return self._digests[name]


class RunLayouter:
    """Sets the runs of a layouts, with what workers have kept of them from one time to the next."""

    def __init__(self, layouts: LayoutCache, runs: Sequence[Run], workers: WorkerPool) -> None:
        self._layouts = layouts
        self._runs = runs
        self._texts = _texts(runs)
        self._changed: set[int] = set()
        self._workers = workers
        self._keepers: dict[int, int] = {}

    def try_reuse_for(self, runs: Sequence[Run]) -> bool:
        """Whether it now sets `runs` instead, in which nothing must be baked yet.

        It does where there are as many; the pages of those that have not changed stay of use.
        """
        texts = _texts(runs)
        if len(texts) != len(self._texts):
            return False
        new = {n for n, text in enumerate(texts) if text != self._texts[n]}
        self._keepers = {n: worker for n, worker in self._keepers.items() if n not in new}
        self._changed |= new
        self._runs, self._texts = runs, texts
        return True

    def set(
        self, starts: Mapping[int, int], labels: Mapping[str, str], in_full: bool
    ) -> dict[int, LaidOutRun]:
        """Lay out some runs, by their numbers; `starts` are those of their first pages.

        The runs' trees quote the pages in `labels` already. Unless `in_full`, what comes back says
        only as much as page numbers depend on.
        """
        names = {
            number: self._layouts.name(self._runs[number], start, in_full)
            for number, start in starts.items()
        }
        jobs = {}
        for number, name in names.items():
            if name not in jobs and self._layouts.find(name) is None:
                run = self._runs[number]
                quoted = {page: labels[page] for page in quoted_in(run.tree) if page in labels}
                keeper = self._keepers.get(number)
                is_news = number in self._changed and keeper is None
                tree = ET.tostring(run.tree, "utf-8") if is_news else None
                order = LayoutRequest(number, starts[number], in_full, quoted, tree)
                jobs[name] = LayoutTask(order, run, name, keeper)
        largest_first = sorted(jobs.values(), key=lambda job: -job.run.size)
        for job, done, worker in self._workers.share_out(largest_first):
            self._layouts.keep(job, done)
            if done.is_kept:
                self._keepers[job.message.number] = worker
            else:
                self._keepers.pop(job.message.number, None)
        found = {number: self._layouts.find(name) for number, name in names.items()}
        return {number: laid_out for number, laid_out in found.items() if laid_out is not None}


def _texts(runs: Sequence[Run]) -> list[str]:
    return [digest_of(ET.tostring(run.tree, "utf-8")) for run in runs]


def _circumstances(styles: Sequence[tuple[str, str]], fonts: Iterable[Path]) -> bytes:
    """Return a digest of all that a layout depends on but the text and its pictures."""
    from weasyprint.text.ffi import ffi, harfbuzz, pango

    ffi.cdef(
        "const char * pango_version_string (void); const char * hb_version_string (void);",
        override=True,
    )
    versions = [
        sys.version,
        *(metadata.version(name) for name in _PACKAGES),
        ffi.string(pango.pango_version_string()).decode(),
        ffi.string(harfbuzz.hb_version_string()).decode(),
    ]
    return digest_of(
        *(text.encode() for text in versions),
        *(path.read_bytes() for path in _own_code()),
        *(text.encode("utf-8", "surrogatepass") for style in styles for text in style),
        *(path.name.encode() + path.read_bytes() for path in fonts),
    ).encode()


def _own_code() -> list[Path]:
    """Return all modules of bookbuilder: records hold what many of them make.

    What lies there as data need not be read: stylesheets and fonts are counted as they are used.
    """
    return sorted(Path(bookbuilder.__file__).parent.rglob("*.py"))
