"""Where runs are set, and what was set before is remembered: within a build, and between builds.

A setting has the name of all that it depends on, so that a chapter is laid out again only if its
text, its first page, a page number that it quotes, a style, a font, a picture or a version changed.
What comes out of the cache is the same as what would be laid out, byte for byte.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from xml.etree import ElementTree as ET

from bookbuilder.book import Asset, Chapter
from bookbuilder.cache import Cache, digest_of
from bookbuilder.formats.pdf.records import BadRecordError, Setting, pack, unpack
from bookbuilder.formats.pdf.runs import Run
from bookbuilder.workers import share_out

_PACKAGES = ("weasyprint", "pydyf", "cssselect2", "tinycss2", "pyphen", "pillow", "fonttools")


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """A run to be set from a page on, and the name of the setting."""

    run: Run
    start: int
    in_full: bool
    name: str

    @property
    def chapter(self) -> Chapter | None:
        return self.run.chapter


class Shop:
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
        self._settings: dict[str, Setting] = {}
        self._digests: dict[str, str] = {}
        self.blobs: dict[str, bytes] = {}
        self.laid_out: list[Run] = []

    def set(self, runs: Sequence[Run], starts: Sequence[int], in_full: bool) -> list[Setting]:
        """The settings of `runs`, whose first pages have the numbers `starts`.

        Unless `in_full`, only as much of them as page numbers depend on.
        """
        jobs = [
            _Job(run, start, in_full, self._name(run, start, in_full))
            for run, start in zip(runs, starts, strict=True)
        ]
        wanted = {j.name: j for j in jobs if j.name not in self._settings and not self._recall(j)}
        largest_first = sorted(wanted.values(), key=lambda job: -job.run.size)
        for job, (record, blobs) in share_out(largest_first, self._open):
            self.blobs |= blobs
            self._settings[job.name] = setting = unpack(record)
            self.laid_out.append(job.run)
            if setting.failure is None:
                for digest, blob in blobs.items():
                    self._cache.put(digest, blob)
                self._cache.put(job.name, record)
        return [self._settings[job.name] for job in jobs]

    def _open(self) -> Callable[[_Job], tuple[bytes, dict[str, bytes]]]:
        """For a worker: what makes a record, with the blobs that are not here yet."""
        # Not before: only workers may use Pango, for who forks afterwards waits for it for ever.
        from bookbuilder.formats.pdf.press.layout import Press

        press = Press(self._assets, self._styles)
        known = set(self.blobs)

        def work(job: _Job) -> tuple[bytes, dict[str, bytes]]:
            setting, blobs = press.set_run(job.run, job.start, job.in_full)
            new = {digest: blob for digest, blob in blobs.items() if digest not in known}
            known.update(new)
            return pack(setting), new

        return work

    def _name(self, run: Run, start: int, in_full: bool) -> str:
        text = ET.tostring(run.tree, "utf-8")
        return digest_of(self._circumstances, text, f"{start} {run.has_leaf} {in_full}".encode())

    def _recall(self, job: _Job) -> bool:
        """Take a setting and its blobs out of the cache, if they are there and still true."""
        record = self._cache.get(job.name)
        if record is None:
            return False
        try:
            setting = unpack(record)
        except BadRecordError:
            return False
        if any(self._digest(name) != digest for name, digest in setting.assets):
            return False
        if any(name in self._assets for name in setting.refused):
            return False
        for digest in setting.blobs:
            if digest not in self.blobs:
                blob = self._cache.get(digest)
                if blob is None or digest_of(blob) != digest:
                    return False
                self.blobs[digest] = blob
        self._settings[job.name] = setting
        return True

    def _digest(self, name: str) -> str:
        if name not in self._digests:
            asset = self._assets.get(name)
            self._digests[name] = digest_of(asset.data) if asset else ""
        return self._digests[name]


def _circumstances(styles: Sequence[tuple[str, str]], fonts: Iterable[Path]) -> bytes:
    """A digest of all that a layout depends on but the text and its pictures."""
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
        *(path.read_bytes() for path in sorted(Path(__file__).parent.rglob("*.py"))),
        *(text.encode("utf-8", "surrogatepass") for style in styles for text in style),
        *(path.name.encode() + path.read_bytes() for path in fonts),
    ).encode()
