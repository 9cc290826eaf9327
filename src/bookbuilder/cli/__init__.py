"""Run the command line: read options, call the library, print the result.

Modules that take long to import are imported by the functions that need them, so that `--help`
answers at once and `epub` works where WeasyPrint cannot be loaded.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from bookbuilder import __version__
from bookbuilder.cli.build_commands import build, cover, epub, pdf, workbook
from bookbuilder.cli.check_commands import check, doctor
from bookbuilder.cli.console import say_bug
from bookbuilder.cli.explain_command import explain
from bookbuilder.cli.new_command import new
from bookbuilder.cli.preview_command import preview
from bookbuilder.cli.shared_options import EXIT_INTERRUPTED, EXIT_NOT_TOLD
from bookbuilder.cli.terminal import complain, loss_in, unfailing_output
from bookbuilder.cli.watch_command import watch


class _CommandLine(click.Group):
    """All commands. However one ends, it ends with an exit code and without a traceback."""

    # Click's own has overloads for the mode in which it returns, which nobody uses here.
    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        with unfailing_output() as outlets:
            code = self._run(args, prog_name, **extra)
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            if why := loss_in(outlets):
                complain(f"bookbuilder {why}")
                code = code or EXIT_NOT_TOLD
        sys.exit(code)

    def _run(
        self, args: Sequence[str] | None, prog_name: str | None, **extra: Any
    ) -> int | str | None:
        try:
            done = super().main(args, prog_name, standalone_mode=False, **extra)
        except click.ClickException as error:
            told = io.StringIO()
            error.show(told)
            for line in told.getvalue().splitlines():
                complain(line)
            return error.exit_code
        except (KeyboardInterrupt, click.Abort):
            complain("interrupted")
            return EXIT_INTERRUPTED
        except SystemExit as end:
            return end.code
        except Exception as error:
            return say_bug(error)
        return done if isinstance(done, int) else 0


@click.group(cls=_CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bookbuilder", message="%(prog)s %(version)s")
def main() -> None:
    """Build books from folders of Markdown.

    DIR is a book's folder, or a single Markdown file. Without DIR, bookbuilder takes the working
    folder, or the nearest folder above it, that has a book.toml.
    """


for command in (new, epub, pdf, cover, workbook, build, preview, watch, check, explain, doctor):
    main.add_command(command)
