"""Print to a terminal, a pipe or a file: any of them may be closed, full or given up by its reader.

The work of a command does not depend on this. What cannot be printed is lost, and noted here, so
that the exit code tells of it. What comes from a book, or is the name of a file, is printed by
`say` and `complain`, or goes through `printable`: it must not move the cursor, turn text round or
pass for lines of ours.
"""

from __future__ import annotations

import errno
import io
import os
import select
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def say(line: str) -> None:
    """Print a line to stdout."""
    click.echo(printable(line))


def complain(line: str) -> None:
    """Print a line to stderr."""
    click.echo(printable(line), err=True)


def printable(text: str, keep: str = "") -> str:
    """Return `text` on one line, without what moves a terminal's cursor or turns its text.

    Characters in `keep` stay.
    """
    return "".join(
        c
        if c in keep or not _is_unprintable(c)
        else " "
        if c in "\n\t"
        else "\N{REPLACEMENT CHARACTER}"
        for c in text
    )


def _is_unprintable(char: str) -> bool:
    return (
        unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}
        or unicodedata.bidirectional(char) in _TURNING
    )


def shown(path: Path) -> str:
    """Return `path` as it is printed: from the working folder if one lies in the other."""
    return printable(from_here(path))


def from_here(path: Path) -> str:
    """Return `path` from the working folder if one lies in the other, else in full."""
    try:
        here = Path.cwd()
    except OSError:  # It has been removed.
        return path.absolute().as_posix() if path.is_absolute() else path.as_posix()
    there = path.resolve()
    if here.is_relative_to(there) or there.is_relative_to(here):
        return Path(os.path.relpath(there, here)).as_posix()
    return there.as_posix()


class _Outlet(io.RawIOBase):
    """Take everything for `sys.stdout` or `sys.stderr`, and note if it could not be printed."""

    def __init__(self, below: io.RawIOBase | None) -> None:
        self._below = below
        self.lost: OSError | None = None

    def write(self, data: ReadableBuffer, /) -> int:
        if self.lost is None:
            try:
                return self._pass_on(data)
            except OSError as error:
                self.lost = error
        return memoryview(data).nbytes

    def _pass_on(self, data: ReadableBuffer) -> int:
        if self._below is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        while (written := self._below.write(data)) is None:
            # Somebody who has the same pipe open has asked not to wait.
            select.select([], [self._below], [])
        return written

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._below is not None and self._below.isatty()

    def fileno(self) -> int:
        if self._below is None:
            raise io.UnsupportedOperation("fileno")
        return self._below.fileno()


@contextmanager
def unfailing_output() -> Iterator[list[_Outlet]]:
    """Let nothing that is printed to stdout or stderr fail; yields what tells of losses."""
    _occupy_closed_standard_files()
    before = sys.stdout, sys.stderr
    outlets = [_Outlet(_raw(stream)) for stream in before]
    sys.stdout, sys.stderr = (
        stream if stream is not None and _raw(stream) is None else _writing_to(outlet, stream)
        for outlet, stream in zip(outlets, before, strict=True)
    )
    try:
        yield outlets
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        sys.stdout, sys.stderr = before


def _raw(stream: TextIO | None) -> io.RawIOBase | None:
    """Return what is below a stream of the system; None for what stands in for one in tests."""
    buffer = getattr(stream, "buffer", None)
    raw = getattr(buffer, "raw", buffer)  # `python -u` has no buffer in between
    return raw if isinstance(raw, io.RawIOBase) else None


def _writing_to(outlet: _Outlet, like: TextIO | None) -> TextIO:
    """Return a stream like `like`, which prints as `\\xfc` what its encoding lacks."""
    return io.TextIOWrapper(
        io.BufferedWriter(outlet),
        encoding=like.encoding if like is not None else "utf-8",
        errors="backslashreplace",
        line_buffering=True,
    )


def _occupy_closed_standard_files() -> None:
    """Take the numbers of closed standard files: else the next file opened would be stdout."""
    while (handle := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(handle)


def loss_in(outlets: list[_Outlet]) -> str:
    """Return why something could not be printed; empty if nothing was lost that anybody wanted.

    Whoever closes the pipe, as `head` does, has read enough.
    """
    for name, outlet in zip(("stdout", "stderr"), outlets, strict=True):
        if outlet.lost is not None and outlet.lost.errno not in (errno.EPIPE, errno.ECONNRESET):
            return f"cannot print to {name}: {outlet.lost.strerror}"
    return ""
