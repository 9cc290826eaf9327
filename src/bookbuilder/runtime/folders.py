"""Write a folder of files as one, and delete nothing that was not written by us.

A new folder is made beside its place and moved there, so that nobody finds half of one. The list of
files that goes with it, `LIST`, says later what may be replaced and removed.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from bookbuilder.runtime.files import read_own_file, write_atomically
from bookbuilder.runtime.scratch import scratch_folder
from bookbuilder.text.patterns import rare_pattern

LIST = ".bookbuilder-files"
"""The name of the list: a line for each file, as `sha256sum` writes it."""
_LARGEST_LIST = 20_000_000
_LARGEST_FILE = 1_000_000_000
_LINE = rare_pattern(r"([0-9a-f]{64})  (.+)")


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
    before = {
        name: digest
        for name, digest in _written_before(folder).items()
        if name in files or name == LIST or _digest_of(folder / name) == digest
    }
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    _refuse_others(folder, files, before)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with scratch_folder(folder.parent, _holds_others) as beside:
        new, old, copies = Path(beside, "new"), Path(beside, "old"), Path(beside, "copies")
        _write_all(new, {**files, LIST: _list_of(digests)})
        if not folder.exists():
            new.rename(folder)
        elif _others_in(folder, before):
            _exchange_files(folder, new, copies, digests, before)
        else:
            _exchange_folders(folder, new, old, before)


def _list_of(digests: Mapping[str, str]) -> bytes:
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()


def _written_before(folder: Path) -> dict[str, str]:
    """Return the names of our files in `folder`, with their digests when they were written."""
    try:
        text = read_own_file(folder / LIST, _LARGEST_LIST).decode("utf-8", "replace")
    except OSError:
        return {}
    found = {match[2]: match[1] for match in map(_LINE.fullmatch, text.split("\n")) if match}
    found[LIST] = ""
    return {name: found[name] for name in found if _is_file_inside(folder, name)}


def _digest_of(path: Path) -> str:
    try:
        return hashlib.sha256(read_own_file(path, _LARGEST_FILE)).hexdigest()
    except OSError:
        return ""


def _is_file_inside(folder: Path, name: str) -> bool:
    """Return whether `name` is a file in `folder`, and does not lead out as in a forged list."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        return False
    if any((folder / above).is_symlink() for above in path.parents if above.parts):
        return False
    return (folder / name).is_file() and not (folder / name).is_symlink()


def _refuse_others(folder: Path, files: Mapping[str, bytes], before: Mapping[str, str]) -> None:
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise NotOursError(errno.ENOTDIR, "it is a file")
    if not before and (others := sorted(path.name for path in folder.iterdir())):
        what = f"it holds files that bookbuilder has not written, such as `{others[0]}`"
        raise NotOursError(errno.EEXIST, what)
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


def _holds_others(beside: Path) -> bool:
    """Return whether a build that was killed has left files there that are not ours."""
    old = beside / "old"
    names = _written_before(old)
    found = (path for path in old.rglob("*") if path.is_symlink() or not path.is_dir())
    return any(path.relative_to(old).as_posix() not in names for path in found)


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
    folder: Path, new: Path, copies: Path, files: Mapping[str, str], before: Mapping[str, str]
) -> None:
    """Put the `files` of `new`, by their digests, into `folder`; take out those of `before`.

    At no time is one missing that is in both. If something fails, all of it is undone.
    """
    for name in before:
        (copies / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / name, copies / name)
    done: list[str] = []
    try:
        # If we are killed, the list has to name what is there by then.
        both = {**before, **files}
        write_atomically(folder / LIST, _list_of({n: both[n] for n in both if n != LIST}))
        for name in files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            done.append(name)
            (new / name).replace(folder / name)
        for name in before.keys() - files.keys() - {LIST}:
            done.append(name)
            (folder / name).unlink()
        (new / LIST).replace(folder / LIST)
    except BaseException:
        for name in done:
            with contextlib.suppress(OSError):
                if name in before:
                    (copies / name).replace(folder / name)
                else:
                    (folder / name).unlink()
        with contextlib.suppress(OSError):
            (copies / LIST).replace(folder / LIST)
        raise
    finally:
        _remove_empty(folder, [*before, *files])


def _remove_empty(folder: Path, names: Iterable[str]) -> None:
    """Remove the folders of `names` that are empty."""
    for name in names:
        for above in (folder / name).parents:
            if above == folder:
                break
            with contextlib.suppress(OSError):
                above.rmdir()
