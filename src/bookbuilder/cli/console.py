"""Print findings, progress, and failures that are not findings, to the terminal."""

from __future__ import annotations

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
from bookbuilder.cli.options import EXIT_BUG, EXIT_INTERRUPTED, Options, WrongUse

if TYPE_CHECKING:
    from bookbuilder.model.diagnostics import Diagnostic

SECONDS_BEFORE_PROGRESS = 1.0


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
            folder=shown(root if root.is_dir() else root.parent),
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
    bar.add_task(label, total=None)
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
        click.echo("interrupted", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except Exception as error:
        from bookbuilder.runtime.progress import THE_BUILD, place_of

        if options.verbose:
            traceback.print_exc()
        place = place_of(error)
        while_at = "" if place == THE_BUILD else f", at work on {place.name.rstrip(',')}"
        click.echo(
            f"bookbuilder {__version__} failed; this is a bug of its own, please report it"
            f"{'' if options.verbose else ' with what -v shows'}:"
            f" {' '.join(f'{type(error).__name__}: {error}'.split())}{while_at}",
            err=True,
        )
        sys.exit(EXIT_BUG)


@contextmanager
def unwritable_is_wrong_use(path: Path) -> Iterator[None]:
    """Turn the error that `path` cannot be written into a plain message."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        why = f"{error.strerror}"
        if isinstance(error, PermissionError) and path.is_file():
            why += "; it is unchanged. Is it open in another program?"
        raise WrongUse(f"cannot write {shown(path)}: {why}") from None


def shown(path: Path) -> str:
    """Return `path` from the working folder if one lies in the other, else in full."""
    here, there = Path.cwd(), path.resolve()
    if here.is_relative_to(there) or there.is_relative_to(here):
        return Path(os.path.relpath(there, here)).as_posix()
    return there.as_posix()
