"""Remember what a command has built: where nothing has changed since, there is nothing to do.

What is remembered under a digest of the command and the program: what was asked of files and the
answers, the files that were written, and the findings, which are said again.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

import bookbuilder.runtime.last_changes  # noqa: F401 - what it asks is recorded
from bookbuilder.model.diagnostics import Diagnostic
from bookbuilder.runtime.cache import digest_of, users_cache
from bookbuilder.runtime.files import read_own_file
from bookbuilder.runtime.installation import Stamp, installation, stamps
from bookbuilder.runtime.programs import find_program, identity_of
from bookbuilder.runtime.seen import Seen, is_still_so, with_outputs

LARGEST_OUTPUT = 1_000_000_000
LARGEST_CACHE = 20_000_000


class BuiltFile(Struct, frozen=True):
    """A file that was written: a digest of it, and what is said of it (`215 pages, 726 kB`)."""

    path: str
    digest: str
    summary: str


class Finished(Struct, frozen=True):
    """A command that was done, and all that it depended on."""

    seen: Seen
    libraries: list[Stamp]
    files: list[BuiltFile]
    diagnostics: list[Diagnostic]


def name_of_command(*said: object) -> str:
    """Return a name for what a command was told, done by this program and with these packages."""
    date = os.environ.get("SOURCE_DATE_EPOCH")
    graphviz = (dot := find_program("dot")) and identity_of(dot)
    program = [*said, date, graphviz, installation()]
    return digest_of(repr(program).encode("utf-8", "surrogatepass"))


def remember(
    name: str, seen: Seen, written: Mapping[Path, str], diagnostics: list[Diagnostic]
) -> None:
    """Keep under `name` that the files `written` were made, each with what is said of it."""
    libraries = _loaded_libraries()
    files = [BuiltFile(str(path.absolute()), _digest(path), said) for path, said in written.items()]
    if libraries is not None and all(file.digest for file in files):
        seen = with_outputs(seen, written)
        finished = Finished(seen, libraries, files, diagnostics)
        with contextlib.suppress(UnicodeEncodeError):  # a file's name that is not text
            cache = users_cache("finished")
            cache.put(name, msgspec.msgpack.encode(finished))
            cache.trim(LARGEST_CACHE)


def recall(name: str) -> Finished | None:
    """Return what was remembered under `name`, if it would come out the same today."""
    data = users_cache("finished").get(name)
    if data is None:
        return None
    try:
        finished = msgspec.msgpack.decode(data, type=Finished)
    except msgspec.DecodeError:
        return None
    libraries = list(stamps(Path(name) for name, *_ in finished.libraries))
    is_same = libraries == finished.libraries and is_still_so(finished.seen)
    if not (is_same and all(_digest(Path(f.path)) == f.digest for f in finished.files)):
        return None
    for file in finished.files:
        # As if they had been written, for `make` and its like.
        with contextlib.suppress(OSError):
            os.utime(file.path)
    return finished


def _loaded_libraries() -> list[Stamp] | None:
    """Return the libraries that this process has loaded; None where the system does not say."""
    try:
        maps = Path("/proc/self/maps").read_text("utf-8", "surrogateescape")
    except OSError:
        return None
    names = {line[line.index("/") :] for line in maps.splitlines() if ".so" in line and "/" in line}
    return list(stamps(map(Path, sorted(names))))


def _digest(path: Path) -> str:
    try:
        return digest_of(read_own_file(path, LARGEST_OUTPUT))
    except OSError:
        return ""
