"""Remember data from one build to the next, in the user's own cache folder.

Names are digests of all that the data was made from, so nothing there is ever out of date. Every
file holds a digest of its content: one that was cut off or changed counts as missing. A folder that
cannot be read or written counts as empty.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from pathlib import Path

from bookbuilder.runtime.files import read_own_file

LARGEST_FILE = 300_000_000
LARGEST_CACHE = 500_000_000
_MAGIC = b"bookbuilder 1\n"
_DIGEST = hashlib.sha256


def digest_of(*data: bytes) -> str:
    """Return a digest of `data` in hexadecimal digits, for use as a name."""
    total = _DIGEST()
    for piece in data:
        total.update(len(piece).to_bytes(8, "big"))
        total.update(piece)
    return total.hexdigest()


class Cache:
    """Data by name in `folder`; names are hexadecimal. Without a folder, nothing is remembered."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    @property
    def remembers(self) -> bool:
        return self._folder is not None

    def get(self, name: str) -> bytes | None:
        if self._folder is None or not _is_own(self._folder):
            return None
        path = self._path(name)
        try:
            data = read_own_file(path, LARGEST_FILE)
        except OSError:
            return None
        head = len(_MAGIC) + _DIGEST().digest_size
        content = data[head:]
        if data[:head] != _MAGIC + _DIGEST(content).digest():
            return None
        with contextlib.suppress(OSError):
            # The time of last use: `trim` drops what has not been used for longest.
            os.utime(path)
        return content

    def put(self, name: str, content: bytes) -> None:
        if self._folder is None or len(content) > LARGEST_FILE - 1000:
            return
        path = self._path(name)
        temporary = None
        try:
            _make_private(path.parent)
            if not _is_own(self._folder):
                return
            handle, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(_MAGIC + _DIGEST(content).digest() + content)
            Path(temporary).replace(path)
        except OSError:
            if temporary is not None:
                with contextlib.suppress(OSError):
                    Path(temporary).unlink()

    def trim(self, largest: int = LARGEST_CACHE) -> None:
        """Drop what was not used for longest, until no more than `largest` bytes are left."""
        if self._folder is None:
            return
        found = []
        for path in self._folder.glob("??/*"):
            with contextlib.suppress(OSError):
                status = path.lstat()
                found.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= largest:
                return
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size

    def _path(self, name: str) -> Path:
        assert self._folder is not None
        return self._folder / name[:2] / name[2:]


def _make_private(folder: Path) -> None:
    """Make `folder` and what is missing above it, for nobody else to write to or look into."""
    if not folder.is_dir():
        _make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _is_own(folder: Path) -> bool:
    """Return whether the user alone decides what is in `folder`, so that it can be believed.

    It may be missing. Windows keeps the folders of users apart by itself.
    """
    try:
        status = folder.stat()
    except OSError:
        return True
    return os.name == "nt" or (status.st_uid == os.geteuid() and not status.st_mode & stat.S_IWOTH)


def users_cache(kind: str) -> Cache:
    """Return the user's cache for data of one `kind`, in the system's place for caches."""
    from platformdirs import user_cache_path

    try:
        return Cache(user_cache_path("bookbuilder", appauthor=False) / kind)
    except (OSError, RuntimeError):
        return Cache(None)
