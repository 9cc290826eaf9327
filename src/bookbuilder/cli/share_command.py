"""Define `bookbuilder share`: everything that is handed out of a book, in one folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bookbuilder.cli.console import (
    no_traceback,
    progress,
    unwritable_is_wrong_use,
    working_folder,
)
from bookbuilder.cli.shared_options import Options, reading, remote_pictures
from bookbuilder.cli.terminal import shown
from bookbuilder.config import find_root

if TYPE_CHECKING:
    from bookbuilder.model.diagnostics import Report

TIMES = 4
"""The book is laid out for paper and for the screen, by chapters, and its exercises once more."""


@click.command()
@reading
def share(**options: Any) -> None:
    """Make a folder to put on the web: a page, and all files.

    It is `share` in the book's output folder, and works without a server. Set the
    address where it will lie, `url` in [share] of book.toml. Nothing is uploaded.
    """
    from bookbuilder.cli.running import do, finish

    said = Options(**options)
    if said.edition:
        raise click.BadParameter(
            "`editions` in [share] of book.toml says what is shared.", param_hint="'--edition'"
        )

    if said.translation:
        raise click.BadParameter(
            "`translations` in [share] of book.toml says what is shared.",
            param_hint="'--translation'",
        )

    def work(root: Path, report: Report, lines: list[str]) -> None:
        from bookbuilder.share.making import Asked, share

        asked = Asked(root, said.part, said.drafts, remote_pictures(said))
        with unwritable_is_wrong_use(root / "dist" / "share"):
            folder, shelf = share(asked, report, lambda name: progress(f"Writing {name}", said))
        size = sum(file.size for file in shelf.files) / 1e6
        what = f"a page and {len(shelf.files)} files to download, {size:.1f} MB"
        lines.append(f"Wrote {shown(folder)}: {what}. Open {shown(folder / 'index.html')}")

    with no_traceback(said):
        root = said.directory or find_root(working_folder())
        finish(do(work, said, root, times=TIMES), root, said)
