"""Run the work of a command: within the book's limits, with all findings shown and an exit code."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from bookbuilder.cli.console import no_traceback, show, working_folder
from bookbuilder.cli.shared_options import EXIT_ERRORS_IN_BOOK, EXIT_WRONG_USE, Options, WrongUse
from bookbuilder.cli.terminal import say
from bookbuilder.config import find_root
from bookbuilder.model.diagnostics import BookError, Diagnostic, Level, Levels, Report

if TYPE_CHECKING:
    from bookbuilder.runtime.limits import Limits

Work = Callable[[Path, Report, list[str]], Any]
"""Works on the book in a folder; lines to print at the end go to the list."""


class Done(Struct, frozen=True):
    """The result: `said` are lines to print; `failure` is a bug, not an error in the book.

    `value` is what the work returned.
    """

    diagnostics: list[Diagnostic]
    said: list[str]
    exit_code: int
    failure: Exception | None = None
    value: Any = None


def run(work: Work, options: Options, root: Path | None = None) -> None:
    """Do `work` on the book that `options` name, and print the result; exit if it fails.

    Without a `root`, the book is looked for from the working folder upwards.
    """
    with no_traceback(options):
        root = options.directory or root or find_root(working_folder())
        finish(do(work, options, root), root, options)


def do(work: Work, options: Options, root: Path, times: int = 1, seconds: int = 0) -> Done:
    """Do `work` on the book in `root` within its limits, or `times` as much; return the result.

    It may take so many `seconds` more, in which it waits for others.
    """
    from bookbuilder.config.book_folder import read_limits
    from bookbuilder.runtime.child_process import run_bounded
    from bookbuilder.runtime.limits import LIMITS_TO_READ_LIMITS, LimitHit, report_limit

    report = Report(asked=_levels(options.deny))
    limits = LIMITS_TO_READ_LIMITS
    try:
        limits = run_bounded(lambda: read_limits(root), limits)
        limits = replace(
            limits,
            seconds=times * limits.seconds and times * limits.seconds + seconds,
            cpu_seconds=times * limits.cpu_seconds,
        )
        return run_bounded(lambda: _run(work, root, report, limits), limits)
    except (LimitHit, MemoryError) as hit:
        report_limit(hit, limits, report)
        return Done(list(report), [], EXIT_ERRORS_IN_BOOK)
    except OSError as error:
        # Of the machine: what the work itself meets is in what it returns.
        where = f": {error.filename}" if error.filename else ""
        raise WrongUse(f"cannot start the work: {error.strerror}{where}") from None


def finish(done: Done, root: Path, options: Options) -> None:
    """Print what was found and said; raise what failed, or exit with the code for it."""
    show(done.diagnostics, root, options)
    if not options.quiet:
        for line in done.said:
            say(line)
    if done.failure:
        raise done.failure
    if done.exit_code:
        sys.exit(done.exit_code)


def _run(work: Work, root: Path, report: Report, limits: Limits) -> Done:
    from bookbuilder.runtime.limits import LimitHit, disarm_limits, report_limit

    # Beautiful Soup would load these, for selectors and for a parser that nothing here asks it for.
    sys.modules.setdefault("soupsieve", ModuleType("soupsieve"))
    sys.modules.setdefault("html5lib", None)  # type: ignore[arg-type]
    said: list[str] = []
    failure: Exception | None = None
    value: Any = None
    try:
        value = work(root, report, said)
    except BookError as error:
        try:
            report.take(error)
        except BookError:
            failure = error
    except (LimitHit, MemoryError) as error:
        disarm_limits()
        report_limit(error, limits, report)
    except Exception as error:
        error.add_note(traceback.format_exc())
        failure = error
    code = exit_code(report.errors) if report.errors else 0
    return Done(list(report), said, code, failure, value)


def exit_code(errors: Iterable[Diagnostic]) -> int:
    """Return the code for `errors`, by whether a change of the book could mend them."""
    is_books_fault = all(found.rule.is_books_fault for found in errors)
    return EXIT_ERRORS_IN_BOOK if is_books_fault else EXIT_WRONG_USE


def _levels(denied: tuple[str, ...]) -> Levels:
    """Return the levels that `--deny` asks for."""
    if not denied:
        return {}
    from bookbuilder.config.levels import read_levels
    from bookbuilder.model.source import Span

    wrong = Report()
    levels = read_levels({Level.DENY: denied}, lambda level, name: Span("--deny"), wrong)
    for found in wrong:
        raise WrongUse(f"--deny: {found.message}; {found.hint}")
    return levels
