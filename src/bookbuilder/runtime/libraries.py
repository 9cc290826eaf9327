"""Know which libraries of the system a build has loaded, in all of its processes."""

from __future__ import annotations

from pathlib import Path

_of_workers: set[str] = set()


def libraries_here() -> frozenset[str] | None:
    """Return the libraries that this process has loaded; None where the system does not say."""
    try:
        maps = Path("/proc/self/maps").read_text("utf-8", "surrogateescape")
    except OSError:
        return None
    lines = (line for line in maps.splitlines() if ".so" in line and "/" in line)
    return frozenset(line[line.index("/") :] for line in lines)


def note_libraries(names: frozenset[str] | None) -> None:
    """Count what a worker has loaded among the libraries of this build."""
    _of_workers.update(names or ())


def libraries_loaded() -> list[str] | None:
    """Return the libraries that this process and its workers have loaded, if they are known."""
    own = libraries_here()
    return None if own is None else sorted(own | _of_workers)
