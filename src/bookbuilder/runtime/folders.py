"""Put a folder of finished files in its place, beside whatever else people keep there.

The folder has a record of the files that were written, with their checksums. By that, the next
folder replaces the files of the last one, and those alone.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from bookbuilder.runtime.files import read_own_file, sha256_of, write_atomically

RECORD = ".bookbuilder"
_FIRST_LINE = "Files that bookbuilder wrote here. It replaces them, and nothing else."
_LARGEST_RECORD = 20_000_000


class NotOursError(Exception):
    """Something is in the way that somebody else put there; `paths` are relative to the folder."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__(paths)
        self.paths = paths


def sums_of(folder: Path) -> dict[str, str]:
    """Return the checksums of all files in `folder`, by their paths in it, sorted."""
    return {name: sha256_of(folder / name) for name in sorted(_files_in(folder))}


def move_into_place(made: Path, folder: Path, spare: Path) -> None:
    """Move the files of the folder `made` to `folder`, and remove those of the last time there.

    All three lie on one file system; `spare` is a name for what is replaced. If all in `folder`
    was ours, it is exchanged as a whole. Else each file is, and what others put there stays.
    Raises `NotOursError`, before anything is changed, if a file of theirs is in the way.
    """
    new = sums_of(made)
    old = _recorded(folder)
    theirs = {name for name in _all_in(folder) if name not in old and name != RECORD}
    if in_the_way := sorted(_in_the_way(new, theirs, folder)):
        raise NotOursError(in_the_way)
    write_atomically(made / RECORD, _record(new))
    if os.path.lexists(folder) and (theirs or folder.is_symlink()):
        _move_files(made, folder, new, old)
        return
    is_there = os.path.lexists(folder)
    if is_there:
        folder.rename(spare)
    try:
        made.rename(folder)
    except OSError:
        if is_there:
            spare.rename(folder)
        raise


def _move_files(made: Path, folder: Path, new: Mapping[str, str], old: Mapping[str, str]) -> None:
    """Move file by file, the pages that lead to others last."""
    # Whoever is interrupted finds all that is ours in the record.
    write_atomically(folder / RECORD, _record(old) + _record(new))
    for name in sorted(new, key=lambda name: (name.count("/") == 0, name == "index.html")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).replace(folder / name)
    for name in old.keys() - new.keys():
        (folder / name).unlink(missing_ok=True)
        for parent in (folder / name).relative_to(folder).parents:
            with contextlib.suppress(OSError):  # something is in it
                if parent.parts:
                    (folder / parent).rmdir()
    write_atomically(folder / RECORD, _record(new))


def _in_the_way(new: Mapping[str, str], theirs: set[str], folder: Path) -> Iterator[str]:
    """Yield what is not ours where a new file, or a folder for one, has to be."""
    if os.path.lexists(folder) and not folder.is_dir():
        yield "."
    for name in new:
        places = [name, *(p.as_posix() for p in Path(name).parents if p.parts)]
        yield from (place for place in places if place in theirs)
        if (folder / name).is_dir() and name not in theirs:
            yield name


def _recorded(folder: Path) -> dict[str, str]:
    """Return the files in `folder` that are ours: in the record, and unchanged since."""
    try:
        lines = read_own_file(folder / RECORD, _LARGEST_RECORD).decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    if not lines or lines[0] != _FIRST_LINE:
        return {}
    found = {}
    for line in lines:
        digest, _, name = line.partition("  ")
        parts = name.split("/")
        if len(digest) != 64 or not all(parts) or ".." in parts:
            continue
        if not _passes_link(folder, parts) and sha256_of(folder / name) == digest:
            found[name] = digest
    return found


def _passes_link(folder: Path, parts: list[str]) -> bool:
    """Return whether a folder on the way to a file is a link, which could lead anywhere."""
    return any(folder.joinpath(*parts[:n]).is_symlink() for n in range(1, len(parts)))


def _record(sums: Mapping[str, str]) -> bytes:
    return "".join(
        f"{line}\n" for line in [_FIRST_LINE, *(f"{d}  {name}" for name, d in sums.items())]
    ).encode()


def _files_in(folder: Path) -> Iterator[str]:
    for place, _, files in os.walk(folder):
        for name in files:
            yield (Path(place) / name).relative_to(folder).as_posix()


def _all_in(folder: Path) -> Iterator[str]:
    """Yield all files in `folder`, the links to folders, and the folders that are empty."""
    for place, folders, files in os.walk(folder):
        here = Path(place)
        names = [*files, *(name for name in folders if (here / name).is_symlink())]
        if not (files or folders) and here != folder:
            yield here.relative_to(folder).as_posix()
        for name in names:
            yield (here / name).relative_to(folder).as_posix()
