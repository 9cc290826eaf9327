"""Define options that several commands share, and exit codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bookbuilder.cli.completion import editions, parts, rules, translations
from bookbuilder.cli.terminal import printable

if TYPE_CHECKING:
    from bookbuilder.runtime.remote_pictures import RemotePictures

PDF_EDITIONS = ("print", "screen")
EXIT_ERRORS_IN_BOOK = 1
EXIT_BUG = 1
EXIT_NOT_TOLD = 1
EXIT_WRONG_USE = 2
EXIT_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Options:
    """The options of every command that reads a book."""

    directory: Path | None
    part: int | None
    drafts: bool
    deny: tuple[str, ...]
    fetch_remote_images: bool
    message_format: str
    quiet: bool
    verbose: bool
    edition: tuple[str, ...] = ()
    translation: str | None = None
    allow_programs: bool = False

    @property
    def text_edition(self) -> str | None:
        """Return the edition of book.toml that is asked for, if any."""
        return next((name for name in self.edition if name not in PDF_EDITIONS), None)

    @property
    def pdf_edition(self) -> str | None:
        """Return `print` or `screen`, if a PDF for that is asked for."""
        return next((name for name in self.edition if name in PDF_EDITIONS), None)


class WrongUse(click.ClickException):
    """The command cannot be done as it was given, whatever is in the book."""

    exit_code = EXIT_WRONG_USE

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


def _one_of_each(
    _context: click.Context, _option: click.Parameter, names: tuple[str, ...]
) -> tuple[str, ...]:
    for kind in (True, False):
        if len({name for name in names if (name in PDF_EDITIONS) == kind}) > 1:
            raise click.BadParameter("One edition at a time; `build --all` builds all of them.")
    return names


def _allow_programs(_context: click.Context, _option: click.Parameter, allowed: bool) -> bool:
    """Let this process, and those that it forks, run what book.toml names, or let it not."""
    from bookbuilder.runtime.programs import allow_programs

    allow_programs(allowed)
    return allowed


programs_option = click.option(
    "--allow-programs",
    is_flag=True,
    callback=_allow_programs,
    help="Run the programs that book.toml names for diagrams.",
)


edition_option = click.option(
    "--edition",
    metavar="NAME",
    multiple=True,
    callback=_one_of_each,
    shell_complete=editions,
    help="Use this edition of book.toml; for a PDF, also print or screen.",
)


translation_option = click.option(
    "--translation",
    metavar="LANGUAGE",
    shell_complete=translations,
    help="Use this translation of book.toml, such as de; the book's own language means the book.",
)


def reading(command: Callable[..., None]) -> Callable[..., None]:
    """Add the argument and the options of every command that reads a book."""
    command = click.option(
        "--part",
        metavar="N",
        shell_complete=parts,
        type=click.IntRange(min=0),
        help="Use part N alone, as a volume of its own.",
    )(reading_options(command))
    return click.argument(
        "directory",
        metavar="[DIR]",
        required=False,
        type=click.Path(exists=True, path_type=Path),
    )(command)


def reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of every command that reads a book, but for `--part`."""
    for decorate in (
        click.option("-v", "--verbose", is_flag=True, help="Print more, including tracebacks."),
        click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors."),
        click.option(
            "--message-format",
            type=click.Choice(["full", "concise", "json", "github"]),
            default="full",
            show_default=True,
            help="How problems are printed.",
        ),
        click.option(
            "--fetch-remote-images",
            is_flag=True,
            help="Download pictures from the web into the book.",
        ),
        programs_option,
        click.option(
            "--deny",
            metavar="RULE",
            shell_complete=rules,
            multiple=True,
            help="Turn findings of RULE into errors; `warnings` means all warnings.",
        ),
        click.option(
            "--drafts",
            is_flag=True,
            help="Bring in the chapters that are drafts.",
        ),
        translation_option,
        edition_option,
    ):
        command = decorate(command)
    return command


def remote_pictures(options: Options) -> RemotePictures | None:
    """Return what downloads pictures from the web, if that was asked for."""
    if not options.fetch_remote_images:
        return None
    from bookbuilder.runtime.cache import users_cache
    from bookbuilder.runtime.remote_pictures import RemotePictures

    return RemotePictures(users_cache("pictures"))


output_option = click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; by default one in the book's dist folder.",
)

two_up_option = click.option(
    "--two-up",
    is_flag=True,
    default=None,
    help="Put two pages beside each other on each sheet of paper.",
)

large_option = click.option(
    "--large", is_flag=True, default=None, help="Set large print: type of 18 points."
)

no_cache_option = click.option(
    "--no-cache",
    is_flag=True,
    help="Lay out every page again; do not use or keep laid out pages.",
)
