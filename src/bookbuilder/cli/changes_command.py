"""Define the command that says what has changed since another version of the book."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bookbuilder.cli.console import no_traceback, progress, unwritable_is_wrong_use, working_folder
from bookbuilder.cli.shared_options import Options, WrongUse, reading, remote_pictures
from bookbuilder.cli.terminal import printable, say, shown
from bookbuilder.config import find_root

if TYPE_CHECKING:
    from bookbuilder.book import Book
    from bookbuilder.model.diagnostics import Report

SUFFIXES = (".md", ".markdown", ".txt")


@click.command()
@click.argument("old", metavar="OLD")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The Markdown file to write; by default the page is printed.",
)
@click.option(
    "--most",
    metavar="N",
    type=click.IntRange(min=0),
    help="Show at most N passages of a chapter.",
)
@reading
def changes(old: str, output: Path | None, most: int | None, **options: Any) -> None:
    """Say what has changed since an older version.

    OLD is an EPUB of the book, an older folder of it, or a tag or commit of its git
    repository. The page is written in Markdown: put it into the book with `back`.
    """
    with no_traceback(Options(**options)):
        if output and output.suffix.lower() not in SUFFIXES:
            wrong = f"{printable(str(output))} does not end in .md."
            raise click.BadParameter(wrong, param_hint="'-o'")
        _compare(old, output, most, Options(**options))


def _compare(old: str, output: Path | None, most: int | None, options: Options) -> None:
    from bookbuilder.cli.running import do, finish

    def work(root: Path, report: Report, said: list[str]) -> None:
        from bookbuilder.build import load
        from bookbuilder.changes import as_markdown, changes_since
        from bookbuilder.changes.old_copies import old_copy
        from bookbuilder.changes.page import MOST_LINES
        from bookbuilder.formats.types import deliver
        from bookbuilder.model.audience import Audience

        audience = Audience(
            edition=options.text_edition or "", translation=options.translation or ""
        )
        with progress(f"Reading {old}", options):
            before = old_copy(old, root.resolve(), report, audience, options.part)
        with progress(f"Comparing {shown(root)}", options):
            book = load(
                root,
                options.part,
                report,
                remote_pictures(options),
                drafts=options.drafts,
                audience=audience,
            )
            found = changes_since(before, book, report, Path(old).name)
            files = _addresses(book, output) if output else {}
            language = book.metadata.language
            lines = MOST_LINES if most is None else most
            page = as_markdown(found, language, files, lines, audience.edition)
        if output is None:
            report.raise_for_errors(denied=True)
            said.extend(page.rstrip("\n").split("\n"))
            return
        _refuse_others(output)
        with unwritable_is_wrong_use(output):
            deliver(output, page.encode(), report)
        count = len(found.chapters) + len(found.added)
        said.append(f"Wrote {shown(output)}: {count} new or changed chapter{'s' * (count != 1)}")

    root = options.directory or find_root(working_folder())
    # There are two books to read.
    done = do(work, options, root, times=2)
    finish(done, root, options)
    if output is None and options.quiet:
        # It is what was asked for, and no message.
        for line in done.said:
            say(line)


def _addresses(book: Book, output: Path) -> dict[str, str]:
    """Return the files of chapters, by their slugs, as a link in `output` names them.

    From outside the folder of the text there are no links.
    """
    import os

    folder = output.resolve().parent
    if not folder.is_relative_to(book.config.text_folder.resolve()):
        return {}
    found = {}
    for chapter in book.chapters:
        path = chapter.source.path
        # Chapters that bookbuilder makes have no file, and those of one file have one address.
        if chapter.source.text and path != output.resolve():
            found[chapter.slug] = Path(os.path.relpath(path, folder)).as_posix()
    counts = list(found.values())
    return {slug: file for slug, file in found.items() if counts.count(file) == 1}


def _refuse_others(output: Path) -> None:
    """Refuse to write over a file that this command has not written."""
    from bookbuilder.changes.page import MARK
    from bookbuilder.runtime.files import is_there, read_text

    if not is_there(output):
        return
    try:
        is_ours = MARK in read_text(output)
    except (OSError, UnicodeDecodeError):
        is_ours = False
    if not is_ours:
        raise WrongUse(
            f"{shown(output)} is there already, and not written by this command: name another file"
        )
