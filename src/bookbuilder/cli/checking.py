"""The command that checks and writes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bookbuilder.cli.console import progress, shown
from bookbuilder.cli.options import Options, reading
from bookbuilder.cli.running import run
from bookbuilder.diagnostics import Report


@click.command()
@reading
def check(**options: Any) -> None:
    """Check the book, and write nothing.

    Finds all that a build would find before pages are laid out, for the EPUB and the PDF.
    """
    _check_book(Options(**options))


def _check_book(options: Options) -> None:
    def work(root: Path, report: Report, said: list[str]) -> None:
        from bookbuilder.build import check
        from bookbuilder.render import summary

        with progress(f"Checking {shown(root)}", options):
            book = check(root, options.part, report)
        chapters = len(list(book.chapters))
        count = f"{chapters} chapter{'' if chapters == 1 else 's'}"
        said.append(f"{summary(report) or 'No findings'} in {count}")

    run(work, options)
