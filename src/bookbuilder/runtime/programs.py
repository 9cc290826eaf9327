"""Say whether programs that a book names may be run, and find programs of the machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_allowed = False


def allow_programs(allowed: bool) -> None:
    """Allow this process, and those that it starts, to run what book.toml names; or no longer.

    Only the command line says so: a book may come from anybody.
    """
    global _allowed  # noqa: PLW0603
    _allowed = allowed


def programs_allowed() -> bool:
    return _allowed


def find_program(name: str, not_in: Path | None = None) -> str | None:
    """Return the path of a program on the PATH, or of one that is named by its whole path.

    The folder `not_in`, the book's, is never looked into, whatever the PATH says.
    """
    if Path(name).is_absolute():
        return name if os.access(name, os.X_OK) and Path(name).is_file() else None
    if Path(name).name != name:
        return None
    parts = os.environ.get("PATH", "").split(os.pathsep)
    folders = [part for part in parts if Path(part).is_absolute()]
    found = shutil.which(name, path=os.pathsep.join(folders)) if folders else None
    if found is None or not Path(found).is_absolute():
        return None
    if not_in is not None and Path(found).resolve().is_relative_to(not_in.resolve()):
        return None
    return found


def identity_of(path: str) -> bytes:
    """Return what tells a program from another version of it."""
    try:
        status = Path(path).stat()
    except OSError:
        return path.encode("utf-8", "surrogateescape")
    return f"{path} {status.st_size} {status.st_mtime_ns}".encode("utf-8", "surrogateescape")
