"""Write a folder of files as one, and delete nothing that was not written by us.

A new folder is made beside its place and moved there, so that nobody finds half of one. The list of
files that goes with it, `LIST`, says later what may be replaced and removed.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from bookbuilder.runtime.files import TEMPORARY, read_own_file

LIST = ".bookbuilder-files"
"""The name of the list: a line for each file, as `sha256sum` writes it."""
_LARGEST_LIST = 20_000_000
_LARGEST_FILE = 1_000_000_000
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


class NotOursError(OSError):
    """The folder holds files of somebody else where ours would have to be."""


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make `folder` hold `files`, by their names with `/`, in place of those written before.

    What else is in it stays, and so does a file of ours that is no longer wanted, if somebody has
    changed it. Raises `NotOursError`, and changes nothing, if there is a file of somebody else with
    one of the names, or if `folder` has files and none was written by us; and `OSError` if it
    cannot be written: what was there before stays then.
    """
    folder = Path(os.path.realpath(folder))
    before = _written_before(folder)
    for name in [
        name for name in before if name not in files and _is_changed(folder, name, before[name])
    ]:
        del before[name]
    _refuse_others(folder, files, before)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _folder_beside(folder) as staged:
        new = staged / "new"
        _write_all(new, {**files, LIST: _list_of(files)})
        if not folder.exists():
            new.rename(folder)
        elif _others_in(folder, before):
            _exchange_files(folder, new, staged / "old", [*files, LIST], before)
        else:
            _exchange_folders(folder, new, staged / "old", before)


def _list_of(files: Mapping[str, bytes]) -> bytes:
    lines = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
    return "".join(sorted(lines, key=lambda line: line[66:])).encode()


def _written_before(folder: Path) -> dict[str, str]:
    """Return the names of what we have written into `folder`, with digests; none if we have not."""
    try:
        text = read_own_file(folder / LIST, _LARGEST_LIST).decode("utf-8", "replace")
    except OSError:
        return {}
    found = filter(None, map(_LINE.fullmatch, text.split("\n")))
    return {m[2]: m[1] for m in found if _is_inside(folder, m[2])} | {LIST: ""}


def _is_changed(folder: Path, name: str, digest: str) -> bool:
    try:
        data = read_own_file(folder / name, _LARGEST_FILE)
    except OSError:
        return True
    return name != LIST and hashlib.sha256(data).hexdigest() != digest


def _is_inside(folder: Path, name: str) -> bool:
    """Return whether `name` leads to nothing outside `folder`, as one in a forged list might."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        return False
    return not any((folder / above).is_symlink() for above in path.parents if above.parts)


def _refuse_others(folder: Path, files: Mapping[str, bytes], before: Mapping[str, str]) -> None:
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise NotOursError(errno.ENOTDIR, "it is a file")
    if not before and any(folder.iterdir()):
        raise NotOursError(errno.EEXIST, "it holds files that bookbuilder has not written")
    for name in files:
        path = folder / name
        if name not in before and os.path.lexists(path) and not path.is_dir():
            raise NotOursError(errno.EEXIST, f"`{name}` in it was not written by bookbuilder")
        # A link in place of a folder of ours leads elsewhere.
        above = path.parent
        while above != folder:
            if above.is_symlink() or (above.exists() and not above.is_dir()):
                inner = above.relative_to(folder).as_posix()
                raise NotOursError(errno.EEXIST, f"`{inner}` in it was not made by bookbuilder")
            above = above.parent
        if path.is_dir():
            raise NotOursError(errno.EEXIST, f"`{name}` in it was not written by bookbuilder")


def _others_in(folder: Path, before: Mapping[str, str]) -> bool:
    """Return whether something in `folder` is not of ours: a file, a link or an empty folder."""
    for place, folders, names in os.walk(folder):
        inner = Path(place).relative_to(folder)
        if not folders and not names and inner.parts:
            return True
        if any(Path(place, name).is_symlink() for name in folders):
            return True
        if any((inner / name).as_posix() not in before for name in names):
            return True
    return False


@contextlib.contextmanager
def _folder_beside(folder: Path) -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix=TEMPORARY[0], suffix=TEMPORARY[1], dir=folder.parent))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir()
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


def _exchange_folders(folder: Path, new: Path, old: Path, before: Mapping[str, str]) -> None:
    """Put `new` in the place of `folder`, which goes to `old`, with nothing in it but ours."""
    new.chmod(folder.stat().st_mode & 0o7777)
    try:
        folder.rename(old)
        new.rename(folder)
    except BaseException:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise
    # Somebody may have written into it a moment ago.
    for name in before:
        with contextlib.suppress(OSError):
            (old / name).unlink()
    for place, _, names in os.walk(old):
        for name in names:
            left = Path(place, name)
            home = folder / left.relative_to(old)
            if not os.path.lexists(home):
                home.parent.mkdir(parents=True, exist_ok=True)
                left.rename(home)


def _exchange_files(
    folder: Path, new: Path, old: Path, names: list[str], before: Mapping[str, str]
) -> None:
    """Put the files of `new` into `folder`, and take out those that it had `before`.

    If that fails, all of it is undone.
    """
    moved: list[tuple[Path, Path]] = []

    def move(one: Path, to: Path) -> None:
        to.parent.mkdir(parents=True, exist_ok=True)
        one.rename(to)
        moved.append((one, to))

    try:
        for name in dict.fromkeys([*before, *names]):
            if os.path.lexists(folder / name):
                move(folder / name, old / name)
            if name in names:
                move(new / name, folder / name)
    except BaseException:
        for one, to in reversed(moved):
            to.rename(one)
        raise
    for name in before:
        above = (folder / name).parent
        while above != folder:
            try:
                above.rmdir()
            except OSError:
                break
            above = above.parent
