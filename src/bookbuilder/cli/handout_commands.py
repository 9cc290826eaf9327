"""Define the commands that hand out some of a book: handouts and course packs."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bookbuilder.cli.build_commands import summary
from bookbuilder.cli.completion import parts, trims
from bookbuilder.cli.console import progress, unwritable_is_wrong_use
from bookbuilder.cli.shared_options import (
    Options,
    large_option,
    no_cache_option,
    reading_options,
    remote_pictures,
    two_up_option,
)
from bookbuilder.cli.terminal import printable, shown

if TYPE_CHECKING:
    from bookbuilder.formats.types import Output
    from bookbuilder.model.diagnostics import Report

FORMATS = ("pdf", "epub")
_NUMBERS = re.compile(r"\d+(?:\D{1,3}\d+)?")


def _selecting(command: Callable[..., None]) -> Callable[..., None]:
    """Add the argument and the options of both commands."""
    for decorate in (
        no_cache_option,
        large_option,
        two_up_option,
        click.option(
            "--trim",
            metavar="SIZE",
            shell_complete=trims,
            help="The size of a page: a5, b5, 6x9, a4 or letter.",
        ),
        click.option(
            "-o",
            "--output",
            metavar="PATH",
            type=click.Path(path_type=Path),
            help="The folder to write to, or the file if there is only one.",
        ),
        click.option(
            "--part",
            metavar="N",
            shell_complete=parts,
            type=click.IntRange(min=0),
            help="Take the chapters of part N.",
        ),
        click.argument("chapters", metavar="[CHAPTER]... [DIR]", nargs=-1),
    ):
        command = decorate(command)
    return command


@click.command()
@click.option("--all", "is_all", is_flag=True, help="Make a handout of every chapter.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(FORMATS),
    help="The format, the PDF unless said. Give this option twice for both.",
)
@_selecting
@reading_options
def handout(
    chapters: tuple[str, ...],
    is_all: bool,
    formats: tuple[str, ...],
    part: int | None,
    **said: Any,
) -> None:
    """Make handouts: single chapters, each as a PDF of its own.

    CHAPTER is a number (7), a range (7-9), the name of a chapter's file or its slug.
    """
    names, directory = _taken_apart(chapters)
    if is_all and (names or part is not None):
        raise click.UsageError("--all and chapters do not go together.")
    if not (is_all or names or part is not None):
        raise click.UsageError("Name a chapter, such as 7 or 7-9, or give --all or --part.")
    asked = list(dict.fromkeys(formats)) or ["pdf"]
    _run(asked, directory, said, names, part, is_handout=True)


@click.command()
@click.option("--title", metavar="TEXT", required=True, help="The title of the course pack.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(FORMATS),
    help="One format alone; both unless said.",
)
@_selecting
@reading_options
def coursepack(
    chapters: tuple[str, ...],
    title: str,
    formats: tuple[str, ...],
    part: int | None,
    **said: Any,
) -> None:
    """Make a course pack: chosen chapters as a book, as PDF and EPUB.

    CHAPTER is a number (7), a range (7-9), the name of a chapter's file or its slug.
    """
    names, directory = _taken_apart(chapters)
    title = " ".join(printable(title).split())
    if not title:
        raise click.BadParameter("The title is empty.", param_hint="'--title'")
    if not names and part is None:
        raise click.UsageError("Name the chapters, such as 1 3 7-9, or give --part.")
    # The PDF comes first: the EPUB has its page numbers.
    asked = [name for name in FORMATS if name in formats or not formats]
    _run(asked, directory, said, names, part, title=title)


def _run(
    formats: Sequence[str],
    directory: Path | None,
    said: Mapping[str, Any],
    names: Sequence[str],
    part: int | None,
    *,
    title: str = "",
    is_handout: bool = False,
) -> None:
    from bookbuilder.cli.running import run

    keys = ("output", "trim", "two_up", "large", "no_cache")
    output, trim, two_up, large, no_cache = (said[key] for key in keys)
    others = {key: value for key, value in said.items() if key not in keys}
    options = Options(directory=directory, part=None, **others)
    settings: dict[str, Any] = {"trim": trim, "two_up": two_up, "large": large}
    settings = {key: value for key, value in settings.items() if value is not None}
    if settings and "pdf" not in formats:
        option = next(iter(settings)).replace("_", "-")
        raise click.BadParameter("An EPUB has no pages.", param_hint=f"'--{option}'")
    if kind := options.pdf_edition:
        if "pdf" not in formats:
            raise click.BadParameter(f"`{kind}` is for a PDF.", param_hint="'--edition'")
        settings["edition"] = kind
    if no_cache:
        settings["cache"] = False
    place = _place(output, formats)

    def work(root: Path, report: Report, lines: list[str]) -> None:
        from bookbuilder import excerpts

        started = time.perf_counter()
        shared: dict[str, Any] = {
            "part": part,
            "edition": options.text_edition or "",
            "translation": options.translation or "",
            "settings": settings,
            "drafts": options.drafts,
        }
        remote = remote_pictures(options)
        written: list[Output] = []
        what = "handouts" if is_handout else title
        with progress(f"Writing {what}", options), unwritable_is_wrong_use(place or root):
            for name in formats if is_handout else ():
                made = excerpts.handouts(
                    root, place, report, remote, chapters=names, format_name=name, **shared
                )
                written += [one.output for one in made]
            if not is_handout:
                written = excerpts.coursepack(
                    root, names, title, report, remote, formats=formats, place=place, **shared
                )
        seconds = time.perf_counter() - started
        lines += [f"Wrote {shown(one.path)}: {summary(one)}" for one in written]
        if lines:
            lines[-1] += f", {seconds:.1f} s"

    run(work, options)


def _taken_apart(arguments: Sequence[str]) -> tuple[list[str], Path | None]:
    """Return the names of chapters, and the book's folder: the one argument that is a folder."""
    from bookbuilder.runtime.files import is_folder

    folders = [n for n in arguments if not _NUMBERS.fullmatch(n) and is_folder(Path(n))]
    if len(folders) > 1:
        raise click.UsageError(f"Both {folders[0]} and {folders[1]} are folders.")
    return [n for n in arguments if n not in folders], Path(folders[0]) if folders else None


def _place(output: Path | None, formats: Sequence[str]) -> Path | None:
    """Return the file or folder to write to; a file must be of the one format."""
    if output is None:
        return None
    suffix = output.suffix.lower().removeprefix(".")
    if suffix in FORMATS and list(formats) != [suffix]:
        wrong = f"{printable(str(output))} is one file, of another format or for more of them."
        raise click.BadParameter(wrong, param_hint="'-o'")
    return output
