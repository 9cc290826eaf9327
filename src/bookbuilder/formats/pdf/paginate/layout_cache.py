"""Remember laid-out runs, within a build and between builds.

A laid-out run is kept under a digest of all that it depends on, so that a chapter is laid out again
only if its text, the side of its first page, the number of figures of a page that it quotes, a
style, a font, a picture, bookbuilder's own code or a library's version changed. What comes out of
the cache is the same as what would be laid out, byte for byte.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence

from bookbuilder.book import Asset
from bookbuilder.formats.pdf.run_data.codec import (
    BadRecordError,
    pack_fonts,
    pack_uses,
    unpack,
    unpack_fonts,
)
from bookbuilder.formats.pdf.run_data.records import FontUse, LaidOutRun, WrittenFonts
from bookbuilder.formats.pdf.run_data.runs import Run
from bookbuilder.runtime.cache import Cache, digest_of


class LayoutCache:
    """The laid-out runs of one book, by key.

    `circumstances` stands for all that they depend on but their text and pictures. `blobs` are the
    fonts and pictures of the runs by digest; `laid_out` are the runs that had to be laid out.
    """

    def __init__(self, assets: Mapping[str, Asset], circumstances: bytes, cache: Cache) -> None:
        self._assets = assets
        self._circumstances = circumstances
        self._cache = cache
        self._laid_out_runs: dict[str, LaidOutRun] = {}
        self._digests: dict[str, str] = {}
        self.blobs: dict[str, bytes] = {}
        self.laid_out: list[Run] = []

    @property
    def wants_records(self) -> bool:
        """Tell whether runs are kept for the next build."""
        return self._cache.remembers

    def key_of(self, text: bytes, start: int, has_leaf: bool) -> str:
        return digest_of(self._circumstances, text, f"{start} {has_leaf}".encode())

    def find(self, key: str) -> LaidOutRun | None:
        """Return the run that was laid out as `key` says, in this build or another."""
        if key not in self._laid_out_runs and (laid_out := self._recall(key)):
            self._laid_out_runs[key] = laid_out
        return self._laid_out_runs.get(key)

    def keep(
        self, key: str, run: Run, laid_out: LaidOutRun, record: bytes, blobs: Mapping[str, bytes]
    ) -> None:
        """Remember `run` as `laid_out`; for the next build too, if that worked."""
        self.blobs |= blobs
        self._laid_out_runs[key] = laid_out
        self.laid_out.append(run)
        if laid_out.failure is None and record:
            for digest, blob in blobs.items():
                self._cache.put(digest, blob)
            self._cache.put(key, record)

    def fonts_of(self, uses: Sequence[FontUse], write: Callable[[], WrittenFonts]) -> WrittenFonts:
        """Return fonts as they were written, in this build or another, or as `write` does."""
        name = digest_of(self._circumstances, b"fonts", pack_uses(uses))
        record = self._cache.get(name)
        if record is not None:
            with contextlib.suppress(BadRecordError):
                return unpack_fonts(record)
        fonts = write()
        self._cache.put(name, pack_fonts(fonts))
        return fonts

    def _recall(self, key: str) -> LaidOutRun | None:
        """Return a run from an earlier build, with its blobs, if it is whole and still true."""
        record = self._cache.get(key)
        if record is None:
            return None
        try:
            laid_out = unpack(record)
        except BadRecordError:
            return None
        if any(self._digest_of_asset(name) != digest for name, digest in laid_out.assets):
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

    def _digest_of_asset(self, name: str) -> str:
        if name not in self._digests:
            asset = self._assets.get(name)
            self._digests[name] = digest_of(asset.data) if asset else ""
        return self._digests[name]


def circumstances(
    versions: Iterable[str], styles: Sequence[tuple[str, str]], fonts: Iterable[tuple[str, bytes]]
) -> bytes:
    """Return a digest of all that a layout depends on but the text and its pictures.

    `versions` stand for the program and its libraries, `fonts` are the author's, with their names.
    """
    return digest_of(
        *(text.encode() for text in (sys.version, *versions)),
        *(text.encode("utf-8", "surrogatepass") for style in styles for text in style),
        *(piece for name, data in fonts for piece in (name.encode(), data)),
    ).encode()
