"""Define the commands that check and write nothing: `check` the book, `doctor` the machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bookbuilder import __version__
from bookbuilder.cli.console import no_traceback, progress, working_folder
from bookbuilder.cli.shared_options import Options, reading, remote_pictures
from bookbuilder.cli.terminal import printable, say, shown

if TYPE_CHECKING:
    from bookbuilder.model.diagnostics import Report

EXIT_CANNOT_BUILD = 1
# All other formats are PDFs and need no more than that one.
TRIED_FORMATS = ("epub", "pdf")


@click.command()
@click.option(
    "--built",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Check a finished EPUB or PDF.",
)
@click.option(
    "--release",
    is_flag=True,
    help="Build the book, check all that must be right before it is handed out, and say yes or no.",
)
@click.option("--online", is_flag=True, help="With --release: ask the web for every link to it.")
@click.option("--spelling", is_flag=True, help="Check spelling too, with hunspell.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --release: the page to write; by default NAME-release.html beside the files.",
)
@reading
def check(
    built: Path | None,
    release: bool,
    online: bool,
    spelling: bool,
    output: Path | None,
    **options: Any,
) -> None:
    """Check the book, and write nothing.

    Reports everything that building would report before it lays out pages.

    With --built, inspects a finished EPUB or PDF instead, and names the lines of the chapters
    that findings come from. EPUBs are also checked by EPUBCheck, if that is installed.

    With --release, builds the book as `build` does, checks text and files, and writes a page
    about it. The exit code is 0 if the book is ready to be handed out.
    """
    if not release and (online or output):
        given = "'--online'" if online else "'-o'"
        raise click.BadParameter("It is for --release.", param_hint=given)
    if built and spelling:
        raise click.BadParameter("It is for the text, not for a file.", param_hint="'--spelling'")
    if release and built:
        raise click.BadParameter("--release builds the files itself.", param_hint="'--built'")
    if release:
        from bookbuilder.cli.release_command import check_release

        if output and output.suffix.lower() not in (".html", ".htm"):
            wrong = f"{printable(str(output))} does not end in .html."
            raise click.BadParameter(wrong, param_hint="'-o'")
        check_release(Options(**options), output, online)
    elif built is None:
        _check_book(Options(**options), spelling)
    elif options["part"] is not None:
        raise click.BadParameter("A built book has no part to choose.", param_hint="'--part'")
    else:
        _check_built(built, Options(**options))


def _check_book(options: Options, spelling: bool) -> None:
    from bookbuilder.cli.running import run

    def work(root: Path, report: Report, said: list[str]) -> None:
        from bookbuilder.build import apply_levels, check_formats, read_for_all
        from bookbuilder.cli.render import summary

        with progress(f"Checking {shown(root)}", options):
            books = read_for_all(
                root,
                options.part,
                report,
                remote_pictures(options),
                drafts=options.drafts,
                edition=options.text_edition,
                translation=options.translation,
            )
            check_formats(books, report)
        if spelling:
            from bookbuilder.checks.spelling import check_spelling

            with progress(f"Reading the words of {shown(root)}", options):
                for book in books:
                    apply_levels(book, report)
                check_spelling(books, report)
        report.raise_for_errors()
        chapters = len(list(books[0].chapters))
        count = f"{chapters} chapter{'' if chapters == 1 else 's'}"
        said.append(f"{summary(report) or 'No findings'} in {count}")

    run(work, options)


def _check_built(path: Path, options: Options) -> None:
    with no_traceback(options):
        from bookbuilder.checks.built_files import check_built, find_sources, is_epub
        from bookbuilder.checks.epubcheck import Message, NotRunError, check
        from bookbuilder.cli.running import run

        def work(root: Path, report: Report, said: list[str]) -> None:
            from bookbuilder.cli.render import summary

            said_by_it: list[Message] | NotRunError = []
            if is_epub(path):
                try:
                    with progress(f"EPUBCheck reads {path.name}", options):
                        said_by_it = check(path)
                except NotRunError as error:
                    said_by_it = error
            with progress(f"Checking {path.name}", options):
                wanted = options.text_edition, options.translation
                check_built(path, root, said_by_it, report, *wanted)
            said.append(f"{summary(report) or 'No findings'} in {shown(path)}")

        root = options.directory or find_sources(path, working_folder())
        run(work, options, root)


@click.command()
def doctor() -> None:
    """List what building books needs, and say what is missing on this machine.

    The exit code is 0 if both EPUB and PDF can be built here, else 1. Nothing is downloaded.
    """
    import platform

    from bookbuilder.checks.machine import facts, trial

    say(f"bookbuilder {__version__} on {platform.platform()}")
    for fact in facts():
        say(f"  {fact.state:9} {fact.what}")
        for line in fact.hint.split("; "):
            if line:
                say(f"{'':12}{line}")
    say("")
    failed = False
    for name in TRIED_FORMATS:
        why = trial(name)
        failed |= bool(why)
        say(f"{name.upper()}: {f'cannot be built here: {why}' if why else 'can be built here'}")
    if failed:
        sys.exit(EXIT_CANNOT_BUILD)
