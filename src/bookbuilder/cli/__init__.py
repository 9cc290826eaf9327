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
from bookbuilder.cli.build_commands import build, cover, epub, pdf, web, workbook
from bookbuilder.cli.changes_command import changes
from bookbuilder.cli.check_commands import check, doctor
from bookbuilder.cli.console import say_bug
from bookbuilder.cli.explain_command import explain
from bookbuilder.cli.guesses import command_for, option_for
from bookbuilder.cli.handout_commands import coursepack, handout
from bookbuilder.cli.new_command import new
from bookbuilder.cli.preview_command import preview
from bookbuilder.cli.share_command import share
from bookbuilder.cli.shared_options import EXIT_INTERRUPTED, EXIT_NOT_TOLD
from bookbuilder.cli.terminal import complain, loss_in, printable, say, unfailing_output
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
            _with_guess(error).show(told)
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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            meant = command_for(name, self.commands)
            hint = f" Did you mean `bookbuilder {meant}`?" if meant else ""
            ctx.fail(f"No such command '{printable(name)}'.{hint}")
        return super().resolve_command(ctx, args)


def _with_guess(error: click.ClickException) -> click.ClickException:
    """Return `error`, with what to write instead of an option that other tools have."""
    if isinstance(error, click.NoSuchOption) and (meant := option_for(error.option_name)):
        return click.UsageError(
            f"No such option: {error.option_name}. Did you mean `{meant}`?", error.ctx
        )
    return error


@click.group(cls=_CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bookbuilder", message="%(prog)s %(version)s")
def main() -> None:
    """Build books from folders of Markdown.

    DIR is a book's folder, or a single Markdown file. Without DIR, bookbuilder takes the working
    folder, or the nearest folder above it, that has a book.toml.
    """


@click.command(name="help")
@click.argument("command", required=False, metavar="[COMMAND]")
@click.pass_context
def help_command(context: click.Context, command: str | None) -> None:
    """Say what there is to say of a command, or list all of them."""
    above = context.parent
    assert above is not None
    text = main.get_help(above)
    if command is not None:
        name, found, _ = main.resolve_command(above, [command])
        assert found is not None
        with click.Context(found, info_name=name, parent=above) as inner:
            text = found.get_help(inner)
    for line in text.splitlines():
        say(line)


for command in (
    new,
    epub,
    pdf,
    cover,
    workbook,
    web,
    handout,
    coursepack,
    build,
    share,
    preview,
    watch,
    check,
    changes,
    explain,
    doctor,
    help_command,
):
    main.add_command(command)
