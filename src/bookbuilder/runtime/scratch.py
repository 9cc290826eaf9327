"""Folders for temporary files, which are gone after the build even if that is killed.

Each is locked by the processes that use it, for as long as one of them lives. The next build that
makes one removes those that nobody holds, however old they are.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bookbuilder.text.patterns import rare_pattern

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

PREFIX, SUFFIX = "bookbuilder-", ".tmp"
_NAME = rare_pattern(rf"{re.escape(PREFIX)}\w{{8}}{re.escape(SUFFIX)}", re.ASCII)


@contextlib.contextmanager
def scratch_folder(
    place: Path | None = None, is_wanted: Callable[[Path], bool] | None = None
) -> Iterator[str]:
    """Make a folder for temporary files that lasts as long as the context.

    It is in `place`, hidden, or where the system has its own. One that nobody holds stays there if
    it `is_wanted`. Raises `OSError` where there is no place for one.
    """
    hidden = "." if place else ""
    parent = str(place or tempfile.gettempdir())
    _remove_abandoned(parent, hidden, is_wanted)
    handle, folder = _new_folder(parent, hidden)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def use_scratch(folder: str) -> None:
    """Put the temporary files of this process into `folder`, and those of programs that it runs.

    Libraries are looked for with the help of a compiler, which has such files too.
    """
    tempfile.tempdir = os.environ["TMPDIR"] = folder


def _new_folder(parent: str, hidden: str) -> tuple[int | None, str]:
    """Make a folder, and lock it where that is possible: the lock ends with the handle."""
    while True:
        folder = tempfile.mkdtemp(prefix=hidden + PREFIX, suffix=SUFFIX, dir=parent)
        if fcntl is None:
            return None, folder
        try:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except FileNotFoundError:
            continue  # Somebody took it for abandoned before it was locked.
        with contextlib.suppress(OSError):  # Not all file systems have locks.
            fcntl.flock(handle, fcntl.LOCK_EX)
        if _is_at(folder, handle):
            return handle, folder
        os.close(handle)


def _remove_abandoned(place: str, hidden: str, is_wanted: Callable[[Path], bool] | None) -> None:
    """Remove folders of `_new_folder` that no process holds: only our user's, never links."""
    if fcntl is None:
        return
    with contextlib.suppress(OSError), os.scandir(place) as entries:
        for path in [entry.path for entry in entries if _is_ours(entry.name, hidden)]:
            with contextlib.suppress(OSError):
                handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    status = os.fstat(handle)
                    private = stat.S_IMODE(status.st_mode) == stat.S_IRWXU
                    ours = status.st_uid == os.geteuid() and private and _is_at(path, handle)
                    if ours and not (is_wanted and is_wanted(Path(path))):
                        shutil.rmtree(path, ignore_errors=True)
                finally:
                    os.close(handle)


def _is_ours(name: str, hidden: str) -> bool:
    return name.startswith(hidden) and bool(_NAME.fullmatch(name.removeprefix(hidden)))


def _is_at(path: str, handle: int) -> bool:
    try:
        return os.path.samestat(Path(path).lstat(), os.fstat(handle))
    except OSError:
        return False
