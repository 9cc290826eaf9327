"""Print findings, progress, and failures that are not findings, to the terminal."""

from __future__ import annotations

import errno
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bookbuilder import __version__
from bookbuilder.cli.shared_options import (
    EXIT_BUG,
    EXIT_INTERRUPTED,
    EXIT_WRONG_USE,
    Options,
    WrongUse,
)
from bookbuilder.cli.terminal import complain, from_here, printable, shown

if TYPE_CHECKING:
    from bookbuilder.model.diagnostics import Diagnostic

SECONDS_BEFORE_PROGRESS = 1.0
# Of whatever is read or written: no fault of the book, and none of bookbuilder's.
_MACHINES_REFUSALS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.EIO}
)


def show(diagnostics: list[Diagnostic], root: Path, options: Options) -> None:
    """Print `diagnostics` to stderr, with paths from the working folder."""
    if options.quiet:
        from bookbuilder.model.diagnostics import Severity

        diagnostics = [d for d in diagnostics if d.severity is Severity.ERROR]
    if diagnostics:
        from bookbuilder.cli.render import MessageFormat, render

        text = render(
            diagnostics,
            MessageFormat(options.message_format),
            color=sys.stderr.isatty() and not os.environ.get("NO_COLOR"),
            folder=from_here(root if root.is_dir() else root.parent),
        )
        click.echo(text, err=True, nl=False)


@contextmanager
def progress(label: str, options: Options) -> Iterator[None]:
    """Show a spinner on a terminal's stderr if the work takes more than a second."""
    if options.quiet or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn()
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    bar.add_task(printable(label), total=None)
    timer = threading.Timer(SECONDS_BEFORE_PROGRESS, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        bar.stop()


@contextmanager
def no_traceback(options: Options) -> Iterator[None]:
    """Print a short message instead of a traceback, which only `-v` shows."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit):
        raise
    except KeyboardInterrupt:
        complain("interrupted")
        sys.exit(EXIT_INTERRUPTED)
    except Exception as error:
        if options.verbose:
            for line in traceback.format_exc().splitlines():
                complain(line)
        sys.exit(say_bug(error, "" if options.verbose else " with what -v shows"))


def say_bug(error: Exception, with_what: str = "") -> int:
    """Say that bookbuilder itself failed, or the machine; return the exit code for that."""
    from bookbuilder.runtime.progress import THE_BUILD, place_of

    if isinstance(error, OSError) and error.errno in _MACHINES_REFUSALS:
        where = f": {shown(Path(error.filename))}" if isinstance(error.filename, str) else ""
        complain(f"Error: the system refuses to go on: {error.strerror}{where}")
        return EXIT_WRONG_USE
    place = place_of(error)
    while_at = "" if place == THE_BUILD else f", at work on {place.name.rstrip(',')}"
    complain(
        f"bookbuilder {__version__} failed; this is a bug of its own, please report it{with_what}:"
        f" {' '.join(f'{type(error).__name__}: {error}'.split())}{while_at}"
    )
    return EXIT_BUG


@contextmanager
def unwritable_is_wrong_use(path: Path) -> Iterator[None]:
    """Turn the error that `path` cannot be written into a plain message."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        why = f"{error.strerror}"
        if isinstance(error.filename, str):
            there, folder = Path(error.filename).absolute(), path.absolute().parent
            if folder != there.parent and not folder.is_relative_to(there):  # a temporary file, say
                raise WrongUse(f"cannot write {shown(there)}: {why}") from None
        if isinstance(error, PermissionError) and path.is_file():
            why += "; it is unchanged. Is it open in another program?"
        raise WrongUse(f"cannot write {shown(path)}: {why}") from None


def working_folder() -> Path:
    """Return the working folder, which may have been removed: then that is wrong use."""
    try:
        return Path.cwd()
    except OSError as error:
        raise WrongUse(f"there is no working folder: {error.strerror}") from None
