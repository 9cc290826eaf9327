"""Read and write files safely: bounded reads, and writes that never leave half a file.

This is the one door to the files that a book names. Whoever reads one, lists a folder or asks
whether there is something asks `is_inside` first, so that neither the book nor a message tells of
what lies elsewhere; `tests/test_one_door.py` lists who may do without.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from bookbuilder.runtime.seen import recorded

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LARGEST_TEXT = 8_000_000
DEEPEST_FOLDER = 50
TEMPORARY = ".bookbuilder-", ".tmp"
# Windows has the one, the others the other; Python closes what it opens in child processes.
_NO_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_OPENS_FROM_FOLDERS = os.open in os.supports_dir_fd
# A folder that may be passed through need not be one that may be listed.
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_PATH", 0)


def write_atomically(path: Path, data: bytes) -> None:
    """Replace `path` by `data` in one step; on any failure what was there before stays.

    Temporary files that a killed build left in the folder are removed; those that another build is
    writing stay.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(path.parent)
    handle, temporary = _new_temporary(path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)
            mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
            temporary.chmod(mode)
            if fcntl is not None:
                # While it is locked: nobody may take it for abandoned. Windows moves closed files.
                temporary.replace(path)
        if fcntl is None:
            temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def create_file(path: Path, data: bytes) -> bool:
    """Write `data` to a new file `path`; return False, and change nothing, if something is there.

    A link that leads nowhere counts as something.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        return False
    return True


def _new_temporary(folder: Path) -> tuple[int, Path]:
    """Create a file in `folder`, locked for as long as it is open."""
    while True:
        # Not after the output, whose name may be as long as names can be.
        handle, name = tempfile.mkstemp(prefix=TEMPORARY[0], suffix=TEMPORARY[1], dir=folder)
        with contextlib.suppress(OSError):
            if fcntl is not None:
                fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle, Path(name)
        os.close(handle)  # somebody took it for abandoned before it was locked


def _remove_abandoned(folder: Path) -> None:
    """Remove files of `_new_temporary` that no process has open."""
    for path in folder.glob("*".join(TEMPORARY)):
        with contextlib.suppress(OSError):
            if fcntl is None:
                path.unlink()  # which Windows refuses while it is open
                continue
            handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | _NO_WAITING)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
            finally:
                os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@recorded
def is_inside(path: Path, *folders: Path) -> bool:
    """Return whether `path` lies in one of `folders` once symbolic links are resolved.

    Nothing needs to be there. A link that leads to itself leads nowhere else.
    """
    try:
        resolved = os.path.normcase(os.path.realpath(path))
        return any(_is_below(resolved, os.path.realpath(folder)) for folder in folders)
    except (OSError, ValueError):
        return False


def _is_below(resolved: str, folder: str) -> bool:
    # Without paths as objects: a folder without a book.toml is asked some hundred times.
    folder = os.path.normcase(folder)
    return resolved == folder or resolved.startswith(folder.rstrip(os.sep) + os.sep)


def name_of(path: Path, root: Path) -> str:
    """Return what messages call `path`: relative to the book's folder `root`, with `/`."""
    try:
        return Path(os.path.relpath(path, root)).as_posix()
    except ValueError:
        return path.as_posix()


def folded(name: str) -> str:
    """Return `name` as file systems of Windows and macOS compare it: ignoring case and encoding."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


@recorded
def is_file(path: Path) -> bool:
    """Return whether `path` is an ordinary file; False for names that no file can have."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


@recorded
def is_there(path: Path) -> bool:
    """Return whether there is something of this name, if only a link that leads nowhere."""
    return os.path.lexists(path)


@recorded
def is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


@recorded
def changed_at(path: Path, *folders: Path) -> float:
    """Return when `path`, in one of `folders`, was written last; 0 if that cannot be told."""
    try:
        return path.stat().st_mtime if is_inside(path, *folders) else 0
    except (OSError, ValueError):
        return 0


