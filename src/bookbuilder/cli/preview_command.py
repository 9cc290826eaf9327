"""Define `preview`, which shows the book in the browser while it is written."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bookbuilder.cli.console import no_traceback, say_bug, working_folder
from bookbuilder.cli.shared_options import (
    Options,
    WrongUse,
    edition_option,
    programs_option,
    translation_option,
)
from bookbuilder.cli.terminal import complain, say, shown
from bookbuilder.cli.watch_command import require_packages

if TYPE_CHECKING:
    from bookbuilder.cli.running import Work
    from bookbuilder.model.diagnostics import Report
    from bookbuilder.preview.resident import FailedError


@click.command()
@click.argument(
    "directory", metavar="[DIR]", required=False, type=click.Path(exists=True, path_type=Path)
)
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(1, 65535),
    help="The port; by default 8000, or the next that is free.",
)
@click.option(
    "--editor",
    metavar="NAME",
    default="",
    help="The editor that lines are opened in: vscode, cursor, zed, subl, gvim, emacsclient …",
)
@click.option("--drafts", is_flag=True, help="Bring in the chapters that are drafts.")
@edition_option
@translation_option
@programs_option
@click.option("-v", "--verbose", is_flag=True, help="Print tracebacks.")
def preview(
    directory: Path | None,
    opens: bool,
    port: int | None,
    editor: str,
    drafts: bool,
    edition: tuple[str, ...],
    translation: str | None,
    allow_programs: bool,
    verbose: bool,
) -> None:
    """Show the book in the browser, and follow every save.

    Shows the EPUB as a phone, an e-reader and a tablet do, the printed pages beside it, and all
    findings. The page can be reached from this machine only. Ctrl-C ends it.
    """
    options = Options(
        *(directory, None, drafts, (), False, "full", False, verbose, edition, translation),
        allow_programs=allow_programs,
    )
    with no_traceback(options):
        require_packages("preview")
        from bookbuilder.cli.running import run
        from bookbuilder.config import find_root
        from bookbuilder.config.book_folder import read_limits
        from bookbuilder.preview.editors import editor_for
        from bookbuilder.preview.jobs import Asked
        from bookbuilder.preview.server import serve
        from bookbuilder.runtime.child_process import run_bounded
        from bookbuilder.runtime.limits import LIMITS_TO_READ_LIMITS, LimitHit, Limits

        root = directory or find_root(working_folder())
        kinds = options.text_edition or "", options.pdf_edition or ""
        asked = Asked(root.resolve(), drafts, *kinds, translation or "", allow_programs)
        try:
            limits = run_bounded(lambda: read_limits(root), LIMITS_TO_READ_LIMITS)
        except (LimitHit, MemoryError):
            limits = Limits()

        if options.text_edition or translation:
            run(_check_text(options.text_edition or "", translation or ""), options, root)

        def ready(address: str) -> None:
            say(f"{shown(root)} is shown at {address}; Ctrl-C ends it")

        def failed(error: FailedError) -> None:
            say_bug(error, "" if verbose else " with what -v shows")
            for line in error.trace.splitlines() if verbose else ():
                complain(line)

        try:
            serve(
                asked,
                editor_for(editor),
                limits,
                port=port,
                opens=opens,
                ready=ready,
                complain=failed,
            )
        except OSError as error:
            raise WrongUse(f"cannot listen at port {port}: {error.strerror}") from None


def _check_text(edition: str, translation: str) -> Work:
    """Return what reports an edition or a language that is not there; the preview does the rest."""

    def work(root: Path, report: Report, _said: list[str]) -> None:
        from bookbuilder.config.book_folder import read_config
        from bookbuilder.config.editions import NO_SUCH_EDITION, settled
        from bookbuilder.config.schema import Config
        from bookbuilder.config.translations import NO_SUCH_TRANSLATION
        from bookbuilder.model.audience import EPUB, Audience
        from bookbuilder.model.diagnostics import BookError, Report

        config = Config(root)
        with contextlib.suppress(BookError):
            config = read_config(root.resolve(), Report())
        found = Report()
        settled(config, Audience(EPUB, edition, translation), found)
        for one in found:
            if one.rule in (NO_SUCH_EDITION, NO_SUCH_TRANSLATION):
                report.add(one.rule, one.message, one.span, one.hint)

    return work