@recorded
def entries_of(folder: Path, *folders: Path) -> list[os.DirEntry[str]]:
    """Return what is in `folder`, which must lie in one of `folders`, in no order.

    Raises `OSError`, in plain words, if it lies elsewhere or cannot be read.
    """
    if not is_inside(folder, *folders):
        raise OSError(errno.EACCES, "it lies outside the book's folder")
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except ValueError:
        raise OSError(errno.EINVAL, "no folder can have this name") from None


def names_in(folder: Path, *folders: Path) -> list[str]:
    """Return the sorted names in `folder`; none if it lies outside `folders` or cannot be read.

    Hints that name files are made of these.
    """
    try:
        return sorted(entry.name for entry in entries_of(folder, *folders))
    except OSError:
        return []


def files_below(folder: Path, *folders: Path, depth: int = 0) -> Iterator[Path]:
    """Yield what is in `folder` and not a folder itself, then what is below, sorted by name.

    Hidden folders, and those that links lead to, are left out. What is yielded may be a link.
    """
    try:
        entries = sorted(entries_of(folder, *folders), key=lambda entry: entry.name)
    except OSError:
        return
    below = []
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            below.append(Path(entry.path))
        else:
            yield Path(entry.path)
    for path in below:
        if depth < DEEPEST_FOLDER and not path.name.startswith("."):
            yield from files_below(path, *folders, depth=depth + 1)


def read_own_file(path: Path, largest: int) -> bytes:
    """Return the bytes of a file that bookbuilder has written, which is never a link.

    Raises `OSError` as `read_file` does, but does not even open what is no ordinary file. Nothing
    depends on it that a later build would have to ask for again, so it is not recorded.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        raise OSError(errno.EINVAL, "it is no ordinary file")
    return _read(path, largest, None)


@recorded
def read_file(
    path: Path, largest: int = LARGEST_TEXT, folders: Sequence[Path] | None = None
) -> bytes:
    """Return the bytes of an ordinary file. Opening a pipe or a device does not wait for it.

    With `folders`, it must lie in one of them once symbolic links are resolved. Whoever exchanges
    it, or a folder on the way to it, for a link in the meantime is refused.

    Raises `OSError`, in plain words, for anything else and for more than `largest` bytes.
    """
    return _read(path, largest, folders)


def _read(path: Path, largest: int, folders: Sequence[Path] | None) -> bytes:
    try:
        if folders is None:
            handle = os.open(path, os.O_RDONLY | _NO_WAITING)
        else:
            handle = _open_inside(path.resolve(), [folder.resolve() for folder in folders])
    except (ValueError, RuntimeError):
        raise OSError(errno.EINVAL, "no file can have this name") from None
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "it is not an ordinary file")
        data = file.read(largest + 1)
    if len(data) > largest:
        raise OSError(errno.EFBIG, f"it is larger than {largest:,} bytes")
    return data


def _open_inside(path: Path, folders: Sequence[Path]) -> int:
    """Open `path`, which is resolved, from that of `folders` that holds it, following no link.

    Where the system opens nothing from folders that are open (Windows), links in place of folders
    are followed.
    """
    folder = next((f for f in folders if path.is_relative_to(f) and path != f), None)
    if folder is None:
        raise OSError(errno.EACCES, "it lies outside the book's folder")
    last = os.O_RDONLY | _NO_WAITING | _NO_LINK
    if not _OPENS_FROM_FOLDERS:
        return os.open(path, last)
    *between, name = path.relative_to(folder).parts
    handle = os.open(folder, _FOLDER)
    try:
        for part in between:
            inner = os.open(part, _FOLDER | _NO_LINK, dir_fd=handle)
            os.close(handle)
            handle = inner
        return os.open(name, last, dir_fd=handle)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise OSError(error.errno, "it was exchanged while it was being read") from None
        raise
    finally:
        os.close(handle)


def read_text(path: Path, folders: Sequence[Path] | None = None) -> str:
    """Return the text of a UTF-8 file, byte order mark dropped, newlines as `\\n`.

    Raises `UnicodeDecodeError` where the bytes are not UTF-8, and `OSError` as `read_file` does.
    """
    text = read_file(path, folders=folders).decode("utf-8-sig")
    return text.replace("\r\n", "\n").replace("\r", "\n")
